"""The suite's scripts, as its host program writes them."""

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wasmfit.model import Excluded
from wasmfit.words import escape_unprintable

Expected = str | list["Expected"]
"""An expected value: a word, or several of which one will do. See ``catalog/suite/host/values.rs``."""

_WORD = struct.Struct("<I")


_OF_THE_HEAP = ("mark", "grown", "more", "written")


@dataclass(frozen=True, slots=True)
class Command:
    """An action, and what it must come to.

    Attributes:
        line: Line of the file.
        do: ``instantiate``, ``load``, ``register``, ``invoke`` or ``get``; of our own scripts also ``mark``,
            ``grown``, ``more``, ``written`` and ``rounds`` (``catalog/suite/host/script.rs``).
        module: Number of the module, for the first two, and for ``rounds``.
        instance: The command that makes the instance, for the others.
        name: The function, the global, or the name to register; of what is measured, what it is.
        args: A call's arguments.
        expect: ``return``, ``trap``, ``exhaustion``, ``exception``, ``invalid``, ``malformed``,
            ``unlinkable`` or ``valid``; ``None`` for an action that nothing is asserted of.
        results: What a call must return.
        message: What the suite says of a failure.
        needs: What the module needs of WebAssembly beyond 1.0.
        uses: What the function uses of that.
        valid: Whether the module is valid with everything that WebAssembly has by now.
        spectest: Whether the module imports from ``spectest``.
        fresh: Whether everything before can be dropped.
        budget: What a call or a start function may take, in the runtime's units; it must be stopped then.
        pages: What the host lets the module's memory have.
        count: Rounds.
        excluded: Whether the catalogue leaves it out: then it is not done at all.
    """

    line: int
    do: str
    module: int | None = None
    instance: int | None = None
    name: str = ""
    args: tuple[str, ...] = ()
    expect: str | None = None
    results: tuple[Expected, ...] = ()
    message: str = ""
    needs: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    valid: bool = True
    spectest: bool = False
    fresh: bool = False
    budget: int | None = None
    pages: int | None = None
    count: int = 0
    excluded: bool = False

    @property
    def is_superseded(self) -> bool:
        """Whether it asserts that a module is wrong which a later version of WebAssembly allows."""
        return self.expect in ("invalid", "malformed") and self.valid

    @property
    def is_assertion(self) -> bool:
        """Whether something is asserted that still holds, and is asked."""
        return self.expect is not None and not self.is_superseded and not self.excluded

    @property
    def is_precondition(self) -> bool:
        """Whether it can hold only where something works: refusals and traps can have any reason, and nothing
        takes no heap."""
        return self.expect in ("return", "exception", "valid") and self.do not in _OF_THE_HEAP

    @property
    def action(self) -> str:
        """What is done, for a reader."""
        match self.do:
            case "invoke":
                within = "" if self.budget is None else f" within a budget of {self.budget:,}"
                return escape_unprintable(f"{self.name}({', '.join(self.args)}){within}")
            case "grown" | "more":
                return f"heap for {self.name}"
            case "written":
                return "modules written to"
            case "rounds":
                return f"{self.name} ({self.count:,} rounds)"
            case "get":
                return escape_unprintable(f"global {self.name}")
            case "register":
                return escape_unprintable(f"register as {self.name}")
        within = "" if self.budget is None else f" within a budget of {self.budget:,}"
        return f"{self.do} module {self.module}{within}"

    @property
    def expectation(self) -> str:
        """What must come of it, for a reader."""
        match self.expect:
            case "return":
                return ", ".join(map(_shown, self.results)) or "nothing returned"
            case "trap" | "exhaustion":
                return f"a trap: {self.message}"
            case "exception":
                return "an exception"
            case "invalid" | "malformed" | "unlinkable":
                return f"{self.expect}: {self.message}"
        return "accepted"


def _shown(expected: Expected) -> str:
    if isinstance(expected, str) and expected.startswith("most:"):
        return f"at most {int(expected[5:], 16):,} B"
    return expected if isinstance(expected, str) else f"one of ({' | '.join(map(_shown, expected))})"


@dataclass(frozen=True)
class Script:
    """A file's commands.

    Attributes:
        file: Its name.
        commands: In order.
        left_out: Why directives of the file are not here → how many.
    """

    file: str
    commands: tuple[Command, ...]
    left_out: dict[str, int]

    def assertions(self) -> Iterator[Command]:
        """The commands that something is asserted of."""
        return (command for command in self.commands if command.is_assertion)


@dataclass(frozen=True)
class Part:
    """One part of the suite.

    Attributes:
        name: A version, or a proposal.
        scripts: Its files, in order of their names.
        modules: File with its modules.
    """

    name: str
    scripts: tuple[Script, ...]
    modules: Path


def read(folder: Path, name: str, excluded: Iterable[Excluded] = ()) -> Part:
    """Reads a part from the folder that the host program wrote to."""
    data = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    lines = {
        (exclusion.file, line) for exclusion in excluded if exclusion.part == name for line in exclusion.lines
    }
    scripts = tuple(
        Script(
            script["file"],
            tuple(
                _command(fields, excluded=(script["file"], fields["line"]) in lines)
                for fields in script["commands"]
            ),
            script["left_out"],
        )
        for script in data["files"]
    )
    return Part(name, scripts, modules_of(folder, name))


def modules_of(folder: Path, name: str) -> Path:
    """The file with a part's modules."""
    return folder / f"{name}.modules"


def _command(fields: dict[str, Any], *, excluded: bool) -> Command:
    return Command(
        line=fields["line"],
        do=fields["do"],
        module=fields.get("module"),
        instance=fields.get("instance"),
        name=fields.get("name", ""),
        args=tuple(fields.get("args", ())),
        expect=fields.get("expect"),
        results=tuple(fields.get("results", ())),
        message=fields.get("message", ""),
        needs=frozenset(fields.get("needs", ())),
        uses=frozenset(fields.get("uses", ())),
        valid=fields.get("valid", True),
        spectest=fields.get("spectest", False),
        fresh=fields.get("fresh", False),
        budget=fields.get("budget"),
        pages=fields.get("pages"),
        count=fields.get("count", 0),
        excluded=excluded,
    )


def modules(path: Path) -> list[bytes]:
    """The modules in a file of them."""
    data = memoryview(path.read_bytes())
    (count,), offset, modules_read = _WORD.unpack_from(data), _WORD.size, []
    for _ in range(count):
        (length,) = _WORD.unpack_from(data, offset)
        offset += _WORD.size
        modules_read.append(bytes(data[offset : offset + length]))
        offset += length
    return modules_read
