"""Generated packages: right content, untouched times, no stray files; and what is said of a failure."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.builder import cargo, specification
from wasmfit.builder.cargo import Options, Package, first_error


def package(source: Path, lock: Path | None = None) -> Package:
    return Package("toy", {"package": {"name": "toy"}}, {"src": source}, lock)


def test_a_package_is_generated_and_kept_as_it_is(tmp_path: Path) -> None:
    source, work = tmp_path / "source", tmp_path / "work"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "lib.rs").write_text("one")
    cargo.generate(package(source), work)
    written = work / "src" / "deep" / "lib.rs"
    assert written.read_text() == "one"
    assert 'name = "toy"' in (work / "Cargo.toml").read_text()
    before = written.stat().st_mtime_ns
    cargo.generate(package(source), work)
    assert written.stat().st_mtime_ns == before


def test_a_source_that_has_gone_goes(tmp_path: Path) -> None:
    source, work = tmp_path / "source", tmp_path / "work"
    source.mkdir()
    (source / "old.rs").write_text("")
    cargo.generate(package(source), work)
    (source / "old.rs").rename(source / "new.rs")
    cargo.generate(package(source), work)
    assert {path.name for path in (work / "src").iterdir()} == {"new.rs"}


def test_the_lockfile_is_the_catalogues(tmp_path: Path) -> None:
    source, work, lock = tmp_path / "source", tmp_path / "work", tmp_path / "1.0.lock"
    source.mkdir()
    lock.write_text("pinned")
    cargo.generate(package(source, lock), work)
    assert (work / "Cargo.lock").read_text() == "pinned"


def test_the_first_error_is_what_is_said() -> None:
    output = (
        "   Compiling x\nwarning: y\nerror[E0308]: mismatched types\n --> src\nerror: could not compile\n"
    )
    assert first_error(output) == "error[E0308]: mismatched types"
    assert first_error("x.c:3:1: fatal error: no.h: No such file\ncompilation terminated.\n").startswith(
        "x.c:3:1"
    )
    died = "memory allocation of 8455716832 bytes failed\nstack backtrace:\nnote: Some details are omitted\n"
    assert first_error(died) == "memory allocation of 8455716832 bytes failed"
    assert first_error("just words\n\n") == "just words"
    assert first_error("") == "no output"
    assert len(first_error("error: " + "x" * 10_000)) <= 300


def test_a_target_is_named_or_is_a_file_of_its_name() -> None:
    assert Options(target="thumbv7em-none-eabihf").arguments() == [
        "--release",
        "--target",
        "thumbv7em-none-eabihf",
    ]
    own = Options(target="thumbv7em-none-eabihf", specification={"frame-pointer": "may-omit"}).arguments()
    assert own[1:3] == ["--target", "target-specification/thumbv7em-none-eabihf.json"]
    assert "-Zjson-target-spec" in own
    assert specification.place("thumbv7em-none-eabihf") == own[2]


def test_a_specification_is_rustcs_own_but_for_what_is_changed() -> None:
    printed = '{"llvm-target": "thumbv7em-none-eabihf", "frame-pointer": "always", "max-atomic-width": 32}'
    assert json.loads(specification.changed(printed, {"frame-pointer": "may-omit"})) == {
        "llvm-target": "thumbv7em-none-eabihf",
        "frame-pointer": "may-omit",
        "max-atomic-width": 32,
    }


@given(st.text() | st.sampled_from(["null", "[]", "{}", '"llvm-target"', '{"llvm-target": ']))
def test_what_is_no_specification_is_refused(printed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        specification.changed(printed, {"frame-pointer": "may-omit"})


@pytest.mark.parametrize(
    "words",
    [
        "  Caused by: [6] Could not resolve hostname (Could not resolve host: packages)",
        "NewConnectionError: Failed to establish a new connection: Temporary failure in name resolution",
        "fatal: unable to access the repository: Network is unreachable",
    ],
)
def test_without_a_network_it_says_offline(words: str) -> None:
    said = first_error(f"error: failed to download\n{words}\n")
    assert said == (
        "offline: a package registry cannot be reached, and what is needed was not downloaded before"
    )
