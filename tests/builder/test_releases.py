"""Newer releases of runtimes, with stand-ins for the registries' clients."""

from collections.abc import Sequence

import pytest

from wasmfit.api.versions import RuntimeReleases, _released
from wasmfit.builder import Context
from wasmfit.builder.releases import Releases, RuntimePackage, package_of, releases
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import builds
from wasmfit.toolchain import Finished, ProcessRunner, Versions, find

CATALOG = Catalog.load()
CRATE = RuntimePackage("toy", "1.0.0", is_crate=True, is_runtime=True)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    home, runner = Home.at(tmp_path_factory.mktemp("home")), ProcessRunner()
    return Context(CATALOG, home, find(Versions(home.tools, runner), {}, ()), runner)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Last word of a command → what the client says to it; to others it ends with an error."""
    answers: dict[str, str] = {}

    def run(_self: ProcessRunner, argv: Sequence[str], **_options: object) -> Finished:
        told = answers.get(argv[-1])
        code, output = (101, "error: could not find it") if told is None else (0, told)
        return Finished(tuple(argv), code, output, 0.0)

    monkeypatch.setattr(ProcessRunner, "run", run)
    return answers


def test_the_newest_that_fits_and_what_the_newest_wants(context: Context, said: dict[str, str]) -> None:
    said["toy"] = "toy #wasm\nversion: 1.2.0 (latest 2.0.0)\nrust-version: 1.90\n"
    said["toy@2.0.0"] = "toy #wasm\nversion: 2.0.0\nrust-version: 1.99\n"
    assert releases(context, CRATE) == Releases("1.2.0", "2.0.0", "1.99")
    said["toy"] = "version: 1.0.0\nrust-version: unknown\n"
    assert releases(context, CRATE) == Releases("1.0.0", "1.0.0")


def test_a_python_package_is_asked_of_pip(context: Context, said: dict[str, str]) -> None:
    said["toy"] = "toy (1.4)\nAvailable versions: 1.4, 1.3, 1.0\n"
    package = RuntimePackage("toy", "1.0", is_crate=False, is_runtime=True)
    assert releases(context, package) == Releases("1.4", "1.4")


def test_a_registry_that_does_not_answer_is_said(context: Context, said: dict[str, str]) -> None:
    assert not said
    assert releases(context, CRATE) == "cargo knows no crate toy, or reaches no registry"


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (Releases("1.0.0", "1.0.0"), "the newest is measured"),
        (Releases("1.1.0", "1.1.0"), "1.1.0 fits: `wasmfit lock toy@1.1.0` adds it"),
        ("pip: no network", "not known: pip: no network"),
    ],
)
def test_why_it_is_not_measured(context: Context, known: Releases | str, why: str) -> None:
    assert _released("toy", CRATE, known, context).why == why


def test_a_newer_rust_is_named_with_the_one_that_is_here(context: Context) -> None:
    found: RuntimeReleases = _released("toy", CRATE, Releases("1.0.0", "2.0.0", "1.99"), context)
    here = context.toolchain.rust.rustc.version.split()[1]
    assert found.why == f"2.0.0 needs Rust 1.99, and here is rustc {here}"


def test_what_is_no_crate_of_its_own_version_is_added_by_hand(context: Context) -> None:
    wamr = package_of(builds(CATALOG.runtimes["wamr"])[0])
    assert wamr == RuntimePackage("wamrx-sys", "0.3.0", is_crate=True, is_runtime=False)
    why = _released("wamr", wamr, Releases("0.4.0", "0.4.0"), context).why
    assert why == "0.4.0 fits: its sources and embedding are to be added by hand"
