"""What to know when reading an analysis, in sentences."""

from collections import Counter

from wasmfit.elf.records import Elf, ElfKind
from wasmfit.footprint.attribution.byte_map import ByteMap
from wasmfit.footprint.attribution.owners import ANONYMOUS_CONSTANTS, STRINGS, UNKNOWN
from wasmfit.footprint.attribution.unknown_bytes import has_debug_information
from wasmfit.footprint.inputs.sources import SizeSource
from wasmfit.footprint.sides import AttributedFile, has_memories
from wasmfit.footprint.size_options import SizeOptions
from wasmfit.footprint.views.memories import OUTSIDE, MemoryLayout
from wasmfit.footprint.views.tree import GroupBy
from wasmfit.words import agreeing, counted, hexadecimal

_MOST_SHARED = 5


def notes_on(source: SizeSource, side: AttributedFile, options: SizeOptions) -> list[str]:
    """What to know of a file, of how its bytes were attributed, and of what has no owner."""
    notes: list[str] = []
    if source.has_names:
        of_parts = [
            [*part.notes, *_notes_on_file(part.byte_map, options, linked=source.is_elf)]
            for part in side.parts
        ]
        notes += _of_members(of_parts) if source.is_library else of_parts[0]
    if source.only is not None and has_memories(source.only):
        notes += _notes_on_memories(side.parts[0].memories, guessed=source.has_names)
        notes += _notes_on_another_chip(side.parts[0].memories, options)
    if source.has_names:
        notes += _notes_on_owners(source, side, options)
    return notes


def _of_members(of_parts: list[list[str]]) -> list[str]:
    """What is to be known of members, once, with how many it is true of."""
    counts = Counter(note for notes in of_parts for note in dict.fromkeys(notes))
    whole = len(of_parts)
    return [note if n == whole else f"Of {counted(n, 'member')}: {note}" for note, n in counts.items()]


def _notes_on_file(byte_map: ByteMap, options: SizeOptions, *, linked: bool) -> list[str]:
    elf = byte_map.elf
    notes = []
    is_object = elf.kind == ElfKind.RELOCATABLE
    if is_object and linked:
        notes.append(
            "It is an object file, not linked yet: its sections have no addresses, and it fills no memory."
        )
    if not byte_map.ranges and any(s.name.startswith((".gnu.lto_", ".llvm.lto")) for s in elf.sections):
        notes.append(
            "It holds a compiler's intermediate code (-flto) and no code of the processor yet; name the "
            "linked file."
        )
    if not elf.symbols and (linked or byte_map.ranges):
        notes.append(
            "It has no symbols (stripped), so most bytes have no owner; use the file as linked."
            f"{_on_debug_link(elf)}"
        )
    elif elf.stripped and elf.symbols:
        notes.append(
            f"It is stripped but for its dynamic symbols; use the file as linked.{_on_debug_link(elf)}"
        )
    if (
        GroupBy.OBJECT in options.by
        and options.link_map is None
        and linked
        and elf.kind != ElfKind.RELOCATABLE
    ):
        notes.append(f"Objects are only in the linker's map: {_map_advice(elf)}.")
    if elf.only_debug and not is_object:
        notes.append(
            "Its sections hold no bytes, only their debug information (as objcopy --only-keep-debug leaves "
            "it), so memories and fill are unknown; use the file as linked."
        )
    return notes


def _notes_on_memories(memories: MemoryLayout, *, guessed: bool) -> list[str]:
    notes = []
    if memories.guessed and guessed:
        notes.append(
            "Flash and RAM are a guess from the file; --board or --flash and --ram say what they are."
        )
    if memories.loaded_elsewhere:
        notes.append(
            f"A boot loader copies {counted(memories.loaded_elsewhere, 'byte')} from flash to RAM; the file "
            "does not say where in flash that lies, so it counts in RAM alone."
        )
    notes += [
        f"{counted(shared.bytes, 'byte')} of {shared.section.name} {agreeing(shared.bytes, 'lies', 'lie')} "
        f"where others do in {shared.memory}, as those of overlays and aliases do; they count once, for the "
        "others."
        for shared in memories.account.shared[:_MOST_SHARED]
    ]
    more = len(memories.account.shared) - _MOST_SHARED
    if more > 0:
        notes.append(
            f"{counted(more, 'more section')} {agreeing(more, 'shares', 'share')} bytes with others."
        )
    notes += [
        f"{section.name} goes {counted(by, 'byte')} beyond the end of {memory}."
        for section, memory, by in memories.exceeding()[:_MOST_SHARED]
    ]
    for use in memories.uses():
        if use.name == OUTSIDE:
            lie = agreeing(use.bytes, "lies", "lie")
            notes.append(f"{counted(use.bytes, 'byte')} {lie} outside of all memories.")
        elif use.size is not None and use.bytes > use.size:
            notes.append(
                f"It does not fit: {use.name} has {counted(use.size, 'byte')}, {use.bytes:,} are taken."
            )
    return notes


def _notes_on_another_chip(memories: MemoryLayout, options: SizeOptions) -> list[str]:
    """What to know of a file that lies in none of the flash that it was given."""
    flash = [memory.name for memory in memories.given if memory.keeps]
    sizes = {use.name: use.bytes for use in memories.uses()}
    if not flash or not sizes.get(OUTSIDE) or any(sizes[name] for name in flash):
        return []
    first = min(extent.start for extent in memories.account.extents if extent.memory == OUTSIDE)
    whose = "the flash that was given" if options.target is None else f"the flash of {options.target.board}"
    return [
        f"Nothing of it lies in {whose}, and what lies outside begins at {hexadecimal(first)}: it was "
        "probably linked for another chip. --board or --flash and --ram say which memories that one has."
    ]


def _notes_on_owners(source: SizeSource, side: AttributedFile, options: SizeOptions) -> list[str]:
    notes = []
    whole = sum(part.byte_map.size for part in side.parts)
    sizes = dict.fromkeys((UNKNOWN, ANONYMOUS_CONSTANTS, STRINGS), 0)
    for part in side.parts:
        for byte_range in part.byte_map.ranges:
            owner = byte_range[4]
            if owner in sizes:
                sizes[owner] += byte_range.size
    unknown = sizes[UNKNOWN]
    elf = source.only
    if (
        elf is not None
        and source.is_elf
        and elf.kind != ElfKind.RELOCATABLE
        and elf.symbols
        and options.link_map is None
        and unknown * 20 > whole
    ):
        compiled = (
            "" if has_debug_information(elf) else " Compiled with -g, the file names their sources itself."
        )
        notes.append(
            f"{unknown:,} bytes are of functions and data that carry no crate's name; the linker's map has "
            f"their objects: {_map_advice(elf)}.{compiled}"
        )
    nameless = sizes[ANONYMOUS_CONSTANTS] + sizes[STRINGS]
    if GroupBy.CRATE in options.by and not options.references and nameless * 20 > whole:
        notes.append(
            f"{nameless:,} bytes are constants without a name; --references finds the code that uses them."
        )
    return notes


def _on_debug_link(elf: Elf) -> str:
    from wasmfit.footprint.inputs.debug_link import on_debug_link  # most files are not stripped

    return on_debug_link(elf)


def _map_advice(elf: Elf) -> str:
    from wasmfit.footprint.attribution.map_advice import map_advice  # most files need none

    return map_advice(elf)


def what_there_is(side: AttributedFile) -> str:
    """The sections and memories of a file, for who asked for others."""
    sections = sorted({r.section.name for part in side.parts for r in part.byte_map.ranges})
    regions = sorted(
        {use.name for part in side.parts if has_memories(part.byte_map.elf) for use in part.memories.uses()}
    )
    in_regions = f"; its regions {', '.join(regions)}" if regions else ""
    return f"Its sections are {', '.join(sections[:20])}{in_regions}."
