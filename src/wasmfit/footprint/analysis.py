"""A survey: one firmware's ledger, memories, view and what to know beside them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wasmfit.elf.read import read_elf
from wasmfit.elf.records import Elf, ElfKind, Machine
from wasmfit.errors import UsageError
from wasmfit.footprint.attribution.any_firmware import of_any_firmware
from wasmfit.footprint.attribution.byte_map import Ledger, with_literals
from wasmfit.footprint.attribution.owners import ANONYMOUS_CONSTANTS, STRINGS, UNKNOWN
from wasmfit.footprint.attribution.section_totals import SectionAccount, footprint
from wasmfit.footprint.views.memories import OUTSIDE, Memories, Memory, Use
from wasmfit.footprint.views.tree import NO_FILTER, By, Filter, Item, Node, Sort, items, tree
from wasmfit.frames import frame

if TYPE_CHECKING:
    from pandas import DataFrame

    from wasmfit.footprint.views.diff import Difference

DEFAULT_BY = (By.SECTION, By.CRATE, By.SYMBOL)
"""The questions of a view for which nobody asks any."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to show.

    Attributes:
        by: The questions, the outermost first.
        only: What to show of the file.
        top: Most rows of each level, from the outermost on; the last number holds for all further levels, and
            None is no limit.
        sort: Order of the rows.
        memories: The device's memories; without any they are guessed.
        link_map: The linker's map of the same link.
        references: Whether constants that nothing names belong to the code that refers to them. All code is
            decoded.
        inlined: Whether code belongs to the crate that it was inlined from, by debug information.
    """

    by: tuple[By, ...] = DEFAULT_BY
    only: Filter = NO_FILTER
    top: tuple[int | None, ...] = (None,)
    sort: Sort = Sort.SIZE
    memories: tuple[Memory, ...] = ()
    link_map: Path | None = None
    references: bool = False
    inlined: bool = False


DEFAULT = Options()
"""Everything, by section, crate and symbol."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Who owns each byte of a file.

    Attributes:
        file: Its path.
        machine: Its processor, in words.
        bits: 32 or 64.
        kind: What kind of file it is, in words.
        size: Bytes of all sections that take memory.
        sections: The account of each of these sections by owner; it adds up to the section.
        uses: What each memory holds.
        guessed: Whether the memories are a guess from the file itself.
        by: The questions of the view.
        view: The view; it adds up to what was asked for.
        notes: What to know beside the figures.
        difference: What changed since another file, if that was asked for.
    """

    file: str
    machine: str
    bits: int
    kind: str
    size: int
    sections: tuple[SectionAccount, ...]
    uses: tuple[Use, ...]
    guessed: bool
    by: tuple[By, ...]
    view: Node
    notes: tuple[str, ...]
    difference: "Difference | None" = None

    def rows(self) -> list[dict[str, str | int | None]]:
        """The innermost rows of the view, flat: a column for each question, and the bytes."""
        return [
            {**{row.by.value: row.name for row in path if row.by}, "bytes": path[-1].bytes}
            for path in self.view.walk()
            if not path[-1].rows
        ]

    def to_frame(self) -> "DataFrame":
        """The innermost rows as a pandas table, for notebooks.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame(self.rows(), columns=[*(by.value for by in self.by), "bytes"])


_MACHINES = {
    Machine.X86: "x86",
    Machine.ARM: "Arm",
    Machine.X86_64: "x86-64",
    Machine.AVR: "AVR",
    Machine.XTENSA: "Xtensa",
    Machine.AARCH64: "AArch64",
    Machine.RISCV: "RISC-V",
}
_KINDS = {
    ElfKind.RELOCATABLE: "object file",
    ElfKind.EXECUTABLE: "program",
    ElfKind.SHARED: "shared object or position-independent program",
}


def survey(path: str | Path, options: Options = DEFAULT, base: str | Path | None = None) -> Survey:
    """Account for a file and look at the account as asked.

    Args:
        path: The ELF file.
        options: What to show.
        base: Another ELF file to compare with.

    Raises:
        ElfError: A file cannot be read.
        LinkMapError: The map cannot be read, or is of another link.
        UsageError: Nothing of the file passes the filter.
    """
    elf = read_elf(path)
    made, of_making = account_for(elf, options, options.link_map)
    memories = Memories(elf, options.memories)
    chosen = _items(made, memories, options)
    if not chosen and not options.only.is_open:
        raise UsageError(f"Nothing of {path} passes the filter.", _what_there_is(made, memories))
    return Survey(
        file=str(path),
        machine=_machine(elf),
        bits=elf.bits,
        kind=_KINDS.get(ElfKind(elf.kind), "file") if elf.kind in _KINDS else "file",
        size=made.size,
        sections=footprint(made).sections,
        uses=tuple(memories.uses()) if elf.kind != ElfKind.RELOCATABLE else (),
        guessed=memories.guessed,
        by=options.by,
        view=tree(chosen, options.by, top=options.top, sort=options.sort),
        notes=(*of_making, *_notes(elf, made, memories, options)),
        difference=None if base is None else _difference(elf, chosen, base, options),
    )


def account_for(elf: Elf, options: Options, link_map: Path | None) -> tuple[Ledger, list[str]]:
    """The ledger of a file as options want it, and what to know of how it was made.

    Raises:
        LinkMapError: The map cannot be read, or is of another link.
        LinesError: Inlined code is asked for, and debug information is missing or cannot be read.
    """
    made = of_any_firmware(elf, link_map)
    if By.KIND in options.by:
        made = with_literals(made)
    if options.references:
        # Imported here like all below, since most analyses do without.
        from wasmfit.footprint.graph.constants import attribute_by_references

        made = attribute_by_references(made)
    if options.inlined:
        from wasmfit.footprint.attribution.debug_lines import owners_by_inlining

        made = owners_by_inlining(made)
    notes: list[str] = []
    if By.FILE in options.by:
        made, notes = _with_files(made)
    return made, notes


def _with_files(made: Ledger) -> tuple[Ledger, list[str]]:
    """Source files by debug information where there is some, else by local symbols, which is said."""
    from wasmfit.footprint.attribution.source_files import with_files

    if not any(section.name in (".debug_info", ".zdebug_info") for section in made.elf.sections):
        return with_files(made), [
            "It has no debug information, so only local symbols of C have a source file. "
            "Compile with -g for more."
        ]
    from wasmfit.footprint.attribution.debug_lines import files_by_dwarf
    from wasmfit.footprint.attribution.symcache import LinesError

    try:
        return with_files(files_by_dwarf(made)), []
    except LinesError as error:
        return with_files(made), [f"Only local symbols of C have a source file. {error}"]


def _items(made: Ledger, memories: Memories, options: Options) -> list[Item]:
    return items(made, memories, regions=By.REGION in options.by, only=options.only)


def _difference(elf: Elf, chosen: list[Item], base: str | Path, options: Options) -> "Difference":
    from wasmfit.footprint.views.crate_versions import crate_changes, crates
    from wasmfit.footprint.views.diff import Difference, change_tree, moves

    old = read_elf(base)
    memories = Memories(old, options.memories)
    were = _items(account_for(old, options, None)[0], memories, options)
    return Difference(
        str(base),
        change_tree(were, chosen, options.by, top=options.top),
        moves(were, chosen),
        tuple(crate_changes(crates(old), crates(elf))),
    )


def _machine(elf: Elf) -> str:
    return _MACHINES[Machine(elf.machine)] if elf.machine in _MACHINES else f"machine {elf.machine}"


def _notes(elf: Elf, made: Ledger, memories: Memories, options: Options) -> list[str]:
    notes = []
    if elf.kind == ElfKind.RELOCATABLE:
        notes.append(
            "It is an object file, not linked yet: its sections have no addresses, and it fills no memory."
        )
    if not elf.symbols:
        notes.append("It has no symbols (stripped), so most bytes have no owner; use the file as linked.")
    elif elf.stripped:
        notes.append("It is stripped but for its dynamic symbols; use the file as linked.")
    if By.OBJECT in options.by and options.link_map is None:
        notes.append(f"Only the linker's map tells objects: --map {_map_beside(elf)}.")
    if memories.guessed and By.REGION in options.by:
        notes.append(
            "Flash and RAM are a guess from the file; --board or --flash and --ram say what they are."
        )
    for use in memories.uses():
        if use.name == OUTSIDE:
            notes.append(f"{use.bytes:,} bytes lie outside of all memories.")
        elif use.size is not None and use.bytes > use.size:
            notes.append(f"It does not fit: {use.name} has {use.size:,} bytes, {use.bytes:,} are taken.")
    unknown = sum(entry.size for entry in made.entries if entry.owner == UNKNOWN)
    if elf.symbols and unknown * 20 > made.size and options.link_map is None:
        notes.append(
            f"{unknown:,} bytes are of functions and data that carry no crate's name; the linker's map tells "
            f"their objects: --map {_map_beside(elf)}."
        )
    nameless = sum(entry.size for entry in made.entries if entry.owner in (ANONYMOUS_CONSTANTS, STRINGS))
    if By.CRATE in options.by and not options.references and nameless * 20 > made.size:
        notes.append(
            f"{nameless:,} bytes are of constants that nothing names; "
            "--references finds the code that uses them."
        )
    return notes


def _map_beside(elf: Elf) -> str:
    beside = Path(elf.path).with_suffix(".map")
    return str(beside) if beside.is_file() else "FILE"


def _what_there_is(made: Ledger, memories: Memories) -> str:
    sections = sorted({entry.section.name for entry in made.entries})
    regions = sorted({use.name for use in memories.uses()})
    return f"Its sections are {', '.join(sections[:20])}; its regions {', '.join(regions)}."
