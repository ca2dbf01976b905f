"""The catalogue's switches: what they name exists, and what they are is held to by their records."""

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from wasmfit.catalog import Catalog, CatalogError
from wasmfit.catalog.load import BUILT_IN
from wasmfit.model import Build, Switch, builds
from wasmfit.search import applied, space

CATALOG = Catalog.load()
REFERENCE = CATALOG.profile("reference")


TUNABLE = [
    build
    for runtime in CATALOG.runtimes.values()
    if runtime.switches
    for build in builds(runtime)
    if build.variant.default
]


@pytest.mark.parametrize("build", TUNABLE, ids=lambda build: build.label)
def test_every_value_changes_what_is_built(build: Build) -> None:
    found = space(CATALOG, build)
    for name, switch in found.switches.items():
        for value in switch.values[1:]:
            made = applied(found, build, REFERENCE, {name: value.name})
            unlike = made.profile.model_copy(update={"name": "", "summary": "", "tuned": {}})
            alike = REFERENCE.model_copy(update={"name": "", "summary": "", "tuned": {}})
            assert unlike != alike or made.build != build, f"{name}={value.name}"


@pytest.mark.parametrize("build", TUNABLE, ids=lambda build: build.label)
def test_crates_that_switches_name_are_in_the_lockfile(build: Build) -> None:
    if build.runtime.language != "rust":
        assert not any(value.rust.packages for switch in build.runtime.switches for value in switch.values)
        return
    lock = CATALOG.folder(build.runtime) / "locks" / f"{build.version.version}.lock"
    known = {one["name"] for one in tomllib.loads(lock.read_text())["package"]}
    for switch in build.runtime.switches:
        for value in switch.values:
            assert {*value.rust.packages, *value.package_rustflags} <= known
            assert {*value.add, *value.remove} <= build.dependencies.keys()


@pytest.mark.parametrize("build", TUNABLE, ids=lambda build: build.label)
def test_starts_can_be_tried(build: Build) -> None:
    """A start with a misspelt switch would be left out without a word."""
    own = build.runtime.starts
    common = [one for one in CATALOG.switches.starts if build.runtime.language in one.languages]
    assert len(space(CATALOG, build).starts) == len(own) + len(common)


TOY = {"name": "toy", "summary": "a toy", "values": [{"name": "off"}, {"name": "on", "linker": ["-x"]}]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"values": [{"name": "off"}]}, "at least 2"),
        ({"values": [{"name": "off", "linker": ["-x"]}, {"name": "on"}]}, "must change nothing"),
        ({"values": [{"name": "off"}, {"name": "on"}]}, "changes nothing"),
        ({"values": [{"name": "a"}, {"name": "a", "cfg": ["x"]}]}, "two values of one name"),
        ({"values": [{"name": "a"}, {"name": "b", "cfg": ["x"], "needs_leave": True}]}, "gives_up"),
        ({"values": [{"name": "a"}, {"name": "b=c", "cfg": ["x"]}]}, "pattern"),
        ({"name": "a b"}, "pattern"),
        ({"value": 1}, "Extra inputs"),
    ],
)
def test_what_is_no_switch_is_refused(changes: dict[str, object], words: str) -> None:
    assert Switch.model_validate(TOY).initial == "off"
    with pytest.raises(ValidationError, match=words):
        Switch.model_validate({**TOY, **changes})


def test_a_runtime_cannot_name_versions_that_it_has_not(tmp_path: Path) -> None:
    text = (BUILT_IN / "runtimes/wasmi/runtime.toml").read_text()
    place = tmp_path / "runtimes/wasmi/runtime.toml"
    place.parent.mkdir(parents=True)
    place.write_text(
        text.replace('versions = ["2.0.0"]\nvariants = ["wasmi"]\nvalues', 'versions = ["9"]\nvalues')
    )
    with pytest.raises(CatalogError, match=r"switches\.dispatch names 9, which \[\[versions\]\] lacks"):
        Catalog.load(tmp_path)
