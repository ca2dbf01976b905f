"""Bases that are operating systems with builds of their own in C: on stand-ins of the shape of their trees.

What is real is the compiler, the library that is linked, and the emulator; see ``tests/riot`` and
``tests/zephyr``.
"""

import os
import re
import shutil
from pathlib import Path

import pytest

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.elf import Elf, read_elf
from wasmfit.elf.records import SectionFlag, SectionType
from wasmfit.home import Home
from wasmfit.model import Measurement, Status

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(3600)]

TESTS = Path(__file__).parents[1]
RUNTIMES = ["wasm3", "wamr-classic", "wamr-aot", "wasefire", "tinywasm"]
"""Five: two interpreters in C, one ahead of time, two in Rust."""

SELECT = [f"{name}@*" for name in RUNTIMES]
"""A runtime's name stands for all of its variants."""


def copied(name: str, home: Home) -> Path:
    """A checkout apart from this one, whose state is none of its business."""
    return Path(shutil.copytree(TESTS / name, home.root / "stand-in" / name, dirs_exist_ok=True))


def by_runtime(comparison: Comparison) -> dict[str, Measurement]:
    return {one.runtime: one for one in comparison.measurements}


@pytest.fixture(scope="module")
def on_riot(warm_home: Home) -> Comparison:
    return wasmfit.compare(
        runtimes=RUNTIMES,
        select=SELECT,
        workloads=["add-with-extra"],
        bases=["riot"],
        sources=[("riot", copied("riot", warm_home))],
        home=warm_home.root,
    )


@pytest.fixture(scope="module")
def zephyr(warm_home: Home) -> Path:
    return copied("zephyr", warm_home)


@pytest.fixture(scope="module")
def on_zephyr(warm_home: Home, zephyr: Path) -> Comparison:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{zephyr / 'bin'}{os.pathsep}{os.environ['PATH']}")
        return wasmfit.compare(
            runtimes=RUNTIMES,
            select=SELECT,
            workloads=["add-with-extra"],
            bases=["zephyr"],
            sources=[("zephyr", zephyr)],
            home=warm_home.root,
        )


@pytest.mark.parametrize("comparison", ["on_riot", "on_zephyr"])
def test_each_runtime_is_built_run_and_counted(comparison: str, request: pytest.FixtureRequest) -> None:
    cells = by_runtime(request.getfixturevalue(comparison))
    assert cells.keys() == {"baseline", *RUNTIMES}
    for one in cells.values():
        assert one.status is Status.OK, one.reason
        assert one.size is not None
        assert one.run is not None
        assert one.run.instructions.call, "calls are counted"
        assert one.run.heap_peak is None, "the heap is the system's"
        assert one.run.stack_peak, "the stack is the thread's"
        unknown = one.size.owners[".text"].get("[unknown]", 0)
        assert unknown <= 64, one.size.owners
    for name in RUNTIMES:
        size = cells[name].size
        assert size is not None
        assert size.runtime_crates > 10_000
        assert size.owners[".text"]["base"] > 0
    base = cells["baseline"].size
    assert base is not None
    assert base.runtime_crates == 0


def test_what_runs_on_riot_is_the_image_itself_and_on_zephyr_another_boards(
    on_riot: Comparison, on_zephyr: Comparison
) -> None:
    for one in on_riot.measurements:
        assert one.provenance.twin is None
    for one in on_zephyr.measurements:
        twin = one.provenance.twin
        assert twin is not None
        assert "another board, mps2/an386" in twin.differs
        assert twin.elf_sha256 != one.provenance.elf_sha256


def test_a_board_whose_memory_the_emulator_lacks_is_linked_again(warm_home: Home) -> None:
    comparison = wasmfit.compare(
        runtimes=["wasm3"],
        workloads=["add-with-extra"],
        boards=["stm32f4discovery"],
        bases=["riot"],
        sources=[("riot", copied("riot", warm_home))],
        home=warm_home.root,
    )
    for one in comparison.measurements:
        assert one.status is Status.OK, one.reason
        assert one.provenance.twin is not None
        assert "0x08000000" in one.provenance.twin.differs


def sizes(elf: Elf) -> tuple[int, int, int]:
    """What ``size`` calls text, data and bss, by our reader."""
    allocated = [section for section in elf.sections if section.allocated]
    empty = [section for section in allocated if section.type == SectionType.NOBITS]
    data = [section for section in allocated if section not in empty and section.flags & SectionFlag.WRITE]
    text = [
        section for section in allocated if section not in empty and not section.flags & SectionFlag.WRITE
    ]
    return tuple(sum(section.size for section in part) for part in (text, data, empty))  # type: ignore[return-value]


def test_totals_are_those_that_the_systems_own_builds_print(
    on_riot: Comparison, on_zephyr: Comparison
) -> None:
    for one in (*on_riot.measurements, *on_zephyr.measurements):
        assert one.provenance.elf is not None
        assert one.provenance.log is not None
        assert one.size is not None
        text, data, bss = sizes(read_elf(Path(one.provenance.elf)))
        log = Path(one.provenance.log).read_text()
        # What was built last is at the end. Of west's two images, the second runs.
        of_make = re.findall(r"^\s*(\d+)\s+(\d+)\s+(\d+)\s+\d+\s+[0-9a-f]+\s", log, re.MULTILINE)
        of_west = re.findall(r"FLASH:\s+(\d+) B\s+RAM:\s+(\d+) B", log)
        if one.base == "riot":
            assert tuple(map(int, of_make[-1])) == (text, data, bss)
        else:
            assert tuple(map(int, of_west[-2])) == (text + data, data + bss)
        assert one.size.flash == text + data
        # What every thread has of its own is laid down in the file, and takes no memory there.
        own = sum(one.size.owners.get(".tbss", {}).values())
        assert one.size.ram_static == data + bss - own


def test_a_failure_is_the_line_that_failed(
    warm_home: Home, zephyr: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = copied("riot", warm_home).with_name("broken")
    shutil.copytree(TESTS / "riot", broken, dirs_exist_ok=True)
    kernel = broken / "core" / "kernel.c"
    kernel.write_text(kernel.read_text().replace("stuck();\n}", "no_such_function();\n}"))
    riot = wasmfit.compare(
        runtimes=["wasm3"], bases=["riot"], sources=[("riot", broken)], home=warm_home.root
    )
    for one in riot.measurements:
        assert one.status is Status.BUILD_FAILED
        assert one.reason is not None
        assert "no_such_function" in one.reason
    monkeypatch.setenv("PATH", f"{zephyr / 'bin'}{os.pathsep}{os.environ['PATH']}")
    elsewhere = wasmfit.compare(
        runtimes=["wasm3"],
        boards=["nucleo-f446re"],
        bases=["zephyr"],
        sources=[("zephyr", zephyr)],
        home=warm_home.root,
    )
    for one in elsewhere.measurements:
        assert one.status is Status.BUILD_FAILED
        assert one.reason is not None
        assert "No board named 'nucleo_f446re'" in one.reason
