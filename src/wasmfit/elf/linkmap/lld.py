"""The map that LLVM's lld writes with ``-Map=FILE``.

The format (``lld/ELF/MapFile.cpp``) is one line a thing, ``VMA LMA Size Align`` and then, indented by 0, 8 or
16 blanks, an output section, an input section ``FILE:(SECTION)``, or a symbol; commands of the linker script
stand among the first two. Addresses and sizes are hexadecimal, alignments decimal.
"""

import re
from typing import NoReturn

from wasmfit.elf.linkmap.records import InputSection, LinkMap, LinkMapError, OutputSection, ScriptCommand

_HEADER = re.compile(r" *VMA +LMA +Size Align Out +In +Symbol")
_ROW = re.compile(
    r" *([0-9a-f]{1,16}) +[0-9a-f]{1,16} +([0-9a-f]{1,16}) +([0-9]{1,20})(?: ( {16}| {8}|)(.*)|)"
)
_INPUT = re.compile(r"(.+):\((.*)\)")
# lld puts a blank after the first word of a command, whatever the script has there.
_COMMAND = re.compile(
    r"(?:PROVIDE|PROVIDE_HIDDEN|HIDDEN|BYTE|SHORT|LONG|QUAD|SQUAD) ?\(|[^\s:(]+ (?:[-+*/&|^]|<<|>>)?="
)


def parse_link_map(text: str, path: str = "<text>") -> LinkMap:
    """Read the text of a map.

    Args:
        text: The whole map.
        path: What error messages call it.

    Raises:
        LinkMapError: It is not lld's map, or a line is not one that lld writes.
    """
    # Not splitlines(): a symbol's name may hold other characters that it would split at.
    lines = text.split("\n")
    if not _HEADER.fullmatch(lines[0].rstrip()):
        raise LinkMapError(
            f"{path} is not a map of LLVM's lld or of GNU ld.",
            "Link with -Map=FILE (-Wl,-Map=FILE for a compiler) and name that file.",
        )
    builder = _Builder(path)
    for number, line in enumerate(lines[1:], start=2):
        row = _ROW.fullmatch(line)
        if row is not None:
            builder.add(row, number)
        elif line.startswith("Cross Reference Table"):
            break  # lld --cref writes it after the map
        elif line.strip():
            builder.fail(line, number)
    return builder.link_map()


class _Builder:
    def __init__(self, path: str) -> None:
        self._path = path
        self._done: list[OutputSection] = []
        self._open: tuple[str, int, int] | None = None
        self._inputs: list[InputSection] = []
        self._commands: list[ScriptCommand] = []

    def add(self, row: re.Match[str], number: int) -> None:
        address, size, align, indent, text = row.groups()
        if not text or len(indent) == 16:
            return  # an ASSERT of the linker script has no text; a symbol is the ELF's own business
        if not indent:
            if not _COMMAND.match(text):
                self._start(text, int(address, 16), int(size, 16))
        elif self._open is None:
            self.fail(row.group(), number)
        elif _COMMAND.match(text):
            if int(size, 16):
                self._commands.append(ScriptCommand(int(address, 16), int(size, 16), text))
        else:
            source = _INPUT.fullmatch(text)
            if source is None:
                self.fail(row.group(), number)
            self._inputs.append(InputSection(int(address, 16), int(size, 16), int(align), *source.groups()))

    def link_map(self) -> LinkMap:
        self._finish()
        return LinkMap(self._path, tuple(self._done))

    def fail(self, line: str, number: int) -> NoReturn:
        raise LinkMapError(
            f"{self._path}, line {number}: not a line of lld's map: {line[:80]!r}.",
            "Link again with -Map=FILE.",
        )

    def _start(self, name: str, address: int, size: int) -> None:
        self._finish()
        self._open = (name, address, size)

    def _finish(self) -> None:
        if self._open is not None:
            self._done.append(OutputSection(*self._open, tuple(self._inputs), tuple(self._commands)))
        self._inputs, self._commands = [], []
