"""Files that are named: a pipe is not waited for, and what is read is not overwritten."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.program import ended, in_sentences
from tests.elf.elf_builder import CODE, ElfBuilder, Sec, Sym
from tests.samples import measurement
from wasmfit.cli import main
from wasmfit.cli.output import require_writable
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.input_file import contents, opened, text
from wasmfit.module.files import bounded
from wasmfit.store import RunEntry, RunMetadata, Store

MODULE = b"\0asm\1\0\0\0"


def run(monkeypatch: pytest.MonkeyPatch, home: Path, *arguments: str) -> int:
    monkeypatch.setenv("WASMFIT_HOME", str(home))
    monkeypatch.setattr(sys, "argv", ["wasmfit", *arguments])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def is_refused(
    name: str,
    arguments: list[str],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A command that is given something that is not a file ends at once, and names it."""
    code = run(monkeypatch, home, *(word.format(name) for word in arguments))
    said = capsys.readouterr().err
    assert code == 2, said
    assert "wasmfit itself failed" not in said
    assert name in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "{}", "--call", "run()"],
        ["run", "{}"],
        ["check", "{}"],
        ["diff", "{}", "module.wasm"],
        ["diff", "file:{}", "file:{}"],
        ["size", "{}"],
        ["size", "image.elf", "--map", "{}"],
        ["size", "image.elf", "--base", "{}"],
    ],
    ids=str,
)
def test_a_pipe_is_refused_and_not_waited_for(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.toml")
    Path("module.wasm").write_bytes(MODULE)
    Path("image.elf").write_bytes(_image())
    is_refused("pipe.toml", arguments, tmp_path / "home", monkeypatch, capsys)


@pytest.mark.parametrize("name", ["tools.json", "proofs.json", "durations.json", "last-failure.md"])
def test_a_pipe_in_wasmfits_folder_is_not_waited_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home").mkdir()
    os.mkfifo(tmp_path / "home" / name)
    command = (
        ["doctor", "--report"] if name == "last-failure.md" else ["compare", "-r", "native", "--dry-run"]
    )
    assert run(monkeypatch, tmp_path / "home", *command) in (0, 1)
    assert "wasmfit itself failed" not in capsys.readouterr().err


def test_a_pipe_in_a_catalogue_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "catalogue" / "boards").mkdir(parents=True)
    os.mkfifo(tmp_path / "catalogue" / "boards" / "mine.toml")
    assert run(monkeypatch, tmp_path, "list", "boards", "--catalog", str(tmp_path / "catalogue")) == 2
    assert "mine.toml cannot be read: it is a pipe" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="devices of Linux")
@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "{}", "--call", "run()"],
        ["run", "{}"],
        ["check", "{}"],
        ["diff", "file:{}", "file:{}"],
        ["size", "{}"],
        ["size", "image.elf", "--map", "{}"],
        ["size", "image.elf", "--partitions", "{}"],
    ],
    ids=str,
)
def test_a_device_is_refused_and_not_read_for_ever(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("image.elf").write_bytes(_image())
    for device in ("/dev/zero", "/dev/urandom"):
        is_refused(device, arguments, tmp_path / "home", monkeypatch, capsys)


def test_what_is_no_file_is_told_in_words(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"abc")
    with pytest.raises(OSError, match="it is a pipe or a terminal, not a file"):
        opened(tmp_path / "pipe")
    with pytest.raises(OSError, match="has a NUL in it"):
        opened(Path("a\0b"))
    with pytest.raises(IsADirectoryError):
        opened(tmp_path)
    with pytest.raises(UsageError, match="pipe of --import cannot be read: it is a pipe"):
        bounded(tmp_path / "pipe", "--import", 100, "")
    assert contents(tmp_path / "file") == b"abc"
    assert contents(Path(os.devnull)) == b""
    if sys.platform == "linux":
        with pytest.raises(OSError, match="it is a device, not a file"):
            contents(Path("/dev/zero"))


def test_text_has_one_kind_of_lines(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a\r\nb\xff\n")
    assert text(tmp_path / "file", errors="replace") == "a\nb\ufffd\n"
    with pytest.raises(UnicodeDecodeError):
        text(tmp_path / "file")


@pytest.mark.parametrize(
    "arguments",
    [
        ["size", "image.elf", "-o", "image.elf"],
        ["size", "image.elf", "-o", "./image.elf"],
        ["size", "image.elf", "-o", "link.elf"],
        ["size", "image.elf", "--output=image.elf"],
        ["size", "image.elf", "-oimage.elf"],
        ["size", "other.elf", "--base", "image.elf", "-o", "image.elf"],
        ["size", "other.elf", "--base=image.elf", "-o", "image.elf"],
        ["compare", "image.elf", "--call", "run()", "-o", "image.elf"],
        ["report", "image.elf", "--call", "run()", "-o", "image.elf"],
        ["compare", "other.elf", "--import", "env.adc=@image.elf", "-o", "image.elf"],
        ["diff", "file:image.elf", "other.elf", "-o", "image.elf"],
    ],
    ids=str,
)
def test_an_input_is_not_overwritten(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("image.elf", "other.elf"):
        Path(name).write_bytes(_image())
    Path("link.elf").symlink_to("image.elf")
    assert run(monkeypatch, tmp_path / "home", *arguments) == 2
    assert "is read by this command, and would be overwritten" in capsys.readouterr().err
    assert Path("image.elf").read_bytes() == _image()


@pytest.mark.parametrize("command", ["compare", "bench", "fit", "report"])
@pytest.mark.parametrize("output", ["m.wasm", "m.toml", "link.wasm", "x.toml"])
def test_what_an_experiment_names_is_not_overwritten(
    command: str,
    output: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """From another folder than the experiment's, and before anything is built."""
    folder = tmp_path / "experiment"
    folder.mkdir()
    names = 'modules = ["m.wasm"]' if command == "bench" else 'module = { path = "m.wasm" }'
    before = {"m.wasm": MODULE, "m.toml": b"# settings\n"}
    before["x.toml"] = f'command = "{command}"\n[experiment]\n{names}\n'.encode()
    for name, content in before.items():
        (folder / name).write_bytes(content)
    (folder / "link.wasm").symlink_to("m.wasm")
    monkeypatch.chdir(tmp_path)
    result = run(monkeypatch, tmp_path / "home", "run", "experiment/x.toml", "-o", f"experiment/{output}")
    assert result == 2
    assert "is read by this command, and would be overwritten" in capsys.readouterr().err
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_what_was_opened_is_not_overwritten(tmp_path: Path) -> None:
    """Whatever named it, such as a rule of a module's own settings."""
    samples = tmp_path / "samples.txt"
    samples.write_text("1 2 3")
    require_writable(samples)
    assert contents(samples) == b"1 2 3"
    with pytest.raises(UsageError, match="is read by this command"):
        require_writable(samples)
    assert samples.read_text() == "1 2 3"


def test_a_pipe_that_nobody_reads_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    output = str(tmp_path / "pipe")
    for command in (["list", "boards"], ["compare", "-r", "wasm3", "--measured"]):
        assert run(monkeypatch, tmp_path / "home", *command, "-o", output) == 2
        assert "pipe cannot be written: it is a pipe, and nobody reads it" in capsys.readouterr().err


def test_a_pipe_that_somebody_reads_gets_the_result(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["/bin/cat", tmp_path / "pipe"], stdout=subprocess.PIPE)
    try:
        # Opening waits until cat has opened it as well.
        with (tmp_path / "pipe").open("w"):
            result = ended(["list", "boards", "-o", str(tmp_path / "pipe")], tmp_path / "home")
        assert result.returncode == 0, in_sentences(result)
        assert b"nrf52840dk" in reader.communicate(timeout=60)[0]
    finally:
        reader.kill()
        reader.wait()


def test_a_result_is_overwritten_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("image.elf").write_bytes(_image())
    # Words that are not files' names, and a result that is called like one of them.
    for output in ("out", "out", "section", "section"):
        assert run(monkeypatch, tmp_path / "home", "size", "image.elf", "--by", "section", "-o", output) == 0
    assert "in place of what was there" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "html"])
def test_a_line_of_a_label_is_no_line_of_a_result(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home.at(tmp_path / "home")
    store, cell = Store(home.results), measurement()
    for number in range(2):
        changed = cell.model_copy(update={"reason": f"r{number}\nEVIL"})
        store.save(changed, f"p{number}")
        metadata = RunMetadata("wasmfit\nEVIL", label=f"l{number}\nEVIL", commit="c\nEVIL", branch="b\nEVIL")
        store.record(metadata, [RunEntry(changed, f"p{number}", True)], "0.1.0")
    for command in (["history", "--runs"], ["history", "size.flash"], ["diff", "1", "2"]):
        run(monkeypatch, home.root, *command, "--format", form)
        assert "\nEVIL" not in capsys.readouterr().out


def _image() -> bytes:
    return ElfBuilder(
        sections=[Sec(".text", 0x100, b"\x70\x47" * 8, flags=CODE)], symbols=[Sym("f", 0x101, 16)]
    ).build()
