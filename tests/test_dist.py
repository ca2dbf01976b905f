"""The archives that are published: everything is in them, nothing else is, and what is in them runs."""

import runpy
import zipfile
from pathlib import Path

import pytest

SCRIPT = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "dist.py"))


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    wheel, sdist = SCRIPT["build"](tmp_path_factory.mktemp("dist"))
    return wheel, sdist


def test_the_archives_are_in_order(archives: tuple[Path, Path]) -> None:
    wheel, sdist = archives
    assert list(SCRIPT["problems_of_wheel"](wheel)) == []
    assert list(SCRIPT["problems_of_sdist"](sdist)) == []


def test_what_a_wheel_lacks_and_what_it_should_not_have_is_told(
    archives: tuple[Path, Path], tmp_path: Path
) -> None:
    changed = tmp_path / archives[0].name
    lacking = "wasmfit/catalog/boards/nrf52840dk.toml"
    with zipfile.ZipFile(archives[0]) as whole, zipfile.ZipFile(changed, "w") as without:
        for name in whole.namelist():
            if name != lacking and not name.endswith("LICENSE-MIT"):
                without.writestr(name, whole.read(name))
        without.writestr("wasmfit/notes.txt", "")
    problems = list(SCRIPT["problems_of_wheel"](changed))
    assert problems[:3] == [
        f"the wheel lacks {lacking}",
        "the wheel has wasmfit/notes.txt, which is not in the repository",
        "the wheel lacks LICENSE-MIT",
    ]
    assert problems[3].startswith("what is in the wheel does not list its boards")


def test_a_tag_of_another_version_is_told() -> None:
    problems = list(SCRIPT["problems_of_release"]("v99.0"))
    assert problems[0].startswith("the tag is v99.0, and pyproject.toml has version ")
