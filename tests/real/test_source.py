"""``--source``: working trees are built beside releases, and what differs is what was changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import wasmfit
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Measurement, Status
from wasmfit.report.comparison_tables import comparison_tables
from wasmfit.run import Event, TaskStarted

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]


def working_tree(place: Path, crate: str) -> Path:
    """A copy of a crate's published sources, which cargo has, committed to a repository of its own."""
    cargo_home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    (published,) = cargo_home.glob(f"registry/src/*/{crate}")
    tree = place / "tree"
    shutil.copytree(published, tree)
    commit(tree)
    return tree


def commit(tree: Path) -> None:
    identity = ["-c", "user.name=a test", "-c", "user.email=test@localhost"]
    for words in (["init", "--quiet"], ["add", "--all", "--force"], ["commit", "--quiet", "--message=all"]):
        subprocess.run(["git", "-C", tree, *identity, *words], check=True, capture_output=True)


def rows(comparison: wasmfit.Comparison, runtime: str) -> list[Measurement]:
    return [one for one in comparison.measurements if one.runtime == runtime]


def executed(one: Measurement) -> dict[str, object]:
    """What ran, less what the order of functions decides: cache lines, and time predicted from them.

    Cargo tells a crate from a registry and the same crate from a path apart, and the compiler orders by that.
    """
    assert one.run is not None
    return one.run.model_dump(exclude={"activity", "predicted", "cycles", "time_s"})


def test_a_rust_runtime(warm_home: Home, tmp_path: Path) -> None:
    # Downloads the release's sources, if nobody has.
    wasmfit.compare(runtimes=["spacewasm"], home=warm_home.root)
    tree = working_tree(tmp_path, "spacewasm-0.7.1")

    same = wasmfit.compare(runtimes=["spacewasm"], sources=[("spacewasm", tree)], home=warm_home.root)
    release, mine = rows(same, "spacewasm")
    assert (release.status, mine.status) == (Status.OK, Status.OK)
    source = mine.provenance.source
    assert source is not None
    assert (source.version, source.dirty, source.built_like) == ("0.7.1", False, "0.7.1")
    assert source.commit is not None
    assert mine.version == f"0.7.1+g{source.commit[:9]}"
    # The release's own sources make the release's figures, wherever they lie.
    assert mine.size == release.size
    assert executed(mine) == executed(release)
    assert mine.provenance.lockfile_sha256 != release.provenance.lockfile_sha256

    file = tree / "src/store.rs"
    text = file.read_text(encoding="utf-8")
    begins = "pub fn push_module(&mut self, module: Module) -> Result<ModuleRef, AllocError> {"
    assert begins in text
    more = f"{begins} core::hint::black_box([7u8; 1000]);"
    file.write_text(text.replace(begins, more, 1), encoding="utf-8")
    changed = wasmfit.compare(runtimes=["spacewasm"], sources=[("spacewasm", tree)], home=warm_home.root)
    release, mine = rows(changed, "spacewasm")
    assert mine.status is Status.OK, mine.reason
    assert mine.version == f"0.7.1+g{source.commit[:9]}.dirty"
    assert mine.provenance.source is not None
    assert mine.provenance.source.dirty
    assert mine.size != release.size
    assert mine.run is not None
    assert release.run is not None
    assert (mine.run.instructions.instantiate or 0) > (release.run.instructions.instantiate or 0) + 100
    (table,) = comparison_tables(changed.measurements)
    assert ("spacewasm", "relative to 0.7.1") in [column.heading for column in table.columns]


def test_a_c_runtime(warm_home: Home, tmp_path: Path) -> None:
    wasmfit.compare(runtimes=["wasm3"], home=warm_home.root)
    (published,) = [
        path for path in warm_home.artefacts.glob("sources/*/source/wasm3") if (path / "m3_env.c").is_file()
    ]
    shutil.copytree(published, tmp_path / "tree" / "source")
    commit(tmp_path / "tree")
    both = wasmfit.compare(runtimes=["wasm3"], sources=[("wasm3", tmp_path / "tree")], home=warm_home.root)
    release, mine = rows(both, "wasm3")
    assert (release.status, mine.status) == (Status.OK, Status.OK)
    assert mine.size == release.size
    assert executed(mine) == executed(release)

    function = tmp_path / "tree" / "source" / "m3_env.c"
    text = function.read_text(encoding="utf-8")
    function.write_text(text + "\n#error this branch does not compile\n", encoding="utf-8")
    broken = wasmfit.compare(runtimes=["wasm3"], sources=[("wasm3", tmp_path / "tree")], home=warm_home.root)
    release, mine = rows(broken, "wasm3")
    assert release.status is Status.OK
    assert mine.status is Status.BUILD_FAILED
    assert "this branch does not compile" in (mine.reason or "")


def test_a_host_step_comes_from_the_same_tree(warm_home: Home, tmp_path: Path) -> None:
    wasmfit.compare(runtimes=["wasefire"], home=warm_home.root)
    tree = working_tree(tmp_path, "wasefire-interpreter-0.5.0")
    both = wasmfit.compare(runtimes=["wasefire"], sources=[("wasefire", tree)], home=warm_home.root)
    release, mine = rows(both, "wasefire")
    assert mine.status is Status.OK, mine.reason
    assert executed(mine) == executed(release)
    # Host and device are one program: a host step from the release would not notice this.
    file = tree / "src/side_table.rs"
    assert file.is_file()
    file.write_text('compile_error!("broken in the working tree");\n', encoding="utf-8")
    broken = wasmfit.compare(runtimes=["wasefire"], sources=[("wasefire", tree)], home=warm_home.root)
    _, mine = rows(broken, "wasefire")
    assert mine.status is Status.BUILD_FAILED
    assert "broken in the working tree" in (mine.reason or "")


def test_what_is_no_checkout_is_refused_before_anything_is_built(warm_home: Home, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "wasmfit", "compare", "-v", "-r", "wasmi", "--source", f"wasmi={tmp_path}"],
        env={**os.environ, "WASMFIT_HOME": str(warm_home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert f"{tmp_path} is not a checkout of wasmi" in ended.stderr
    assert "cargo" not in ended.stderr
    assert ended.stdout == ""


def test_an_edit_while_it_is_built_is_noticed(warm_home: Home, tmp_path: Path) -> None:
    wasmfit.compare(runtimes=["spacewasm"], home=warm_home.root)
    tree = working_tree(tmp_path, "spacewasm-0.7.1")

    def edit(event: Event) -> None:
        if isinstance(event, TaskStarted) and event.title.startswith("firmware spacewasm@0.7.1+g"):
            with (tree / "src/lib.rs").open("a", encoding="utf-8") as file:
                file.write("\n// edited\n")

    # Another folder than the other tests', whose artefact of the same commit would do.
    (tree / "src/lib.rs").open("a", encoding="utf-8").write("\n// this tree only\n")
    both = wasmfit.compare(
        runtimes=["spacewasm"],
        sources=[("spacewasm", tree)],
        home=warm_home.root,
        event_handler=edit,
        rerun=True,
    )
    release, mine = rows(both, "spacewasm")
    assert release.status is Status.OK
    assert mine.status is Status.BUILD_FAILED
    assert "was edited while it was built" in (mine.reason or "")


def test_wasm_interpreter(warm_home: Home) -> None:
    """DLR's runtime is in no registry; whoever has a checkout has it tested like the others."""
    named = os.environ.get("WASMFIT_WASM_INTERPRETER")
    if not named:
        pytest.skip("WASMFIT_WASM_INTERPRETER names no checkout of DLR-FT/wasm-interpreter")
    source = [("wasm-interpreter", Path(named))]
    failures = Path(__file__).parents[1] / "catalog_of_failures"
    ends = {}
    for workload in ("add-with-extra", "traps", "hungry", "recurses"):
        comparison = wasmfit.compare(
            runtimes=["wasm-interpreter"],
            sources=source,
            workloads=[workload],
            catalogs=[failures],
            home=warm_home.root,
            rerun=True,
        )
        (one,) = rows(comparison, "wasm-interpreter")
        ends[workload] = one.status
    assert ends == {
        "add-with-extra": Status.OK,
        "traps": Status.TRAPPED,
        "hungry": Status.OUT_OF_MEMORY,
        "recurses": Status.OUT_OF_MEMORY,
    }


@pytest.mark.parametrize("board", ["nrf52840dk", "esp32c6"])
def test_toywasms_embedding_is_built_with_a_checkout(warm_home: Home, tmp_path: Path, board: str) -> None:
    """On a stand-in, which has the names of toywasm's interface and runs one function."""
    tree = tmp_path / "tree"
    shutil.copytree(Path(__file__).parents[1] / "toywasm", tree)
    toywasm = Catalog.load().runtimes["toywasm"].c
    assert toywasm is not None
    for source in toywasm.sources:
        if not (tree / source).exists():
            (tree / source).write_text("typedef int nothing_of_it_is_needed;\n")
    comparison = wasmfit.compare(
        runtimes=["toywasm"], sources=[("toywasm", tree)], boards=[board], home=warm_home.root
    )
    (mine,) = rows(comparison, "toywasm")
    assert mine.status is Status.OK, mine.reason
    assert mine.version == "76.0.0+source"
    assert mine.run is not None
    # Everything that the stand-in allocated was given back, to the byte.
    assert mine.run.heap is not None
    assert mine.run.heap.left == 0


def test_toywasm(warm_home: Home) -> None:
    """toywasm is in no registry; whoever has a checkout has it tested like the others."""
    named = os.environ.get("WASMFIT_TOYWASM")
    if not named:
        pytest.skip("WASMFIT_TOYWASM names no checkout of yamt/toywasm")
    failures = Path(__file__).parents[1] / "catalog_of_failures"
    ends = {}
    for workload in ("add-with-extra", "traps", "hungry", "recurses"):
        comparison = wasmfit.compare(
            runtimes=["toywasm"],
            sources=[("toywasm", Path(named))],
            workloads=[workload],
            catalogs=[failures],
            home=warm_home.root,
            rerun=True,
        )
        (one,) = rows(comparison, "toywasm")
        ends[workload] = one.status
    assert ends == {
        "add-with-extra": Status.OK,
        "traps": Status.TRAPPED,
        # It declares more than there is, and touches none of it.
        "hungry": Status.OK,
        "recurses": Status.OUT_OF_MEMORY,
    }
