"""What was built is not removed from under those who use it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wasmfit.builder.in_use import InUse, InUseError, nobody_else
from wasmfit.cli import main
from wasmfit.home import Home

OTHER = """
import sys
from pathlib import Path
from wasmfit.builder.in_use import InUse
from wasmfit.home import Home
held = InUse(Home.at(Path(sys.argv[1])))
print("held", flush=True)
sys.stdin.read()
"""


def cleaned(home: Home, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("WASMFIT_HOME", str(home.root))
    monkeypatch.setattr(sys, "argv", ["wasmfit", "cache", "--clean"])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    own = Home.at(tmp_path / "home")
    own.artefacts.mkdir()
    (own.artefacts / "firmware.elf").write_bytes(bytes(2_000_000))
    return own


def test_cleaning_waits_for_nobody_and_says_who_is_there(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, home.root], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert cleaned(home, monkeypatch) == 1
        assert f"is in use by process {other.pid} on " in capsys.readouterr().err
        assert (home.artefacts / "firmware.elf").exists()
        # Not even a chance to say that it ends.
        other.kill()
    assert cleaned(home, monkeypatch) == 0
    assert "Freed 2.0 MB" in capsys.readouterr().err
    assert not home.artefacts.exists()


def test_who_has_ended_holds_nothing(home: Home) -> None:
    held = InUse(home)
    with pytest.raises(InUseError, match=f"process {os.getpid()}"), nobody_else(home):
        pass
    del held
    with nobody_else(home):
        assert [path.name for path in (home.root / "in-use").iterdir()] == ["gate"]


def test_a_folder_that_is_a_link_is_left_and_not_counted_as_freed(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    home.artefacts.rename(elsewhere)
    home.artefacts.symlink_to(elsewhere)
    assert cleaned(home, monkeypatch) == 0
    said = capsys.readouterr().err
    assert f"is a link to {elsewhere}, which was left as it is" in said
    assert "Freed 0.0 MB" in said
    assert (elsewhere / "firmware.elf").exists()


def test_what_has_two_names_is_freed_once(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    os.link(home.artefacts / "firmware.elf", home.artefacts / "again.elf")
    assert cleaned(home, monkeypatch) == 0
    assert "Freed 2.0 MB" in capsys.readouterr().err
