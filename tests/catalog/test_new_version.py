"""A release that is added to a runtime's file, as text."""

import tomllib
from pathlib import Path

import pytest

from wasmfit.catalog import Catalog
from wasmfit.catalog.new_version import with_version
from wasmfit.errors import UsageError
from wasmfit.model import Runtime, builds

FILE = """\
name = "toy"

[[versions]]
version = "2.0.0"
cfg = ["new"]
[versions.dependencies.toy]
version = "=2.0.0"
[versions.published]
figures = { text = 1 }

# The one before.
[[versions]]
version = "1.0.0"
[versions.dependencies.toy]
version = "=1.0.0"

[[variants]]
name = "toy-small"
versions = ["2.0.0"]
"""


def test_it_stands_before_the_one_that_it_is_built_like() -> None:
    made = with_version(FILE, "2.0.0", "2.1.0")
    assert tomllib.loads(made)["versions"][0] == {
        "version": "2.1.0",
        "cfg": ["new"],
        "dependencies": {"toy": {"version": "=2.1.0"}},
    }
    # What was there is there as it was, comments and all.
    before, after = FILE.partition("[[versions]]")[0], FILE.partition("[[versions]]")[2]
    assert made.startswith(before)
    assert made.endswith(after)
    assert tomllib.loads(made)["variants"][0]["versions"] == ["2.0.0"]


def test_without_one_to_begin_with_it_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"no \[\[versions\]\] of version 3"):
        with_version(FILE, "3", "4")


@pytest.mark.parametrize("name", ["wasmi", "wasmtime", "tinywasm", "spacewasm", "wasefire"])
def test_the_catalogues_own_files_take_one(name: str) -> None:
    catalog = Catalog.load()
    runtime = catalog.runtimes[name]
    newest = builds(runtime)[0].number
    text = Path(catalog.folder(runtime), "runtime.toml").read_text()
    made = Runtime.model_validate(tomllib.loads(with_version(text, newest, "99.0.0")))
    assert len(made.versions) == len(runtime.versions) + 1
    first = builds(made)[0]
    assert first.number == "99.0.0"
    assert first.crate is not None
    assert first.version.dependencies[first.crate].version == "=99.0.0"
    assert [one.version for one in made.versions[1:]] == [one.version for one in runtime.versions]
