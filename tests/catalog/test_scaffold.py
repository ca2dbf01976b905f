"""A new runtime's folder: it loads as it is, and nothing of the user's is overwritten."""

from pathlib import Path

import pytest

from wasmfit.catalog import Catalog
from wasmfit.catalog.scaffold import Language, new_runtime
from wasmfit.errors import UsageError
from wasmfit.model import CrateSource, builds


def write(into: Path, name: str, language: str, crate: str | None = None) -> list[Path]:
    return new_runtime(Catalog.load(), name, Language(language), into, crate)


@pytest.mark.parametrize(
    ("language", "sources"), [("rust", ["any.rs", "lib.rs"]), ("c", ["any.c", "glue.c"])]
)
@pytest.mark.parametrize("crate", [None, "some-crate@1.2.3", "some-crate@=1.2.3-beta.1"])
def test_it_loads_as_it_is_written(
    tmp_path: Path, language: str, sources: list[str], crate: str | None
) -> None:
    written = write(tmp_path, "mine", language, crate)
    folder = tmp_path / "runtimes" / "mine"
    assert sorted(written) == [*(folder / "firmware" / source for source in sources), folder / "runtime.toml"]
    assert not any("@" in path.read_text().replace("@=", "") for path in written)
    loaded = Catalog.load(tmp_path)
    runtime = loaded.runtimes["mine"]
    assert loaded.takes_any_module(runtime)
    (build,) = builds(runtime)
    if crate is not None:
        version = crate.split("@")[1].removeprefix("=")
        assert build.version.version == version
        if language == "rust":
            assert build.dependencies["some-crate"].version == f"={version}"
        else:
            assert build.version.source == CrateSource(crate="some-crate", version=version, path=".")


@pytest.mark.parametrize(
    "name", ["", "Mine", "my runtime", "../mine", "-mine", "mine-", "a--b", "a/b", "1st"]
)
def test_a_name_that_cannot_be_typed_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a runtime's name"):
        write(tmp_path, name, "rust")
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is a runtime named wasmi already"):
        write(tmp_path, "wasmi", "rust")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    toml, *_ = (path for path in write(tmp_path, "mine", "c") if path.suffix == ".toml")
    toml.write_text("edited")
    with pytest.raises(UsageError, match="is there already"):
        write(tmp_path, "mine", "rust")
    assert toml.read_text() == "edited"


@pytest.mark.parametrize(
    "crate", ["wasmi", "wasmi@1", "wasmi@1.0", "@1.0.0", "wasmi@*", 'a"@1.0.0', "a@1.0.0\nx"]
)
def test_a_crate_is_named_with_its_version(tmp_path: Path, crate: str) -> None:
    with pytest.raises(UsageError, match="--crate takes CRATE@VERSION"):
        write(tmp_path, "mine", "rust", crate)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / "file", "mine", "rust")
