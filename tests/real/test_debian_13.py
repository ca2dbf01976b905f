"""A Debian 13 made from nothing: README.md's first command in it, and every figure next to this machine's.

The same image must give the same figures there, whatever QEMU executes it. Images themselves may differ where
another GCC or picolibc has compiled C, and then the difference is printed.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wasmfit
from tests.commands import ROOT, lines
from wasmfit.home import Home

from . import debian
from .executed import executed
from .root import Root, fresh
from .two_systems import cells, image, rust

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(5400)]

RUNTIMES = ("wasm3", "wamr-fast", "wasmi", "wasefire")
OF_C = ("wasm3", "wamr-fast")
BOARDS = ("nrf52840dk", "esp32c6")


@pytest.fixture(scope="module")
def debian_13(warm_home: Home) -> Iterator[Root]:
    """A Debian 13 in which docs/install.md was followed, with a clean clone of what is committed here."""
    bring, first, *_ = (line.text for line in lines(ROOT / "docs" / "install.md"))
    assert bring.startswith("apt-get")
    assert first == next(line.text for line in lines(ROOT / "README.md") if line.words[0] == "make")
    runtimes = " ".join(f"-r {name}" for name in RUNTIMES)
    rest = " ".join(f"-b {name}" for name in BOARDS) + " --format json --output /root/results.json"
    log = warm_home.logs / "debian-13.log"
    log.parent.mkdir(exist_ok=True)
    log.unlink(missing_ok=True)
    with fresh("trixie", warm_home.root) as root:
        debian.run("git", "clone", "--quiet", "--no-local", ROOT, root.at_home("wasmfit"))
        for script in (bring, f"cd wasmfit && {first} RUNTIMES='{runtimes}' ARGS='{rest}'"):
            finished = root.run(script, timeout=5400, log=log)
            assert finished.code == 0, f"{log}:\n{finished.output}"
        yield root


@pytest.fixture(scope="module")
def here(warm_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This machine's results."""
    comparison = wasmfit.compare(
        runtimes=list(RUNTIMES), boards=list(BOARDS), home=warm_home.root, rerun=True
    )
    results = tmp_path_factory.mktemp("results") / "this-machine.json"
    results.write_text(json.dumps(comparison.to_dict()), encoding="utf-8")
    return results


OF_REGISTERS = {"divide_read", "divide_zero", "divide_short", "divide_fours"}
"""What is counted of operands: QEMU 9 and later let a plugin read registers, and Debian 12's is older."""
PREDICTED = {"predicted", "cycles", "time_s", "score"}
"""What is predicted from that."""


def of_any_qemu(value: Any) -> Any:
    """The same without what only a QEMU tells that lets a plugin read registers."""
    if isinstance(value, dict):
        return {
            key: of_any_qemu(one)
            for key, one in value.items()
            if key not in OF_REGISTERS and key not in PREDICTED
        }
    return [of_any_qemu(one) for one in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def there(debian_13: Root, here: Path) -> Path:
    """Debian 13's."""
    return Path(shutil.copy(debian_13.at_home("results.json"), here.with_name("debian-13.json")))


def test_it_is_a_debian_13(debian_13: Root) -> None:
    assert re.fullmatch(r"13\.\d+", debian_13.run("cat /etc/debian_version").output.strip())


def test_every_cell_ends_as_here(here: Path, there: Path) -> None:
    assert len(cells(there)) >= len(RUNTIMES) * len(BOARDS)
    assert {name: cell["status"] for name, cell in cells(there).items()} == dict.fromkeys(cells(here), "ok")


def test_the_same_bytes_give_the_same_figures(here: Path, there: Path) -> None:
    ours, theirs = cells(here), cells(there)
    same = [name for name in ours if image(ours[name]) == image(theirs[name])]
    if all(rust(ours[name]) == rust(theirs[name]) for name in ours):
        assert {ours[name]["runtime"] for name in same} >= {"baseline", "wasmi", "wasefire"}
    for name in same:
        assert theirs[name]["size"] == ours[name]["size"], name
        assert of_any_qemu(theirs[name]["run"]) == of_any_qemu(ours[name]["run"]), name


def test_this_machines_images_run_there_as_here(debian_13: Root, here: Path, tmp_path: Path) -> None:
    """All of them: those too that the other compiler makes in another way."""
    folder = debian_13.at_home("images")
    folder.mkdir()
    images = []
    for number, (name, cell) in enumerate(cells(here).items()):
        provenance, elf = cell["provenance"], f"{number}.elf"
        shutil.copy((provenance["twin"] or provenance)["elf"], folder / elf)
        images.append({"name": name, "elf": elf, "board": cell["board"], "workload": cell["module"]})
    (folder / "images.json").write_text(json.dumps(images), encoding="utf-8")
    script = "wasmfit/.venv/bin/python wasmfit/tests/real/executed.py images plugins > runs.json"
    finished = debian_13.run(script)
    assert finished.code == 0, finished.output
    runs = json.loads(debian_13.at_home("runs.json").read_text(encoding="utf-8"))
    assert runs.keys() == cells(here).keys()
    assert {run["status"] for run in runs.values()} == {"ok"}
    assert of_any_qemu(runs) == of_any_qemu(executed(folder, tmp_path))


def test_the_records_say_which_tools_were_there(debian_13: Root, here: Path, there: Path) -> None:
    ours = cells(here)
    said: dict[str, str] = {}
    for name, cell in cells(there).items():
        tools = cell["provenance"]["tools"]
        assert tools.keys() == ours[name]["provenance"]["tools"].keys()
        for program, version in tools.items():
            if version.startswith("built from "):
                # A host step's program is no program of the system.
                assert version == ours[name]["provenance"]["tools"][program]
                continue
            if program not in said:
                command = "ld.lld-19" if program == "linker" else program
                said[program] = debian_13.run(f"{command} --version").output.splitlines()[0].strip()
            assert version == said[program]


def test_what_differs_is_shown_by_diff(here: Path, there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = debian.run(sys.executable, "-m", "wasmfit", "diff", here, there)
    with capsys.disabled():
        sys.stdout.write(f"\n{shown}")
    ours, theirs = cells(here), cells(there)
    changed = [
        name for name in ours if any(ours[name][part] != theirs[name][part] for part in ("size", "run"))
    ]
    assert f"cells: {len(changed)} changed, {len(ours) - len(changed)} unchanged" in shown
    for name in changed:
        assert name in shown
        # Another compiler is the only reason there is, but for what QEMU 9 and later tell of divisions.
        is_of_qemu = all(
            of_any_qemu(ours[name][part]) == of_any_qemu(theirs[name][part]) for part in ("size", "run")
        )
        assert is_of_qemu or ours[name]["runtime"] in OF_C or rust(ours[name]) != rust(theirs[name])
    assert not changed or "gcc: " in shown
    # Not the runtimes' doing alone: C is linked with a later picolibc there.
    libraries = [[cell["provenance"]["c_library"] for cell in (ours[name], theirs[name])] for name in changed]
    assert any(before is not None and before != after for before, after in libraries)
    assert "cells that changed (picolibc " in " ".join(shown.split())
