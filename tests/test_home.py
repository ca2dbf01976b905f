"""wasmfit's folder: what cannot be one is told, and one that cannot be written to is read."""

import os
from pathlib import Path

import pytest

from tests.samples import measurement
from wasmfit.api.cells import show
from wasmfit.api.verdicts import runs
from wasmfit.builder.cargo import _KIND
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.store import RunEntry, RunMetadata, Store


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("~nosuch", "wasmfit's folder ~nosuch cannot be found"),
        ("/tmp/a\udcffb", r"wasmfit's folder /tmp/a\udcffb has bytes that are not UTF-8"),  # noqa: S108
        ("/tmp/a:b", "has ':' in its path, which cargo cannot work with"),  # noqa: S108
        ("/tmp/a%s{}b", "has '%' in its path, which the linker cannot work with"),  # noqa: S108
        ("/tmp/a\nb", r"wasmfit's folder /tmp/a\nb has an unprintable character"),  # noqa: S108
    ],
)
def test_what_tools_cannot_work_with_is_told(monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> None:
    monkeypatch.setenv("WASMFIT_HOME", name)
    with pytest.raises(UsageError) as told:
        Home.find()
    assert words in told.value.message
    assert "WASMFIT_HOME" in told.value.remedy
    assert not Path(os.fsencode(name).decode(errors="surrogateescape")).exists()


@pytest.mark.parametrize("name", ["a=b", "a b", "a{}b", "a,b", "a'b", 'a"b', "a$b", "ä", "a*b"])
def test_others_are_taken(tmp_path: Path, name: str) -> None:
    assert Home.at(tmp_path / name).root.is_dir()


@pytest.mark.parametrize("kind", ["", "native=", "dependency=", "all="])
def test_a_folder_to_link_from_may_have_an_equals_sign(kind: str) -> None:
    assert _KIND.sub("", f"{kind}/home/a=b/out") == "/home/a=b/out"


def test_a_home_that_cannot_be_written_to_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where its file system is read-only, which root meets as well."""
    home = Home.at(tmp_path / "home")
    cell = measurement()
    with Store(home.results).reading():
        # A log of writes that is not part of the file yet.
        Store(home.results).save(cell, "print")
        Store(home.results).record(RunMetadata("wasmfit compare"), [RunEntry(cell, "print", True)], "0.1.0")
        before = {path.name: path.read_bytes() for path in home.root.iterdir()}
        assert "results.sqlite-wal" in before
        writable = os.access
        monkeypatch.setattr(
            os,
            "access",
            lambda path, mode: (
                mode & os.W_OK == 0 and writable(path, mode)
                if str(path).startswith(str(home.root))
                else writable(path, mode)
            ),
        )
        assert show(cell.id, home=home.root).measurement.id == cell.id
        assert [run.number for run in runs(home=home.root)] == [1]
        assert Store(home.results).count() == 1
        assert {path.name: path.read_bytes() for path in home.root.iterdir()} == before
        with pytest.raises(UsageError, match="cannot be written to"):
            Home.find(home.root)
