"""Compiling plugins, and finding which plugin interface a QEMU takes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wasmfit.emulation import plugins
from wasmfit.errors import MissingToolError
from wasmfit.toolchain import ProcessRunner

QEMU = "qemu-system-arm"


def emulator(folder: Path, says: str) -> str:
    """A stand-in for a QEMU that takes no plugin."""
    program = folder / "qemu"
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit 1\n")
    program.chmod(0o755)
    return str(program)


def test_a_qemu_is_asked_once_and_its_plugin_compiled_once(tmp_path: Path) -> None:
    commands: list[str] = []
    runner = ProcessRunner(echo=commands.append)
    library = plugins.compiled(tmp_path / "cache", runner, QEMU)
    assert library.read_bytes()[:4] == b"\x7fELF"
    asked = len(commands)
    assert asked >= 3  # a probe, asking, and the plugin
    assert plugins.compiled(tmp_path / "cache", runner, QEMU) == library
    assert len(commands) == asked
    assert not [path for path in library.parent.iterdir() if path.name.startswith(".")]


def test_the_interface_is_one_that_is_known_and_the_newest_that_is_taken(tmp_path: Path) -> None:
    log = tmp_path / "log"
    version = plugins.interface(tmp_path, ProcessRunner(), QEMU, log)
    assert version in plugins.interfaces()
    newer = [other for other in plugins.interfaces() if other > version]
    assert log.read_text().count("Could not load plugin") == len(newer)


def test_a_folder_with_a_comma_is_no_end_of_a_path(tmp_path: Path) -> None:
    assert plugins.interface(tmp_path / "a,b", ProcessRunner(), QEMU) in plugins.interfaces()


def test_an_answer_that_cannot_be_read_is_asked_for_again(tmp_path: Path) -> None:
    version = plugins.interface(tmp_path, ProcessRunner(), QEMU)
    (answer,) = tmp_path.glob("interface-*")
    answer.write_text("of old")
    assert plugins.interface(tmp_path, ProcessRunner(), QEMU) == version
    assert answer.read_text() == f"{version}\n"


@pytest.mark.parametrize(
    "says", ["qemu-system-arm: plugin interface not enabled in this build", "qemu: -plugin: invalid option"]
)
def test_a_qemu_without_plugins(says: str, tmp_path: Path) -> None:
    program = emulator(tmp_path, says)
    with pytest.raises(MissingToolError, match=f"^{program} was built without support for TCG plugins"):
        plugins.interface(tmp_path / "cache", ProcessRunner(), program)
    assert not list((tmp_path / "cache").glob("interface-*"))


def test_a_qemu_with_none_of_the_known_interfaces(tmp_path: Path) -> None:
    program = emulator(tmp_path, "qemu-system-arm: plugin requires API version 7, but this QEMU ...")
    with pytest.raises(MissingToolError, match=r"takes none of .* \(1, 2, 3, 7\): plugin requires API"):
        plugins.interface(tmp_path / "cache", ProcessRunner(), program)


def test_no_qemu(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match="The emulator qemu-system-none is not installed"):
        plugins.interface(tmp_path, ProcessRunner(), "qemu-system-none")


@pytest.mark.parametrize("version", plugins.interfaces())
@pytest.mark.parametrize(
    "plugin", [plugins.SOURCES, *(plugins.SOURCES / name for name in ("guard", "probe", "stores"))]
)
def test_it_compiles_without_a_warning(plugin: Path, version: int, tmp_path: Path) -> None:
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
    sources = plugins.parts(version, plugin)
    command: list[str | Path] = ["cc", *strict, "-I", plugins.SOURCES, *sources, "-o", tmp_path / "x.so"]
    done = ProcessRunner().run(command, timeout=60, log=log)
    assert done.code == 0, done.output


def test_two_processes_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from wasmfit.emulation import compiled;"
        "from wasmfit.toolchain import ProcessRunner;"
        f"print(compiled(Path(sys.argv[1]), ProcessRunner(), {QEMU!r}))"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    places = {process.communicate()[0].strip() for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(places) == 1
    assert [str(path) for path in tmp_path.glob("plugin-*")] == list(places)


def test_a_new_source_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = plugins.compiled(tmp_path, ProcessRunner(), QEMU)
    changed = shutil.copytree(plugins.SOURCES, tmp_path / "source")
    (changed / "cache.h").write_bytes((changed / "cache.h").read_bytes() + b"\n")
    monkeypatch.setattr(plugins, "SOURCES", changed)
    assert plugins.compiled(tmp_path, ProcessRunner(), QEMU) != first


def test_another_compiler_compiles_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = plugins.compiled(tmp_path, ProcessRunner(), QEMU)
    real = shutil.which("cc")
    other = tmp_path / "bin" / "cc"
    other.parent.mkdir()
    other.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{other.parent}:/usr/bin:/bin")
    assert plugins.compiled(tmp_path, ProcessRunner(), QEMU) != first


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = str(shutil.which(QEMU))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="apt-get install -y gcc"):
        plugins.compiled(tmp_path / "cache", ProcessRunner(), program)


def test_a_compiler_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = tmp_path / "bin" / "cc"
    compiler.parent.mkdir()
    compiler.write_text("#!/bin/sh\necho 'counter.c:1: fatal error: stdio.h: No such file' >&2\nexit 1\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", f"{compiler.parent}:/usr/bin:/bin")
    with pytest.raises(MissingToolError, match=r"stdio\.h: No such file"):
        plugins.compiled(tmp_path / "cache", ProcessRunner(), QEMU)
    assert list((tmp_path / "cache").iterdir()) == []
