"""Which Rust is taken, and what is said of those that will not do. Scripts stand for the programs."""

import re
from pathlib import Path

import pytest

from wasmfit.errors import UsageError
from wasmfit.toolchain import ProcessRunner, Rust, Versions, rust, rustup
from wasmfit.toolchain.rust import RejectedRust

HOST = "x86_64-unknown-linux-gnu"
STABLE = f"stable-{HOST}"


def program(path: Path, answers: str) -> None:
    """A script that prints a line; ``case $1 in`` patterns may tell questions apart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\ncase "$*" in\n{answers}\nesac\n', encoding="utf-8")
    path.chmod(0o755)


def compiler(folder: Path, sysroot: Path, version: str = "1.97.0") -> None:
    program(folder / "rustc", f"*sysroot*) echo {sysroot} ;; *) echo 'rustc {version} (0123 2026-05-01)' ;;")
    program(folder / "cargo", f"*) echo 'cargo {version}' ;;")


def sources(sysroot: Path) -> None:
    (sysroot / "lib/rustlib/src/rust/library/core").mkdir(parents=True)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "rustup/toolchains").mkdir(parents=True)
    return tmp_path / "rustup"


@pytest.fixture
def system(tmp_path: Path) -> Path:
    (tmp_path / "usr/bin").mkdir(parents=True)
    return tmp_path / "usr/bin"


def toolchain(home: Path, name: str, version: str = "1.97.0", *, without: str = "") -> Path:
    """A toolchain as rustup lays it out."""
    folder = home / "toolchains" / name
    compiler(folder / "bin", folder, version)
    program(folder / "lib/rustlib" / HOST / "bin/rust-lld", "*gnu*) echo 'LLD 22.1.2 (for Rust)' ;;")
    sources(folder)
    if without == "rust-src":
        (folder / "lib/rustlib/src/rust/library/core").rmdir()
    elif without:
        next(folder.rglob(without)).unlink()
    return folder


def packages(system: Path, version: str = "1.96.0", *, lld: str = "-19") -> None:
    """Packages as a distribution lays them out: sources and compiler with the same sysroot."""
    compiler(system, system.parent, version)
    sources(system.parent)
    linker(system, lld)


def linker(system: Path, suffix: str, version: str = "19.1.7") -> None:
    for name in ("ld.lld", "wasm-ld"):
        program(
            system / f"{name}{suffix}", f"*) echo 'Debian LLD {version} (compatible with GNU linkers)' ;;"
        )


def find(home: Path, system: Path, wanted: str = "") -> Rust | list[RejectedRust]:
    versions = Versions(home.parent / "tools.json", ProcessRunner())
    return rust.find(versions, {"RUSTUP_HOME": str(home), "WASMFIT_RUST": wanted}, [system])


def taken(home: Path, system: Path, wanted: str = "") -> Rust:
    rust = find(home, system, wanted)
    assert isinstance(rust, Rust), rust
    return rust


def refused(home: Path, system: Path, wanted: str = "") -> list[RejectedRust]:
    rejected = find(home, system, wanted)
    assert isinstance(rejected, list), rejected
    return rejected


def test_stable_is_told_to_take_nightly_options(home: Path, system: Path) -> None:
    folder = toolchain(home, STABLE)
    rust = taken(home, system)
    assert rust.name == f"rustup {STABLE}"
    assert rust.environment == {"RUSTC_BOOTSTRAP": "1"}
    assert rust.sources == folder / "lib/rustlib/src/rust/library"
    lld = str(folder / "lib/rustlib" / HOST / "bin/rust-lld")
    assert rust.elf_linker == (lld, "-flavor", "gnu")
    assert rust.wasm_linker == (lld,)
    assert rust.linker_version == "LLD 22.1.2 (for Rust)"


@pytest.mark.parametrize("version", ["1.97.0-nightly", "1.97.0-dev"])
def test_a_compiler_that_takes_them_anyway_is_left_alone(home: Path, system: Path, version: str) -> None:
    toolchain(home, f"nightly-{HOST}", version)
    assert taken(home, system).environment == {}


def test_nightly_then_packages_then_the_others(home: Path, system: Path) -> None:
    names = [
        f"nightly-{HOST}",
        f"nightly-2026-11-01-{HOST}",
        f"nightly-2026-09-30-{HOST}",
        "packaged",
        STABLE,
        f"1.100.1-{HOST}",
        f"1.97.0-{HOST}",
        f"1.97-{HOST}",
        f"beta-{HOST}",
        "mine",
    ]
    packages(system)
    for name in names:
        if name != "packaged":
            toolchain(home, name)
    order = []
    for _ in names:
        rust = taken(home, system)
        order.append(rust.name.removeprefix("rustup "))
        # What was taken is taken away.
        rust.cargo.path.unlink()
    assert order == names


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("packaged", "packaged"),
        ("rustup", f"nightly-{HOST}"),
        ("nightly", f"nightly-{HOST}"),
        ("stable", STABLE),
        (STABLE, STABLE),
        ("1.97.0", f"1.97.0-{HOST}"),
        ("mine", "mine"),
    ],
)
def test_a_choice_is_kept(home: Path, system: Path, wanted: str, name: str) -> None:
    packages(system)
    for other in (f"nightly-{HOST}", STABLE, f"1.97.0-{HOST}", "mine"):
        toolchain(home, other)
    assert taken(home, system, wanted).name.removeprefix("rustup ") == name


@pytest.mark.parametrize("wanted", ["1.9", "stab", "packages", "rustup 1.97"])
def test_a_part_of_a_name_is_no_name(home: Path, system: Path, wanted: str) -> None:
    toolchain(home, STABLE)
    toolchain(home, f"1.97.0-{HOST}")
    with pytest.raises(UsageError, match="no such Rust is installed"):
        find(home, system, wanted)


def test_no_program_of_another_toolchain_is_started(home: Path, system: Path) -> None:
    toolchain(home, STABLE)
    program(toolchain(home, f"nightly-{HOST}") / "bin/rustc", f"*) touch {home}/started ;;")
    taken(home, system, "stable")
    assert not (home / "started").exists()


def test_the_missing_component_and_its_command_are_said(home: Path, system: Path) -> None:
    toolchain(home, STABLE, without="rust-src")
    rejected = refused(home, system)
    # One command without root comes before the packages.
    assert rejected[0] == RejectedRust(
        f"rustup {STABLE}",
        "the component rust-src",
        f"rustup component add rust-src --toolchain {STABLE}",
    )
    assert [rejection.name for rejection in rejected[1:]] == ["packaged"]


@pytest.mark.parametrize("missing", ["rustc", "cargo", "rust-lld"])
def test_a_toolchain_in_pieces_is_installed_again(home: Path, system: Path, missing: str) -> None:
    toolchain(home, STABLE, without=missing)
    (rejection,) = refused(home, system, "stable")
    assert ("LLD" if missing == "rust-lld" else f"a {missing} that runs") in rejection.lacks
    assert rejection.remedy.startswith(f"rustup toolchain install {STABLE}")


def test_rustup_adds_nothing_to_a_toolchain_of_ones_own(home: Path, system: Path) -> None:
    toolchain(home, "mine", without="rust-src")
    (rejection,) = refused(home, system, "mine")
    assert rejection.lacks == "the standard library's sources"
    assert rejection.remedy == rustup.INSTALL


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        (STABLE, "rustup update stable"),
        (f"nightly-2025-01-01-{HOST}", "rustup update nightly"),
        (f"1.94.1-{HOST}", rustup.INSTALL),
    ],
)
def test_an_old_compiler_is_refused(home: Path, system: Path, name: str, remedy: str) -> None:
    toolchain(home, name, "1.94.1")
    (rejection,) = refused(home, system, "rustup")
    assert rejection.lacks == "a rustc of 1.95 or later (it has rustc 1.94.1 (0123 2026-05-01))"
    assert rejection.remedy == remedy


def test_a_toolchain_without_lld_takes_the_systems(home: Path, system: Path) -> None:
    toolchain(home, "mine", without="rust-lld")
    linker(system, "", "20.1.8")
    rust = taken(home, system)
    assert rust.elf_linker == (str(system / "ld.lld"),)
    assert rust.wasm_linker == (str(system / "wasm-ld"),)


def test_packages_are_found_by_their_sysroot(home: Path, system: Path) -> None:
    packages(system, lld="")
    rust = taken(home, system)
    assert rust.name == "packaged"
    assert rust.sources == system.parent / "lib/rustlib/src/rust/library"
    assert rust.environment == {"RUSTC_BOOTSTRAP": "1"}


def test_the_linker_of_the_set_up_is_preferred(home: Path, system: Path) -> None:
    packages(system, lld="-21")
    linker(system, "-19")
    linker(system, "-18", "18.1.8")
    linker(system, "", "23.1.0")
    for suffix in ("-19", "-21", "-18", ""):
        assert taken(home, system).elf_linker == (str(system / f"ld.lld{suffix}"),)
        (system / f"ld.lld{suffix}").unlink()


def test_an_lld_for_elf_alone_is_none(home: Path, system: Path) -> None:
    packages(system)
    (system / "wasm-ld-19").unlink()
    (rejection,) = refused(home, system)
    assert rejection == RejectedRust("packaged", "LLD of 18 or later")


def test_an_old_lld_is_none(home: Path, system: Path) -> None:
    packages(system)
    (system / "ld.lld-19").unlink()
    linker(system, "", "14.0.6")
    assert refused(home, system)[0].lacks == "LLD of 18 or later"


def test_packages_may_bring_rusts_own_lld(home: Path, system: Path) -> None:
    packages(system)
    (system / "ld.lld-19").unlink()
    lld = system.parent / "lib/rustlib" / HOST / "bin/rust-lld"
    program(lld, "*gnu*) echo 'LLD 22.1.2' ;;")
    assert taken(home, system).elf_linker == (str(lld), "-flavor", "gnu")


def test_packages_without_sources_are_refused(home: Path, system: Path) -> None:
    packages(system)
    (system.parent / "lib/rustlib/src/rust/library/core").rmdir()
    (rejection,) = refused(home, system)
    assert rejection.lacks == f"the standard library's sources in {system.parent}/lib/rustlib/src"


def test_rustup_as_a_package_is_no_packaged_rust(home: Path, system: Path) -> None:
    program(system / "rustup", f"*) touch {home}/started; echo 'rustc 1.97.0' ;;")
    for name in ("rustc", "cargo"):
        (system / name).symlink_to("rustup")
    (rejection,) = refused(home, system)
    assert rejection.lacks == f"a rustc in {system}"
    # Started, it might install a toolchain.
    assert not (home / "started").exists()


def test_a_compiler_of_rustups_in_a_system_folder_is_none_either(home: Path, system: Path) -> None:
    folder = toolchain(home, STABLE, without="rust-src")
    compiler(system, folder)
    assert refused(home, system)[-1].lacks == f"a rustc in {system}"


def test_no_rust_at_all_has_a_remedy(home: Path, system: Path) -> None:
    assert refused(home, system) == [RejectedRust("packaged", f"a rustc in {system}")]


def test_the_set_up_takes_no_older_toolchain_for_enough() -> None:
    script = (Path(__file__).parents[2] / "scripts" / "setup").read_text(encoding="utf-8")
    number = re.search(r"^oldest_rust=(\d+)", script, re.MULTILINE)
    assert number is not None
    assert f"1.{number[1]}" == str(rust.OLDEST)
