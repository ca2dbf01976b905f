"""One attempt with a tool, in a folder of its own."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.toolchain.process import ChildTimeoutError, ProcessRunner
from wasmfit.toolchain.proofs import first_error

_SECONDS = 120
_WORD = re.compile(r"(?:\\.|[^\s\\])+")


def attempt(
    runner: ProcessRunner,
    command: Sequence[str | Path],
    folder: Path,
    what: str,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Runs a command, and returns what it prints.

    Args:
        what: What it is to do, for the error, such as ``compile one line of C``.

    Raises:
        MissingToolError: It cannot.
    """
    program = Path(command[0]).name
    try:
        ended = runner.run(command, timeout=_SECONDS, cwd=folder, env=environment)
    except ChildTimeoutError as error:
        raise MissingToolError(f"{program} does not {what} in {_SECONDS} s") from error
    if ended.code != 0:
        raise MissingToolError(f"{program} cannot {what}: {first_error(ended.output)}")
    return ended.output


def dependencies(rule: Path) -> tuple[Path, ...]:
    """The files that a compiler read, from the rule for ``make`` that it wrote."""
    text = rule.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    words = _WORD.findall(text.partition(": ")[2])
    return tuple(Path(re.sub(r"\\(.)", r"\1", word)) for word in words)
