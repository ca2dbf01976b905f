"""Every runtime of the catalogue, really built and really run."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Measurement, Status
from wasmfit.plan import select_builds

from .conftest import EVERYTHING

# Builds of everything take minutes each when nothing is warm.
pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

# What the first issue asked for; whatever else the catalogue has is held to the same.
WANTED = {
    "baseline@0.1.0",
    "wasm3@0.5.0",
    "wamr-classic@2.4.3",
    "wamr-fast@2.4.3",
    "wasmi@2.0.0",
    "wasmi@1.1.0",
    "wasmi@0.51.5",
    "wasmtime@49.0.4",
    "wasmtime-no-simd@49.0.4",
    "wasmtime@48.0.8",
    "wasmtime-no-simd@48.0.8",
}
CATALOG = Catalog.load()


def buildable(*wanted: str) -> set[str]:
    """Labels of the builds that can be built."""
    chosen = select_builds(CATALOG, wanted)
    return {build.label for build in chosen if build.runtime.unavailable is None} | {"baseline@0.1.0"}


def label(one: Measurement) -> str:
    return f"{one.runtime}@{one.version}"


def built(comparison: Comparison) -> list[Measurement]:
    return [one for one in comparison.measurements if one.status is not Status.UNAVAILABLE]


def test_every_runtime_gives_the_right_results(everything: Comparison) -> None:
    ends = {label(one): (one.status, one.reason) for one in built(everything)}
    assert buildable(*EVERYTHING) >= WANTED
    assert ends == dict.fromkeys(buildable(*EVERYTHING), (Status.OK, None))
    results_are_right(everything)


@pytest.mark.slow
def test_so_does_every_variant(warm_home: Home) -> None:
    comparison = wasmfit.compare(runtimes=["all"], home=warm_home.root)
    ends = {label(one): (one.status, one.reason) for one in built(comparison)}
    assert ends == dict.fromkeys(buildable("all"), (Status.OK, None))
    results_are_right(comparison)


def results_are_right(comparison: Comparison) -> None:
    for one in built(comparison):
        assert one.run is not None
        for call in one.run.calls:
            # Computed here, apart from the catalogue.
            assert call.result == call.expected == (sum(call.arguments) + 1000) % 2**32


def test_what_cannot_be_built_keeps_its_row(everything: Comparison) -> None:
    missing = {one.runtime: one for one in everything.measurements if one.status is Status.UNAVAILABLE}
    assert {"wasm-interpreter", "toywasm", "eccles", "myrmic", "synth"} <= missing.keys()
    for runtime, one in missing.items():
        assert one.reason is not None
        # What is in one, and makes nothing that can be linked, says what it makes.
        assert ("makes no object" if runtime == "synth" else "registry") in one.reason
        assert one.size is None
        assert one.run is None


def test_sizes_are_those_of_the_binutils(everything: Comparison) -> None:
    for one in built(everything):
        assert one.size is not None
        assert one.provenance.elf is not None
        listed = subprocess.run(
            [shutil.which("arm-none-eabi-size") or "", "-A", one.provenance.elf],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        theirs = {name: int(size) for name, size in re.findall(r"^(\.\w+) +(\d+)", listed, re.MULTILINE)}
        ours = {
            ".text": one.size.text,
            ".rodata": one.size.rodata,
            ".data": one.size.data,
            ".bss": one.size.bss,
        }
        assert ours == {name: theirs[name] for name in ours}
        in_flash = (".vector_table", ".text", ".rodata", ".module", ".data")
        assert one.size.flash == sum(theirs[name] for name in in_flash)
        assert one.size.ram_static == theirs[".data"] + theirs[".bss"] + theirs.get(".uninit", 0)


def test_owners_add_up_to_every_section(everything: Comparison) -> None:
    for one in built(everything):
        assert one.size is not None
        sizes = {
            ".text": one.size.text,
            ".rodata": one.size.rodata,
            ".data": one.size.data,
            ".bss": one.size.bss,
        }
        for section, size in sizes.items():
            owned = one.size.owners[section]
            assert sum(owned.values()) == size
            assert all(part > 0 for part in owned.values())
        assert one.size.owners[".text"].get("[unknown]", 0) < 0.002 * one.size.text + 400


def test_constants_have_owners(everything: Comparison) -> None:
    """At least nine tenths of every image's constants belong to somebody, names or not."""
    for one in built(everything):
        assert one.size is not None
        owned = one.size.owners[".rodata"]
        nameless = sum(part for owner, part in owned.items() if owner.startswith("["))
        assert nameless < 0.1 * one.size.rodata, (one.id, owned)


def test_flash_pages(everything: Comparison) -> None:
    for one in built(everything):
        assert one.size is not None
        assert one.size.flashed == one.size.pages * one.size.page_size
        # The image is in one piece, so it touches as many pages as it fills, or one more.
        assert -(-one.size.flash // 4096) <= one.size.pages <= -(-one.size.flash // 4096) + 1


@pytest.mark.parametrize("version", ["wasmi@0.51.5", pytest.param("wasmtime@38.0.3", marks=pytest.mark.slow)])
def test_the_references_figures_are_reproduced(warm_home: Home, version: str) -> None:
    comparison = wasmfit.compare(runtimes=[version], home=warm_home.root)
    (one,) = [one for one in comparison.measurements if label(one) == version]
    assert one.size is not None
    theirs = one.published
    assert abs(one.size.text / theirs["text"] - 1) < 0.03
    both = (one.size.text + one.size.rodata) / (theirs["text"] + theirs["rodata"])
    assert abs(both - 1) < 0.05


def test_execution_is_plausible(everything: Comparison) -> None:
    for one in built(everything):
        run = one.run
        assert run is not None
        assert run.heap_peak is not None
        assert run.stack_peak is not None
        assert run.stack_reserved is not None
        assert 0 < run.stack_peak <= run.stack_reserved
        if one.runtime in ("baseline", "native"):
            continue  # No module, so no linear memory and nothing to load.
        assert run.linear_memory is not None
        # One page, and perhaps a small header in the same block.
        assert 65_536 <= run.linear_memory < 65_536 + 64
        counts = run.instructions
        assert counts.load
        assert counts.instantiate
        assert counts.first_call
        assert counts.call
        assert counts.call <= counts.first_call


def test_nothing_leaks_and_next_to_nothing_is_left(everything: Comparison) -> None:
    for one in built(everything):
        assert one.run is not None
        assert one.run.leak is not None
        assert (one.run.leak.rounds, one.run.leak.bytes, one.run.leak.reason) == (100, 0, None)
        heap = one.run.heap
        assert heap is not None
        assert heap.linear_left == 0
        assert heap.left < 1024
        assert heap.asked <= heap.held <= heap.size
        peaks = (one.run.stack_peaks.load, one.run.stack_peaks.instantiate, one.run.stack_peaks.call)
        assert one.run.stack_peak == max(peak for peak in peaks if peak is not None)


def test_the_same_image_gives_the_same_counts(everything: Comparison, warm_home: Home) -> None:
    again = wasmfit.compare(runtimes=["wasmi", "wamr-fast"], home=warm_home.root, rerun=True)
    before = {one.id: one for one in everything.measurements}
    for one in again.measurements:
        assert one.run == before[one.id].run
        assert one.size == before[one.id].size


def test_the_bounds_bound(everything: Comparison) -> None:
    """Native code is the floor, wasm2c the ahead-of-time bound; interpreters lie above both."""
    by_runtime = {one.runtime: one for one in built(everything)}
    calls = {name: one.run.instructions.call for name, one in by_runtime.items() if one.run}
    assert calls["native"] is not None
    assert calls["wasm2c"] is not None
    assert calls["native"] <= calls["wasm2c"]
    for name, one in by_runtime.items():
        if name not in ("baseline", "native") and not name.startswith("wasm2c"):
            assert (calls[name] or 0) > calls["wasm2c"], name
            assert one.size is not None
            assert by_runtime["wasm2c"].size is not None
            assert one.size.flash > by_runtime["wasm2c"].size.flash, name


def test_what_is_compiled_ahead_belongs_to_the_module(everything: Comparison) -> None:
    (one,) = [one for one in built(everything) if one.runtime == "wasm2c"]
    assert one.size is not None
    owners = one.size.owners[".text"]
    assert owners["module"] > 0
    assert owners["wasm2c"] > 0
    assert one.size.runtime_crates == owners["wasm2c"]


def test_provenance_replays_a_cell(everything: Comparison) -> None:
    for one in built(everything):
        assert one.provenance.elf is not None
        assert Path(one.provenance.elf).is_file()
        assert one.provenance.elf_sha256 is not None
        assert one.provenance.module_bytes is not None
        assert 100 <= one.provenance.module_bytes <= 180
        assert "rustc" in one.provenance.tools
        assert "qemu-system-arm" in one.provenance.tools
        assert label(one) in one.provenance.replay


QUICK = ("native", "wasm3", "wamr", "wasefire", "spacewasm", "wasm2c")
"""Runtimes that are built in seconds."""


@pytest.mark.parametrize("runtimes", [QUICK, pytest.param((), marks=pytest.mark.slow)])
@pytest.mark.parametrize("profile", ["small", "fast"])
def test_the_other_profiles(warm_home: Home, profile: str, runtimes: tuple[str, ...]) -> None:
    comparison = wasmfit.compare(runtimes=runtimes, profiles=[profile], home=warm_home.root, rerun=True)
    ends = {label(one): (one.status, one.reason) for one in built(comparison)}
    assert ends == dict.fromkeys(buildable(*runtimes), (Status.OK, None))


@pytest.mark.slow
def test_small_is_smaller_than_fast(warm_home: Home) -> None:
    both = wasmfit.compare(runtimes=["wasmi"], profiles=["small", "fast"], home=warm_home.root)
    sizes = {one.profile: one.size.flash for one in both.measurements if one.runtime == "wasmi" and one.size}
    assert sizes["small"] < 0.8 * sizes["fast"]


@pytest.mark.parametrize(
    "runtime", ["wasm3", *(pytest.param(name, marks=pytest.mark.slow) for name in ("spacewasm", "wasmi"))]
)
def test_two_clean_builds_make_the_same_bytes(everything: Comparison, tmp_path: Path, runtime: str) -> None:
    clean = wasmfit.compare(runtimes=[runtime], home=tmp_path / "another place")
    before = {one.id: one.provenance.elf_sha256 for one in everything.measurements}
    for one in clean.measurements:
        assert one.status is Status.OK
        assert one.provenance.elf_sha256 == before[one.id]
