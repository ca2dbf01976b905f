"""Which bytes refer to which: what code calls, jumps to and takes the address of, and addresses in data.

Nothing but the linked bytes is needed: no relocations, no symbols beyond where things begin. Code is decoded
(:mod:`.instructions`) and read by the rules of its machine (:mod:`.arm`, :mod:`.riscv`, :mod:`.host`); data
is read as words. A number is only an address if it looks like one, see :mod:`.addresses`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wasmfit.elf.records import Elf, Machine, SectionType
from wasmfit.footprint.arrays import REACH, Integers
from wasmfit.footprint.attribution.byte_map import Entry, Ledger
from wasmfit.footprint.attribution.kinds import LINKER_SECTION_TYPES, UNWIND_SECTIONS
from wasmfit.footprint.graph import arm, host, riscv
from wasmfit.footprint.graph.addresses import Addresses
from wasmfit.footprint.graph.fragments import merged_entry
from wasmfit.footprint.graph.instructions import (
    Decoder,
    Instructions,
    Stretch,
    function_starts,
    stretches,
)
from wasmfit.footprint.graph.reference import NONE, NOTHING, Found, How, Pairs, Reference, join

MAX_CODE_BYTES = 32 << 20
"""Most code that is decoded, in bytes: while that is done, it takes some fifty times its size of memory."""

_RELATIVE = {Machine.X86_64: 8, Machine.AARCH64: 1027}  # R_X86_64_RELATIVE, R_AARCH64_RELATIVE


@dataclass(frozen=True, slots=True)
class References:
    """All references of a file, in order of their source.

    Attributes:
        source: Address of what refers.
        target: Address referred to, Thumb bit cleared.
        how: :class:`~wasmfit.footprint.graph.reference.How`.
        limits: In words, what could not be read, such as code of a machine without a decoder; usually empty.
        code: The decoded instructions.
        decoder: What decoded them; it knows their names.
    """

    source: Integers
    target: Integers
    how: Integers
    limits: tuple[str, ...]
    code: Instructions
    decoder: Decoder

    def __len__(self) -> int:
        return len(self.source)

    def rows(self) -> Iterator[Reference]:
        """The references one by one."""
        for source, target, how in zip(
            self.source.tolist(), self.target.tolist(), self.how.tolist(), strict=True
        ):
            yield Reference(source, target, How(how))


def find_references(ledger: Ledger) -> References:
    """Find the references of a file.

    Jumps within a function are left out, as are references from unwind tables and from the linker's own.

    Args:
        ledger: Its bytes; made with a link map, they tell where more things begin.
    """
    elf = ledger.elf
    addresses = Addresses(elf, _begins(ledger.entries))
    decoder = Decoder(elf)
    limits = [] if decoder.supported else [_no_decoder(elf)]
    if any(section.end > REACH for section in elf.allocated()):
        limits.append("What lies in the upper part of the address space, as a kernel does, is not followed.")
    places = stretches(elf)
    starts = function_starts(elf)
    if sum(place.end - place.start for place in places) > MAX_CODE_BYTES:
        limits.append(
            f"There is more code than the {MAX_CODE_BYTES >> 20} MiB that are decoded, so only addresses in "
            "data are followed."
        )
        code = decoder.decode(elf, (), starts)
    else:
        code = decoder.decode(elf, places, starts)
    found = _code_references(elf, code, decoder, places) if len(code.id) else NOTHING
    words = [
        (How.ADDRESS, addresses.certain(found.relative)),
        (How.ADDRESS, addresses.built(join(found.built, addresses.load(found.loads)))),
        (How.DATA, addresses.likely(_data_words(ledger, addresses, places))),
        (How.DATA, addresses.certain(_relative_relocations(elf, addresses))),
        (How.CALL, addresses.certain(found.calls)),
        (How.JUMP, _leaving(addresses.certain(found.jumps), starts)),
    ]
    pairs = join(*(pair for _, pair in words))
    how = np.concatenate([np.full(len(pair.source), int(how), np.int64) for how, pair in words])
    order = np.lexsort((how, pairs.target, pairs.source))
    return References(pairs.source[order], pairs.target[order], how[order], tuple(limits), code, decoder)


def _no_decoder(elf: Elf) -> str:
    known = {Machine.XTENSA: "Xtensa", Machine.AVR: "AVR"}
    order = "big-endian " if elf.big_endian else ""
    name = known.get(Machine(elf.machine)) if elf.machine in set(Machine) else None
    return (
        f"There is no decoder for {order}{name or f'machine {elf.machine}'} code, so only addresses in data "
        "are followed; constants that only code refers to stay without an owner."
    )


def _code_references(elf: Elf, code: Instructions, decoder: Decoder, places: list[Stretch]) -> Found:
    if elf.machine == Machine.ARM:
        starts = np.array([place.start for place in places], dtype=np.int64)
        kinds = np.array([place.kind == "t" for place in places], dtype=np.bool_)
        thumb = kinds[np.maximum(np.searchsorted(starts, code.address, side="right") - 1, 0)]
        return arm.code_references(code, decoder, thumb)
    if elf.machine == Machine.RISCV:
        pointers = (s.address for s in elf.symbols if s.name == "__global_pointer$" and s.address < REACH)
        pointer = next(pointers, None)
        return riscv.code_references(code, decoder, elf.bits, pointer)
    if elf.machine == Machine.AARCH64:
        return host.aarch64_references(code, decoder)
    return host.x86_references(code, decoder)


def _leaving(jumps: Pairs, starts: Integers) -> Pairs:
    """Jumps whose target lies in another function."""
    here = np.searchsorted(starts, jumps.source, side="right")
    there = np.searchsorted(starts, jumps.target, side="right")
    return Pairs(jumps.source[here != there], jumps.target[here != there])


def _begins(entries: Sequence[Entry]) -> Integers:
    """Where more begins than symbols tell."""
    found = [np.empty(0, np.int64)]
    inputs = []
    for entry in entries:
        if entry.end > REACH:
            continue
        size = merged_entry(entry)
        if size and entry.section.has_bytes:
            found.append(np.arange(entry.start, entry.end, size, dtype=np.int64))
        elif entry.symbol is None and entry.input is not None:
            inputs.append(entry.start)
    return np.concatenate([*found, np.array(inputs, dtype=np.int64)])


def _data_words(ledger: Ledger, addresses: Addresses, places: list[Stretch]) -> Pairs:
    """All words of data, and of the data among code, with their addresses.

    What the linker merged holds no addresses: it only merges what nothing has to be filled into. Unwind
    tables refer to every function, and keep none of them.
    """
    found = [NONE]
    for section in ledger.elf.allocated():
        if section.executable or not section.has_bytes or section.end > REACH:
            continue
        if section.name in UNWIND_SECTIONS or section.type in (SectionType.ARM_EXIDX, *LINKER_SECTION_TYPES):
            continue
        found.append(addresses.words(section.address, section.end))
    found += [addresses.words(place.start, place.end) for place in places if place.kind == "d"]
    words = join(*found)
    merged = sorted(
        (entry.start, entry.end)
        for entry in ledger.entries
        if entry.end <= REACH and merged_entry(entry) is not None
    )
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
