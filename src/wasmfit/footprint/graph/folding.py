"""Functions of the same code: what a linker's identical-code folding would merge, and what nearly is."""

import hashlib

import numpy as np

from wasmfit.footprint.arrays import REACH, Integers
from wasmfit.footprint.attribution.kinds import Kind
from wasmfit.footprint.graph.fragments import Piece
from wasmfit.footprint.graph.reference import How
from wasmfit.footprint.graph.reference_graph import Graph

_SELF = -1


def identical_functions(graph: Graph, *, safe: bool = False) -> list[tuple[int, ...]]:
    """Groups of functions that do the same, as linkers find them for identical-code folding.

    Two functions are identical if their bytes are, save for the distances of their branches to other
    functions, and if those lead to functions that are identical as well.

    Args:
        graph: The graph of a file.
        safe: Leave out functions whose address is taken: a program may tell them apart by it.

    Returns:
        Groups of two or more, each in order of address.
    """
    branches = _branches(graph)
    taken = {edge.target for edge in graph.edges if edge.how in (How.ADDRESS, How.DATA)}
    functions = [
        number
        for number, piece in enumerate(graph.pieces)
        if _is_function(piece) and not (safe and number in taken)
    ]
    elf = graph.ledger.elf
    # First all of the same bytes count as identical; groups are then divided until the branches agree.
    group: dict[int, object] = {}
    for number in functions:
        piece = graph.pieces[number]
        data = bytearray(piece.contents(elf))
        for offset, length, _ in branches.get(number, ()):
            data[offset : offset + length] = bytes(length)
        where = tuple(offset for offset, _, _ in branches.get(number, ()))
        group[number] = (bytes(data), where)
    count = 0
    while True:
        numbers: dict[object, int] = {}
        for number in functions:
            group[number] = numbers.setdefault(group[number], len(numbers))
        if len(numbers) == count:
            break
        count = len(numbers)
        group = {
            number: (
                group[number],
                tuple(_meaning(group, number, target) for _, _, target in branches.get(number, ())),
            )
            for number in functions
        }
    members: dict[object, list[int]] = {}
    for number in functions:
        members.setdefault(group[number], []).append(number)
    return [tuple(same) for same in members.values() if len(same) > 1]


def shapes(graph: Graph) -> dict[int, bytes]:
    """For each function a digest of its instructions without their operands."""
    code = graph.references.code
    found = {}
    for number, piece in enumerate(graph.pieces):
        if not _is_function(piece):
            continue
        first, last = np.searchsorted(code.address, [min(piece.start, REACH), min(piece.end, REACH)]).tolist()
        kinds = code.id[first:last].astype(np.uint32).tobytes()
        # Without a decoder, only what has the same bytes is alike.
        found[number] = hashlib.sha256(kinds or piece.contents(graph.ledger.elf)).digest()
    return found


def _is_function(piece: Piece) -> bool:
    return piece.is_code and piece.symbol is not None and piece.entry.kind in (Kind.CODE, Kind.LITERALS)


def _meaning(group: dict[int, object], number: int, target: tuple[int, int]) -> object:
    """What a branch leads to: the function itself, a group of functions and a place in them, or a piece."""
    piece, offset = target
    if piece == number:
        return (_SELF, offset)
    return (0, group[piece], offset) if piece in group else (1, piece, offset)


def _branches(graph: Graph) -> dict[int, list[tuple[int, int, tuple[int, int]]]]:
    """For each piece its branches: offset, length, and the piece and the offset that it leads to."""
    references = graph.references
    chosen = np.isin(references.how, [How.CALL, How.JUMP])
    source, target = references.source[chosen], references.target[chosen]
    starts = np.array([min(piece.start, REACH) for piece in graph.pieces], dtype=np.int64)
    place = np.searchsorted(references.code.address, source)
    length = (
        references.code.size[np.minimum(place, max(len(references.code.size) - 1, 0))]
        if len(source)
        else source
    )
    found: dict[int, list[tuple[int, int, tuple[int, int]]]] = {}
    for address, size, to, one, other in zip(
        source.tolist(),
        length.tolist(),
        target.tolist(),
        _last(starts, source).tolist(),
        _last(starts, target).tolist(),
        strict=True,
    ):
        offset = address - graph.pieces[one].start
        found.setdefault(one, []).append((offset, size, (other, to - graph.pieces[other].start)))
    return found


def _last(starts: Integers, addresses: Integers) -> Integers:
    return np.searchsorted(starts, addresses, side="right") - 1
