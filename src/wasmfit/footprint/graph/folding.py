"""Functions of the same code: what identical-code folding would merge, and what is nearly the same."""

import hashlib

import numpy as np

from wasmfit.footprint.arrays import REACH, Integers
from wasmfit.footprint.attribution.kinds import ByteKind
from wasmfit.footprint.graph.fragments import Fragment
from wasmfit.footprint.graph.reference import ReferenceKind
from wasmfit.footprint.graph.reference_graph import ReferenceGraph

_SELF = -1


def identical_functions(graph: ReferenceGraph, *, safe: bool = False) -> list[tuple[int, ...]]:
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
    taken = {edge.target for edge in graph.edges if edge.kind in (ReferenceKind.ADDRESS, ReferenceKind.DATA)}
    functions = [
        number
        for number, fragment in enumerate(graph.fragments)
        if _is_function(fragment) and not (safe and number in taken)
    ]
    elf = graph.byte_map.elf
    # First all of the same bytes count as identical; groups are then divided until the branches agree.
    group: dict[int, object] = {}
    for number in functions:
        fragment = graph.fragments[number]
        data = bytearray(fragment.contents(elf))
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


def shapes(graph: ReferenceGraph) -> dict[int, bytes]:
    """For each function a digest of its instructions without their operands."""
    code = graph.references.code
    digests = {}
    for number, fragment in enumerate(graph.fragments):
        if not _is_function(fragment):
            continue
        first, last = np.searchsorted(
            code.address, [min(fragment.start, REACH), min(fragment.end, REACH)]
        ).tolist()
        kinds = code.id[first:last].astype(np.uint32).tobytes()
        # Without a decoder, only what has the same bytes is alike.
        digests[number] = hashlib.sha256(kinds or fragment.contents(graph.byte_map.elf)).digest()
    return digests


def _is_function(fragment: Fragment) -> bool:
    return (
        fragment.is_code
        and fragment.symbol is not None
        and fragment.byte_range.kind in (ByteKind.CODE, ByteKind.LITERALS)
    )


def _meaning(group: dict[int, object], number: int, target: tuple[int, int]) -> object:
    """What a branch leads to: the function itself, an offset in a group of functions, or a fragment."""
    fragment, offset = target
    if fragment == number:
        return (_SELF, offset)
    return (0, group[fragment], offset) if fragment in group else (1, fragment, offset)


def _branches(graph: ReferenceGraph) -> dict[int, list[tuple[int, int, tuple[int, int]]]]:
    """For each fragment its branches: offset, length, and the fragment and the offset that it leads to."""
    references = graph.references
    chosen = np.isin(references.kind, [ReferenceKind.CALL, ReferenceKind.JUMP])
    source, target = references.source[chosen], references.target[chosen]
    starts = np.array([min(fragment.start, REACH) for fragment in graph.fragments], dtype=np.int64)
    row = np.searchsorted(references.code.address, source)
    length = (
        references.code.size[np.minimum(row, max(len(references.code.size) - 1, 0))]
        if len(source)
        else source
    )
    branches: dict[int, list[tuple[int, int, tuple[int, int]]]] = {}
    for address, size, to, fragment, target_fragment in zip(
        source.tolist(),
        length.tolist(),
        target.tolist(),
        _last(starts, source).tolist(),
        _last(starts, target).tolist(),
        strict=True,
    ):
        leads_to = target_fragment, to - graph.fragments[target_fragment].start
        offset = address - graph.fragments[fragment].start
        branches.setdefault(fragment, []).append((offset, size, leads_to))
    return branches


def _last(starts: Integers, addresses: Integers) -> Integers:
    return np.searchsorted(starts, addresses, side="right") - 1
