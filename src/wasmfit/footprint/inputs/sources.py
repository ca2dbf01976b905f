"""What a file is, by its first bytes, and what of it is analysed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wasmfit.elf.errors import ElfError
from wasmfit.elf.machines import machine_name
from wasmfit.elf.read import parse_elf, read_elf
from wasmfit.elf.records import Elf, ElfKind
from wasmfit.input_file import opened
from wasmfit.words import agreeing, counted, escape_unprintable

_KINDS = {
    ElfKind.RELOCATABLE: "object file",
    ElfKind.EXECUTABLE: "program",
    ElfKind.SHARED: "shared object or position-independent program",
}
_ARCHIVES = (b"!<arch>\n", b"!<thin>\n")
_ARCHIVE, _MODULE = "static library", "module"
_IMAGES = {b"U": "UF2 image", b":": "Intel HEX image", b"S": "Motorola S-record image"}


@dataclass(frozen=True, slots=True)
class SizeSource:
    """A file that is analysed.

    Attributes:
        path: Its path.
        kind: What it is, in words.
        machine: Its processor, in words; empty where that is unknown.
        parts: What it holds: itself, or the members of a static library, which have names.
        notes: What to know of it.
    """

    path: str
    kind: str
    machine: str
    parts: tuple[tuple[str | None, Elf], ...]
    notes: tuple[str, ...] = ()

    @property
    def only(self) -> Elf | None:
        """The file itself; None of a static library."""
        return self.parts[0][1] if len(self.parts) == 1 and self.parts[0][0] is None else None

    @property
    def is_library(self) -> bool:
        """Whether it is a static library."""
        return self.kind == _ARCHIVE

    @property
    def has_names(self) -> bool:
        """Whether files of its kind have names of what is in them, and not only bytes and addresses."""
        return self.kind not in _IMAGES.values()

    @property
    def is_elf(self) -> bool:
        """Whether it is an ELF file of its own."""
        return self.has_names and self.kind not in (_ARCHIVE, _MODULE)


def is_library(path: Path) -> bool:
    """Whether a file begins as a static library does."""
    return first_bytes(path) in _ARCHIVES


def is_image(path: Path) -> bool:
    """Whether a file begins as an image does that has bytes and addresses alone."""
    return first_bytes(path)[:1] in _IMAGES and _is_flashed_image(first_bytes(path))


def _is_flashed_image(start: bytes) -> bool:
    from wasmfit.footprint.inputs.flashed import is_flashed_image

    return is_flashed_image(start)


def first_bytes(path: Path) -> bytes:
    """The first 8 bytes of a file; empty if it cannot be read, which whoever reads it says."""
    try:
        if not path.is_file():
            return b""
        with opened(path) as stream:
            return stream.read(8)
    except (OSError, ValueError):
        return b""


def read_source(path: str | Path, bounds: Sequence[int] = ()) -> SizeSource:
    """Read a file.

    Args:
        path: The file.
        bounds: Addresses where memories begin and end, which divide what has no sections.

    Raises:
        ElfError: It cannot be read, or is of a kind that is not analysed.
    """
    start = first_bytes(Path(path))
    if start in _ARCHIVES:
        return _library(Path(path))
    if start == b"\0asm\1\0\0\0":
        from wasmfit.footprint.inputs.wasm_file import read_module

        return _single(read_module(Path(path)), _MODULE)
    if start[:1] in _IMAGES and _is_flashed_image(start):
        from wasmfit.footprint.inputs.flashed import read_flashed_image

        image = read_flashed_image(Path(path), bounds)
        note = (
            "It has bytes and addresses alone; the ELF file that it was made from says whose they are"
            f"{_next_to(Path(path))}."
        )
        machine = machine_name(image.machine) if image.machine else ""
        return SizeSource(str(path), _IMAGES[start[:1]], machine, ((None, image),), (note,))
    elf = read_elf(path)
    return _single(elf, _KINDS[ElfKind(elf.kind)] if elf.kind in _KINDS else "file")


def _single(elf: Elf, kind: str) -> SizeSource:
    return SizeSource(elf.path, kind, machine_name(elf.machine), ((None, elf),))


def _next_to(path: Path) -> str:
    candidates = (path.with_suffix(suffix) for suffix in (".elf", ".axf", ".out", ""))
    found = next((c for c in candidates if first_bytes(c).startswith(b"\x7fELF")), None)
    return "" if found is None else f" ({escape_unprintable(str(found))})"


def _library(path: Path) -> SizeSource:
    from wasmfit.elf.archive import read_members

    parts: list[tuple[str | None, Elf]] = []
    others: list[str] = []
    for member in read_members(path):
        shown = f"{path}({escape_unprintable(member.name)})"
        try:
            parts.append((member.name, parse_elf(member.image, shown)))
        except ElfError as error:
            if member.image.startswith(b"\x7fELF"):
                raise
            others.append(f"{member.name}: {error.message.removeprefix(f'{shown} ')}")
    if not parts and not others:
        raise ElfError(f"{path} is a static library without members.", "Build it again.")
    if not parts:
        raise ElfError(
            f"{path} is a static library without a member that is an ELF file "
            f"({escape_unprintable(others[0]).rstrip('.')}).",
            "Build it for a target with ELF files.",
        )
    note = (
        f"It is a static library of {counted(len(parts), 'member')}, not linked yet: a linker takes what a "
        "program needs of it."
    )
    notes = [note]
    if others:
        notes.append(
            f"{counted(len(others), 'member')} {agreeing(len(others), 'is', 'are')} not counted, such as "
            f"{escape_unprintable(others[0]).rstrip('.')}."
        )
    machine = " and ".join(machine_name(number) for number in _usual(elf.machine for _, elf in parts))
    return SizeSource(str(path), _ARCHIVE, machine, tuple(parts), tuple(notes))


def _usual(numbers: Iterable[int]) -> list[int]:
    """Different numbers, the most usual first."""
    return [number for number, _ in Counter(numbers).most_common()]
