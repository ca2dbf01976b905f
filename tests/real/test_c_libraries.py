"""Runtimes in C with newlib, as GCC for Arm has it on most systems, and with picolibc: built, run, compared.

Debian has newlib in the package libnewlib-arm-none-eabi, which the tests' set-up installs.
"""

import os
import subprocess
import sys

import pytest

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Measurement, Status
from wasmfit.toolchain import CCompiler, ProcessRunner, Versions, c_compiler

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]

BOARD = "nrf52840dk"
IN_C = ("wasm3", "wamr-classic", "wamr-fast", "wasm2c")
WORKLOADS = ("add-with-extra", "sha256", "json", "matmul-f32", "format")


def measured(home: Home, library: str, boards: tuple[str, ...], workloads: tuple[str, ...]) -> Comparison:
    """The runtimes with a library; it has to be there."""
    catalog, environment = Catalog.load(), {**os.environ, "WASMFIT_LIBC": library}
    for board in boards:
        there = c_compiler(
            Versions(home.tools, ProcessRunner()), catalog.target(catalog.board(board)).c, environment
        )
        assert isinstance(there, CCompiler), f"{there.cause}: `scripts/setup tests` installs it"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WASMFIT_LIBC", library)
        return wasmfit.compare(runtimes=IN_C, workloads=workloads, boards=boards, home=home.root)


@pytest.fixture(scope="module")
def nano(warm_home: Home) -> Comparison:
    return measured(warm_home, "newlib-nano", (BOARD,), WORKLOADS)


@pytest.fixture(scope="module")
def pico(warm_home: Home) -> Comparison:
    return measured(warm_home, "picolibc", (BOARD,), WORKLOADS)


def in_c(comparison: Comparison) -> dict[str, Measurement]:
    return {one.id: one for one in comparison.measurements if one.runtime in IN_C}


def text_owners(one: Measurement) -> dict[str, int]:
    assert one.size is not None
    return one.size.owners[".text"]


def library_of(one: Measurement) -> str | None:
    return None if one.provenance.c_library is None else one.provenance.c_library.name


def test_all_run_with_the_right_results(nano: Comparison) -> None:
    ends = {one.id: (one.status, one.reason) for one in nano.measurements}
    assert ends == dict.fromkeys(ends, (Status.OK, None))
    assert len(in_c(nano)) == len(IN_C) * len(WORKLOADS)
    for one in nano.measurements:
        assert one.run is not None
        assert [call.result for call in one.run.calls] == [call.expected for call in one.run.calls]


def test_each_record_says_which_library_it_has(nano: Comparison, pico: Comparison) -> None:
    assert {library_of(one) for one in in_c(nano).values()} == {"newlib-nano"}
    assert {library_of(one) for one in in_c(pico).values()} == {"picolibc"}
    # What is in Rust has none: the baselines.
    assert {library_of(one) for one in nano.measurements if one.runtime not in IN_C} == {None}


def test_bytes_are_the_librarys_and_none_of_them_the_runtimes(nano: Comparison, pico: Comparison) -> None:
    theirs = in_c(pico)
    for name, one in in_c(nano).items():
        owners, others = text_owners(one), text_owners(theirs[name])
        assert "picolibc" not in owners
        assert "newlib-nano" not in others
        family = one.runtime.partition("-")[0]
        # Both have the same sources, with what each library's headers make of them.
        assert owners[family] == pytest.approx(others[family], rel=0.01)
    classic = in_c(nano)[f"wamr-classic@2.4.3/add-with-extra/{BOARD}/bare/reference"]
    # It formats messages, of integers alone: that is a few kilobytes.
    assert 2_000 < text_owners(classic)["newlib-nano"] < 8_000


def test_the_heap_is_the_harness_with_either(nano: Comparison, pico: Comparison) -> None:
    theirs = in_c(pico)
    for name, one in in_c(nano).items():
        other = theirs[name]
        assert one.run is not None
        assert other.run is not None
        assert (one.run.heap_peak, one.run.linear_memory) == (other.run.heap_peak, other.run.linear_memory)


def test_diff_names_the_library(nano: Comparison, pico: Comparison, warm_home: Home) -> None:
    command = [sys.executable, "-m", "wasmfit", "diff", str(pico.run), str(nano.run), "--no-symbols"]
    environment = {**os.environ, "WASMFIT_HOME": str(warm_home.root)}
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    words = " ".join(said.split())
    assert "another C library in the cells that changed (picolibc " in words
    assert "their difference is in part the library's" in words
    assert "differs in the C library: picolibc " in words


@pytest.mark.parametrize("library", ["newlib-nano", "newlib"])
def test_other_cores(warm_home: Home, library: str) -> None:
    """An M0+, for which GCC calls its own library too, and an M33."""
    comparison = measured(warm_home, library, ("picow", "pico2"), ("add-with-extra",))
    ends = {name: (one.status, library_of(one)) for name, one in in_c(comparison).items()}
    assert ends == dict.fromkeys(ends, (Status.OK, library))
    assert len(ends) == 2 * len(IN_C)
