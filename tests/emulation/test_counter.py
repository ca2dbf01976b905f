"""Compiling the plugin."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wasmfit.emulation import counter
from wasmfit.errors import MissingToolError
from wasmfit.toolchain import Gateway


def test_it_compiles_once(tmp_path: Path) -> None:
    commands: list[str] = []
    gateway = Gateway(echo=commands.append)
    first = counter.compiled(tmp_path / "cache", gateway)
    assert first.read_bytes()[:4] == b"\x7fELF"
    assert counter.compiled(tmp_path / "cache", gateway) == first
    assert len(commands) == 1
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_it_compiles_without_a_warning(tmp_path: Path) -> None:
    log = tmp_path / "log"
    strict = (
        "-O2",
        "-shared",
        "-fPIC",
        "-Wall",
        "-Wextra",
        "-Wconversion",
        "-Werror",
        "-std=c11",
        "-D_DEFAULT_SOURCE",
    )
    done = Gateway().run(["cc", *strict, *counter.parts(), "-o", tmp_path / "x.so"], timeout=60, log=log)
    assert done.code == 0, done.output


def test_two_processes_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from wasmfit.emulation import compiled;"
        "from wasmfit.toolchain import Gateway; print(compiled(Path(sys.argv[1]), Gateway()))"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    places = {process.communicate()[0].strip() for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(places) == 1
    assert [str(path) for path in tmp_path.iterdir()] == list(places)


def test_a_new_source_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = counter.compiled(tmp_path, Gateway())
    changed = shutil.copytree(counter.SOURCES, tmp_path / "source")
    (changed / "cache.h").write_bytes((changed / "cache.h").read_bytes() + b"\n")
    monkeypatch.setattr(counter, "SOURCES", changed)
    assert counter.compiled(tmp_path, Gateway()) != first


def test_another_compiler_compiles_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = counter.compiled(tmp_path, Gateway())
    real = shutil.which("cc")
    other = tmp_path / "bin" / "cc"
    other.parent.mkdir()
    other.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{other.parent}:/usr/bin:/bin")
    assert counter.compiled(tmp_path, Gateway()) != first


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="apt-get install -y gcc"):
        counter.compiled(tmp_path / "cache", Gateway())


def test_a_compiler_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = tmp_path / "bin" / "cc"
    compiler.parent.mkdir()
    compiler.write_text("#!/bin/sh\necho 'counter.c:1: fatal error: stdio.h: No such file' >&2\nexit 1\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", f"{compiler.parent}:/usr/bin:/bin")
    with pytest.raises(MissingToolError, match=r"stdio\.h: No such file"):
        counter.compiled(tmp_path / "cache", Gateway())
    assert list((tmp_path / "cache").iterdir()) == []
