"""The map that GNU ld writes with ``-Map=FILE``, as the same records as lld's.

Its part "Linker script and memory map" has output sections at the start of a line, and input sections, fill
and data of the linker script after one blank:

    .text           0x10000040      0x898
     .text.memcpy   0x10000820       0x1c /usr/lib/…/libc.a(memcpy.c.o)
     *fill*         0x1000083c        0x4

A name that is too long for its column stands on a line of its own. Everything else in it (patterns, symbols,
assignments) takes no bytes.
"""

import re
from collections.abc import Iterable, Iterator

from wasmfit.elf.linkmap.records import InputSection, LinkMap, LinkMapError, OutputSection, ScriptCommand

START = "Linker script and memory map"
"""The line that the part of interest begins with."""

_OUTPUT = re.compile(
    r"([^\s*/(][^\s]*)\s+0x([0-9a-f]{1,16})\s+0x([0-9a-f]{1,16})(?:\s+load address 0x[0-9a-f]+)?"
)
_INPUT = re.compile(r" ([^\s*(][^\s]*)\s+0x([0-9a-f]{1,16})\s+0x([0-9a-f]{1,16})(?: (\S.*))?")
_FILL = re.compile(r" \*fill\*\s+0x([0-9a-f]{1,16})\s+0x([0-9a-f]{1,16})(?: .*)?")
_DATA = re.compile(r" {16}0x([0-9a-f]{1,16})\s+0x([0-9a-f]{1,16}) ((?:BYTE|SHORT|LONG|S?QUAD) .*)")
# A name whose numbers stand on the next line.
_LONG_NAME = re.compile(r" ?[^\s*(=][^\s]*")
_ALIGNMENT = ". = ALIGN ( fill )"  # what lld's map says for fill that the script asks for


def parse_gnu_map(text: str, path: str) -> LinkMap:
    """Read the text of a map.

    Args:
        text: The whole map.
        path: What error messages call it.

    Raises:
        LinkMapError: It has no part that says what lies where.
    """
    lines = text.split("\n")
    if START not in lines:
        raise LinkMapError(
            f"{path} has no part {START!r}.", "Link with -Wl,-Map=FILE and name that file, whole."
        )
    return LinkMap(path, tuple(_sections(_joined(lines[lines.index(START) + 1 :]))))


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """The lines, with names that are too long for their column joined to the line with their numbers."""
    name = ""
    for line in lines:
        if name and line.startswith(" " * 16):
            line = f"{name} {line.strip()}"
        name = ""
        if _LONG_NAME.fullmatch(line):
            name = line
        else:
            yield line


def _sections(lines: Iterable[str]) -> Iterator[OutputSection]:
    head: tuple[str, int, int] | None = None
    inputs: list[InputSection] = []
    commands: list[ScriptCommand] = []
    for line in lines:
        if line.startswith("OUTPUT("):
            break  # tables of other kinds may follow
        if (output := _OUTPUT.fullmatch(line)) is not None:
            if head is not None:
                yield OutputSection(*head, tuple(inputs), tuple(commands))
            head, inputs, commands = (output[1], int(output[2], 16), int(output[3], 16)), [], []
        elif (fill := _FILL.fullmatch(line)) is not None:
            commands += _command(fill[1], fill[2], _ALIGNMENT)
        elif (data := _DATA.fullmatch(line)) is not None:
            commands += _command(data[1], data[2], data[3])
        elif (source := _INPUT.fullmatch(line)) is not None and source[4]:
            size = int(source[3], 16)
            if size:
                # GNU ld does not say how an input section is aligned; its fill has lines of its own.
                inputs.append(InputSection(int(source[2], 16), size, 1, source[4], source[1]))
    if head is not None:
        yield OutputSection(*head, tuple(inputs), tuple(commands))


def _command(address: str, size: str, command: str) -> list[ScriptCommand]:
    return [ScriptCommand(int(address, 16), int(size, 16), command)] if int(size, 16) else []
