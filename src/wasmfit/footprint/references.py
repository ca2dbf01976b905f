"""Which bytes refer to which: what code calls, jumps to and takes the address of, and addresses in data.

Nothing but the linked bytes is needed: no relocations, no symbols beyond where things begin. Code is decoded
(:mod:`.instructions`) and read by the rules of its machine (:mod:`.references_arm` and the others); data is read
as words. A number is only an address if it looks like one, see :mod:`.addresses`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wasmfit.footprint import references_arm, references_host, references_riscv
from wasmfit.footprint.addresses import Addresses
from wasmfit.footprint.elf import Elf, Machine, Section, SectionType
from wasmfit.footprint.instructions import (
    Decoder,
    Instructions,
    Stretch,
    function_starts,
    stretches,
)
from wasmfit.footprint.pieces import merged_entry
from wasmfit.footprint.reference import NONE, NOTHING, Found, Integers, Kind, Pairs, Reference, join
from wasmfit.footprint.spans import Claim, Span

# Unwind tables refer to every function, and keep none of them.
_NO_REFERRERS = frozenset({".eh_frame", ".eh_frame_hdr", ".gcc_except_table", ".ARM.extab", ".ARM.exidx"})
_LINKERS_TYPES = frozenset(
    {
        SectionType.SYMTAB,
        SectionType.STRTAB,
        SectionType.RELA,
        SectionType.REL,
        SectionType.HASH,
        SectionType.DYNAMIC,
        SectionType.NOTE,
        SectionType.DYNSYM,
        SectionType.GNU_HASH,
        SectionType.GNU_VERDEF,
        SectionType.GNU_VERNEED,
        SectionType.GNU_VERSYM,
        SectionType.RELR,
        SectionType.ARM_EXIDX,
    }
)
_RELATIVE = {Machine.X86_64: 8, Machine.AARCH64: 1027}  # R_X86_64_RELATIVE, R_AARCH64_RELATIVE


@dataclass(frozen=True, slots=True)
class References:
    """All references of a file, in order of their source.

    Attributes:
        source: Address of what refers.
        target: Address referred to, Thumb bit cleared.
        kind: :class:`~wasmfit.footprint.reference.Kind`.
        limits: In words, what could not be read, such as code of a machine without a decoder; usually empty.
        code: The decoded instructions.
        decoder: What decoded them; it knows their names.
    """

    source: Integers
    target: Integers
    kind: Integers
    limits: tuple[str, ...]
    code: Instructions
    decoder: Decoder

    def __len__(self) -> int:
        return len(self.source)

    def rows(self) -> Iterator[Reference]:
        """The references one by one."""
        for source, target, kind in zip(
            self.source.tolist(), self.target.tolist(), self.kind.tolist(), strict=True
        ):
            yield Reference(source, target, Kind(kind))


def find_references(elf: Elf, layout: Sequence[tuple[Section, Sequence[Span]]] = ()) -> References:
    """Find the references of a file.

    Jumps within a function are left out, as are references from unwind tables and from the linker's own.

    Args:
        elf: The file.
        layout: Its sections with their spans, see :func:`~wasmfit.footprint.account.elf_spans`; with a link map
            they tell where more things begin.
    """
    addresses = Addresses(elf, _begins(layout))
    decoder = Decoder(elf)
    limits = [] if decoder.supported else [_no_decoder(elf)]
    places = stretches(elf)
    starts = function_starts(elf)
    code = decoder.decode(elf, places, starts)
    found = _code_references(elf, code, decoder, places) if len(code.id) else NOTHING
    words = [
        (Kind.ADDRESS, addresses.certain(found.relative)),
        (Kind.ADDRESS, addresses.built(join(found.built, addresses.load(found.loads)))),
        (Kind.DATA, addresses.likely(_data_words(elf, addresses, places, layout))),
        (Kind.DATA, addresses.certain(_relative_relocations(elf, addresses))),
        (Kind.CALL, addresses.certain(found.calls)),
        (Kind.JUMP, _leaving(addresses.certain(found.jumps), starts)),
    ]
    pairs = join(*(pair for _, pair in words))
    kind = np.concatenate([np.full(len(pair.source), int(kind), np.int64) for kind, pair in words])
    order = np.lexsort((kind, pairs.target, pairs.source))
    return References(pairs.source[order], pairs.target[order], kind[order], tuple(limits), code, decoder)


def _no_decoder(elf: Elf) -> str:
    known = {Machine.XTENSA: "Xtensa", Machine.AVR: "AVR"}
    order = "big-endian " if elf.big_endian else ""
    name = known.get(Machine(elf.machine)) if elf.machine in set(Machine) else None
    return (
        f"There is no decoder for {order}{name or f'machine {elf.machine}'} code, so only addresses in data are "
        "followed; constants that only code refers to stay without an owner."
    )


def _code_references(elf: Elf, code: Instructions, decoder: Decoder, places: list[Stretch]) -> Found:
    if elf.machine == Machine.ARM:
        starts = np.array([place.start for place in places], dtype=np.int64)
        kinds = np.array([place.kind == "t" for place in places], dtype=np.bool_)
        thumb = kinds[np.maximum(np.searchsorted(starts, code.address, side="right") - 1, 0)]
        return references_arm.code_references(code, decoder, thumb)
    if elf.machine == Machine.RISCV:
        pointer = next((s.address for s in elf.symbols if s.name == "__global_pointer$"), None)
        return references_riscv.code_references(code, decoder, elf.bits, pointer)
    if elf.machine == Machine.AARCH64:
        return references_host.aarch64_references(code, decoder)
    return references_host.x86_references(code, decoder)


def _leaving(jumps: Pairs, starts: Integers) -> Pairs:
    """Jumps whose target lies in another function."""
    here = np.searchsorted(starts, jumps.source, side="right")
    there = np.searchsorted(starts, jumps.target, side="right")
    return Pairs(jumps.source[here != there], jumps.target[here != there])


def _begins(layout: Sequence[tuple[Section, Sequence[Span]]]) -> Iterator[int]:
    """Where more begins than symbols tell."""
    for _, spans in layout:
        for span in spans:
            size = merged_entry(span)
            if size:
                yield from range(span.start, span.end, size)
            elif span.claim is Claim.INPUT:
                yield span.start


def _data_words(
    elf: Elf, addresses: Addresses, places: list[Stretch], layout: Sequence[tuple[Section, Sequence[Span]]]
) -> Pairs:
    """All words of data, and of the data among code, with their addresses.

    What the linker merged holds no addresses: it only merges what nothing has to be filled into.
    """
    found = [NONE]
    for section in elf.allocated():
        if section.executable or not section.has_bytes:
            continue
        if section.name in _NO_REFERRERS or section.type in _LINKERS_TYPES:
            continue
        found.append(addresses.words(section.address, section.end))
    found += [addresses.words(place.start, place.end) for place in places if place.kind == "d"]
    words = join(*found)
    merged = sorted((s.start, s.end) for _, spans in layout for s in spans if merged_entry(s) is not None)
    if not merged:
        return words
    starts, ends = (np.array(bounds, dtype=np.int64) for bounds in zip(*merged, strict=True))
    place = np.searchsorted(starts, words.source, side="right") - 1
    outside = (place < 0) | (words.source >= ends[np.maximum(place, 0)])
    return Pairs(words.source[outside], words.target[outside])


def _relative_relocations(elf: Elf, addresses: Addresses) -> Pairs:
    """What the loader of a position-independent program will put into data."""
    kind = _RELATIVE.get(Machine(elf.machine)) if elf.machine in set(Machine) else None
    if kind is None or elf.bits != 64:
        return NONE
    found = [NONE]
    for section in elf.allocated():
        if section.type != SectionType.RELA or section.size % 24:
            continue
        rows = np.frombuffer(elf.contents(section), "<i8").reshape(-1, 3)
        rows = rows[rows[:, 1] & 0xFFFF_FFFF == kind]
        found.append(Pairs(rows[:, 0].astype(np.int64), rows[:, 2].astype(np.int64)))
    return addresses.in_file(join(*found))
