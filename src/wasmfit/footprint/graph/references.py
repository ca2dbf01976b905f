"""Which bytes refer to which: what code calls, jumps to and takes the address of, and addresses in data.

Nothing but the linked bytes is needed: no relocations, no symbols beyond where things begin. Code is decoded
(:mod:`.instructions`) and read by the rules of its machine (:mod:`.arm`, :mod:`.riscv`, :mod:`.host`); data
is read as words. A number is only an address if it looks like one, see :mod:`.addresses`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wasmfit.elf.machines import machine_name
from wasmfit.elf.mapping_symbols import DATA
from wasmfit.elf.records import Elf, Machine, SectionType
from wasmfit.footprint.arrays import REACH, Integers
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.kinds import DATA_KINDS, LINKER_SECTION_TYPES, UNWIND_SECTIONS
from wasmfit.footprint.graph import arm, host, riscv
from wasmfit.footprint.graph.addresses import AddressResolver
from wasmfit.footprint.graph.budget import ReferenceBudget
from wasmfit.footprint.graph.fragments import merged_constant_size
from wasmfit.footprint.graph.instructions import (
    CodeRange,
    DecodedInstructions,
    Decoder,
    code_ranges,
    function_starts,
)
from wasmfit.footprint.graph.reference import (
    NO_CODE_REFERENCES,
    NO_PAIRS,
    CodeReferences,
    Reference,
    ReferenceKind,
    ReferencePairs,
    join,
)

MAX_CODE_BYTES = 32 << 20
"""Most code that is decoded, in bytes: while that is done, it takes some fifty times its size of memory."""

MAX_CODE_RANGES = 100_000
"""Most ranges of code and data that alternate: each costs a call of the decoder."""

_MEMORY_OF_CODE, _MEMORY_OF_DATA = 32, 12  # bytes, of each byte

_RELATIVE = {Machine.X86_64: 8, Machine.AARCH64: 1027}  # R_X86_64_RELATIVE, R_AARCH64_RELATIVE


@dataclass(frozen=True, slots=True)
class References:
    """All references of a file, in order of their source.

    Attributes:
        source: Address of what refers.
        target: Address referred to, Thumb bit cleared.
        kind: :class:`~wasmfit.footprint.graph.reference.ReferenceKind`.
        limits: In words, what could not be read, such as code of a machine without a decoder; usually empty.
        code: The decoded instructions.
        decoder: What decoded them; it knows their names.
    """

    source: Integers
    target: Integers
    kind: Integers
    limits: tuple[str, ...]
    code: DecodedInstructions
    decoder: Decoder

    def __len__(self) -> int:
        return len(self.source)

    def rows(self) -> Iterator[Reference]:
        """The references one by one."""
        for source, target, kind in zip(
            self.source.tolist(), self.target.tolist(), self.kind.tolist(), strict=True
        ):
            yield Reference(source, target, ReferenceKind(kind))


def find_references(byte_map: ByteMap, budget: ReferenceBudget | None = None) -> References:
    """Find the references of a file.

    Jumps within a function are left out, as are references from unwind tables and from the linker's own.

    Args:
        byte_map: Its bytes; made with a link map, they show where more things begin.
        budget: What it may take; 1 GiB and 60 s where none is given. ``limits`` says what is left out for it.
    """
    budget = budget or ReferenceBudget()
    elf = byte_map.elf
    data = [(r.start, r.end) for r in byte_map.ranges if r.section.executable and r.kind in DATA_KINDS]
    addresses = AddressResolver(elf, _begins(byte_map.ranges), data)
    decoder = Decoder(elf)
    limits = [] if decoder.supported else [_no_decoder(elf)]
    if any(section.end > REACH for section in elf.allocated()):
        limits.append("What lies in the upper part of the address space, as a kernel does, is not followed.")
    ranges = code_ranges(elf, data)
    starts = function_starts(elf)
    if ranges and not len(starts):
        limits.append(
            "No symbol says where functions begin (stripped), so only the entry point and what symbols name "
            "can be referred to."
        )
    most = min(MAX_CODE_BYTES, budget.memory // _MEMORY_OF_CODE)
    if sum(code.end - code.start for code in ranges if code.kind != DATA) > most:
        limits.append(
            f"There is more code than the {most >> 20} MiB that are decoded, so only addresses in "
            "data are followed."
        )
        code = decoder.decode(elf, (), starts)
    elif len(ranges) > MAX_CODE_RANGES:
        limits.append(
            f"Code and data alternate more than {MAX_CODE_RANGES:,} times, so no code is decoded and only "
            "addresses in data are followed."
        )
        code, ranges = decoder.decode(elf, (), starts), []
    else:
        code = decoder.decode(elf, ranges, starts, budget)
        if budget.is_spent:
            limits.append(f"Not all code was decoded within {budget.words}.")
    words, is_whole = _data_words(byte_map, addresses, ranges, budget)
    if not is_whole:
        limits.append(f"Not all data was searched for addresses within {budget.words}.")
    in_code = _code_references(elf, code, decoder, ranges) if len(code.id) else NO_CODE_REFERENCES
    by_kind = [
        (ReferenceKind.ADDRESS, addresses.certain(in_code.relative)),
        (ReferenceKind.ADDRESS, addresses.built(join(in_code.built, addresses.load(in_code.loads)))),
        (ReferenceKind.DATA, addresses.likely(words)),
        (ReferenceKind.DATA, addresses.certain(_relative_relocations(elf, addresses))),
        (ReferenceKind.CALL, addresses.certain(in_code.calls)),
        (ReferenceKind.JUMP, _leaving(addresses.certain(in_code.jumps), starts)),
    ]
    pairs = join(*(pairs for _, pairs in by_kind))
    kind = np.concatenate([np.full(len(of_kind.source), int(kind), np.int64) for kind, of_kind in by_kind])
    order = np.lexsort((kind, pairs.target, pairs.source))
    return References(pairs.source[order], pairs.target[order], kind[order], tuple(limits), code, decoder)


def _no_decoder(elf: Elf) -> str:
    order = "big-endian " if elf.big_endian else ""
    return (
        f"There is no decoder for {order}{machine_name(elf.machine)} code, so only addresses in data "
        "are followed; constants that only code refers to stay without an owner."
    )


def _code_references(
    elf: Elf, code: DecodedInstructions, decoder: Decoder, ranges: list[CodeRange]
) -> CodeReferences:
    if elf.machine == Machine.ARM:
        starts = np.array([code_range.start for code_range in ranges], dtype=np.int64)
        is_thumb = np.array([code_range.kind == "t" for code_range in ranges], dtype=np.bool_)
        thumb = is_thumb[np.maximum(np.searchsorted(starts, code.address, side="right") - 1, 0)]
        return arm.code_references(code, decoder, thumb)
    if elf.machine == Machine.RISCV:
        pointers = (s.address for s in elf.symbols if s.name == "__global_pointer$" and s.address < REACH)
        pointer = next(pointers, None)
        return riscv.code_references(code, decoder, elf.bits, pointer)
    if elf.machine == Machine.AARCH64:
        return host.aarch64_references(code, decoder)
    return host.x86_references(code, decoder)


def _leaving(jumps: ReferencePairs, starts: Integers) -> ReferencePairs:
    """Jumps whose target lies in another function."""
    here = np.searchsorted(starts, jumps.source, side="right")
    there = np.searchsorted(starts, jumps.target, side="right")
    return ReferencePairs(jumps.source[here != there], jumps.target[here != there])


def _begins(ranges: Sequence[ByteRange]) -> Integers:
    """Where more begins than symbols do."""
    constants = [np.empty(0, np.int64)]
    inputs = []
    for byte_range in ranges:
        if byte_range.end > REACH:
            continue
        size = merged_constant_size(byte_range)
        if size and byte_range.section.has_bytes:
            constants.append(np.arange(byte_range.start, byte_range.end, size, dtype=np.int64))
        elif byte_range.symbol is None and byte_range.input is not None:
            inputs.append(byte_range.start)
    return np.concatenate([*constants, np.array(inputs, dtype=np.int64)])


def _data_words(
    byte_map: ByteMap, addresses: AddressResolver, ranges: list[CodeRange], budget: ReferenceBudget
) -> tuple[ReferencePairs, bool]:
    """All words of data, and of the data among code, with their addresses, and whether these are all.

    What the linker merged holds no addresses: it only merges what nothing has to be filled into. Unwind
    tables refer to every function, and keep none of them.
    """
    parts = [NO_PAIRS]
    is_whole = True
    searched = 0
    for section in byte_map.elf.allocated():
        if section.executable or not section.has_bytes or section.end > REACH:
            continue
        if section.name in UNWIND_SECTIONS or section.type in (SectionType.ARM_EXIDX, *LINKER_SECTION_TYPES):
            continue
        searched += section.size
        if budget.is_spent or not budget.holds(searched, _MEMORY_OF_DATA):
            is_whole = False
            searched -= section.size
            continue
        parts.append(addresses.words(section.address, section.end))
    parts += [addresses.words(data.start, data.end) for data in ranges if data.kind == DATA]
    words = join(*parts)
    merged = sorted(
        (byte_range.start, byte_range.end)
        for byte_range in byte_map.ranges
        if byte_range.end <= REACH and merged_constant_size(byte_range) is not None
    )
    if not merged:
        return words, is_whole
    starts, ends = (np.array(bounds, dtype=np.int64) for bounds in zip(*merged, strict=True))
    row = np.searchsorted(starts, words.source, side="right") - 1
    outside = (row < 0) | (words.source >= ends[np.maximum(row, 0)])
    return ReferencePairs(words.source[outside], words.target[outside]), is_whole


def _relative_relocations(elf: Elf, addresses: AddressResolver) -> ReferencePairs:
    """What the loader of a position-independent program will put into data."""
    relative = _RELATIVE.get(Machine(elf.machine)) if elf.machine in set(Machine) else None
    if relative is None or elf.bits != 64:
        return NO_PAIRS
    relocated = [NO_PAIRS]
    for section in elf.allocated():
        if section.type != SectionType.RELA or section.size % 24:
            continue
        rows = np.frombuffer(elf.contents(section), "<i8").reshape(-1, 3)
        rows = rows[rows[:, 1] & 0xFFFF_FFFF == relative]
        relocated.append(ReferencePairs(rows[:, 0].astype(np.int64), rows[:, 2].astype(np.int64)))
    return addresses.in_file(join(*relocated))
