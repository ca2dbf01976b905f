"""Two lockfiles become one, and what is built keeps to it."""

import string
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wasmfit.builder import BuildError
from wasmfit.builder.lockfiles import Pin, merged, pins, strays
from wasmfit.catalog import Catalog
from wasmfit.model import BaseCrate


def lock(path: Path, *packages: str) -> Path:
    """A lockfile of packages written as ``name version [dependency…]``."""
    text = ["version = 4"]
    for package in packages:
        name, version, *dependencies = package.split()
        text += ["[[package]]", f'name = "{name}"', f'version = "{version}"', 'source = "registry"']
        text += [f'checksum = "{name}-{version}"']
        if dependencies:
            text.append(f"dependencies = [{', '.join(repr(one) for one in dependencies)}]")
    text += ["[[package]]", 'name = "firmware"', 'version = "0.0.0"']
    path.write_text("\n".join(text))
    return path


def names(text: str) -> dict[str, list[str]]:
    return {
        f"{one['name']} {one['version']}": one.get("dependencies", [])
        for one in tomllib.loads(text)["package"]
    }


def test_the_crates_of_both_and_no_package_of_a_folder(tmp_path: Path) -> None:
    text = merged(lock(tmp_path / "a", "one 1.0.0 two", "two 0.3.1"), lock(tmp_path / "b", "three 3.0.0"))
    assert names(text) == {"one 1.0.0": ["two 0.3.1"], "three 3.0.0": [], "two 0.3.1": []}


def test_where_one_could_take_the_others_place_the_first_stays(tmp_path: Path) -> None:
    first = lock(tmp_path / "a", "syn 2.0.1", "libm 0.2.8", "tiny 0.0.3")
    second = lock(tmp_path / "b", "syn 2.0.9", "syn 1.0.4", "libm 0.3.0", "tiny 0.0.4")
    assert set(names(merged(first, second))) == {
        "libm 0.2.8",
        "libm 0.3.0",
        "syn 1.0.4",
        "syn 2.0.1",
        "tiny 0.0.3",
        "tiny 0.0.4",
    }


def test_a_dependency_is_named_with_the_version_it_had(tmp_path: Path) -> None:
    """Else it would become ambiguous where the other lockfile has another version."""
    text = merged(lock(tmp_path / "a", "one 1.0.0 syn", "syn 2.0.1"), lock(tmp_path / "b", "syn 1.0.0"))
    assert names(text)["one 1.0.0"] == ["syn 2.0.1"]


def test_a_crate_that_nobody_pins_strays(tmp_path: Path) -> None:
    first, second = lock(tmp_path / "a", "one 1.0.0"), lock(tmp_path / "b", "two 2.0.0")
    assert strays(lock(tmp_path / "used", "one 1.0.0", "two 2.0.0"), (first, second)) == []
    assert strays(lock(tmp_path / "used", "one 1.0.0", "two 2.0.1"), (first, second)) == ["two 2.0.1"]


@given(some.text(max_size=200))
def test_what_is_no_lockfile_is_said(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("locks") / "any.lock"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match="not a lockfile"):
        pins(path)


@given(
    some.lists(
        some.tuples(some.sampled_from(string.ascii_lowercase), some.integers(0, 3), some.integers(0, 3))
    )
)
def test_what_is_merged_pins_one_of_each_line(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[tuple[str, int, int]]
) -> None:
    packages = [f"{name} {major}.{minor}.0" for name, major, minor in dict.fromkeys(wanted)]
    folder = tmp_path_factory.mktemp("locks")
    first, second = lock(folder / "a", *packages[::2]), lock(folder / "b", *packages[1::2])
    (folder / "c").write_text(merged(first, second))
    kept = pins(folder / "c")
    assert pins(first) <= kept <= pins(first) | pins(second)
    assert {pin.line for pin in kept} == {pin.line for pin in pins(first) | pins(second)}


def test_the_first_significant_number_decides() -> None:
    assert Pin("a", "1.2.3", "").line == Pin("a", "1.9.0", "").line
    assert Pin("a", "0.2.3", "").line != Pin("a", "0.3.0", "").line
    assert Pin("a", "0.0.3", "").line != Pin("a", "0.0.4", "").line


def test_every_lockfile_of_the_catalogue_goes_with_every_base() -> None:
    """A crate of the harness has one version whatever lies below it."""
    catalog = Catalog.load()
    harness = pins(catalog.harness / "locks" / "firmware.lock")
    grounds = [
        BaseCrate(base=base, hal=hal, features=()) for base in catalog.bases.values() for hal in base.hals
    ]
    assert grounds
    for ground in grounds:
        own = pins(catalog.folder(ground.base) / "locks" / f"{ground.hal.name}.lock")
        assert harness <= own
