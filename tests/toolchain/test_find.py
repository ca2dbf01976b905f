"""Looking for tools: what is missing, what is there and cannot be used, and what is done about it here."""

from pathlib import Path

import pytest

from wasmfit.errors import MissingToolError
from wasmfit.model import CTarget, Emulator, Region
from wasmfit.toolchain import (
    Check,
    ProcessRunner,
    Rust,
    State,
    Versions,
    c_compiler,
    checks,
    find,
    remedies,
    rust,
    unusable,
)
from wasmfit.toolchain.packages import PackageTable, System, recognised
from wasmfit.toolchain.packages.system import read
from wasmfit.toolchain.rust import RejectedRust

from .gcc import gcc, newlib
from .stand_ins import SAYS_VERSION, fake, installed
from .test_packages import ARCH, BOOKWORM, FEDORA, SUSE, TRIXIE, described


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH; Debian 12 around it, with no package of ours installed."""
    folder = tmp_path / "bin"
    installed(folder)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(remedies, "here", lambda: described(BOOKWORM))
    return folder


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "tools.json", ProcessRunner())


@pytest.fixture
def arm() -> CTarget:
    return CTarget(compilers=("arm-none-eabi-gcc",), flags=("-mthumb",))


EMULATOR = Emulator(
    qemu="qemu-system-riscv32",
    machine="virt",
    isa="riscv32",
    flash=0,
    ram=0x1000,
    memory=(Region(origin=0, size=0x2000),),
)


def check(versions: Versions, need: str, *targets: CTarget) -> Check:
    compilers = [c_compiler(versions, target) for target in targets]
    return next(one for one in checks(versions, compilers, [EMULATOR]) if one.need == need)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (BOOKWORM, "Install it with: apt-get install -y qemu-system-misc"),
        (TRIXIE, "Install it with: apt-get install -y qemu-system-riscv"),
        (FEDORA, "Install it with: dnf install -y qemu-system-riscv-core"),
        (ARCH, "Install it with: pacman -S --needed qemu-system-riscv"),
        (SUSE, "Install QEMU for 32-bit RISC-V, 7.2 or later, built with TCG plugins. "
               "Debian's package: qemu-system-riscv."),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("bin_")
def test_what_is_missing_is_told_with_this_systems_remedy(
    versions: Versions, monkeypatch: pytest.MonkeyPatch, text: str, remedy: str
) -> None:
    monkeypatch.setattr(remedies, "here", lambda: described(text))
    missing = check(versions, "qemu-system-riscv32")
    assert missing.state is State.MISSING
    assert missing.cause == "there is no qemu-system-riscv32 on PATH"
    assert missing.remedy == remedy
    assert missing.complaint == f"qemu-system-riscv32 is missing: {missing.cause}. {remedy}"


def test_a_compiler_without_its_library_is_found_and_unusable(
    versions: Versions, bin_: Path, arm: CTarget, tmp_path: Path
) -> None:
    gcc(bin_ / "arm-none-eabi-gcc")
    installed(bin_, "gcc-arm-none-eabi")
    found = check(versions, "arm-none-eabi-gcc", arm)
    assert found.state is State.UNUSABLE
    assert found.path == bin_ / "arm-none-eabi-gcc"
    assert found.name == "arm-none-eabi-gcc with a C library"
    assert found.cause == "it has no picolibc, newlib-nano or newlib for -mthumb"
    assert found.commands == ("apt-get install -y picolibc-arm-none-eabi",)
    assert found.remedy == "Install it with: apt-get install -y picolibc-arm-none-eabi"
    gcc(bin_ / "arm-none-eabi-gcc", *newlib(tmp_path / "newlib"))
    works = check(versions, "arm-none-eabi-gcc", arm)
    assert works.ok
    assert works.version.endswith("; newlib-nano 4.3.0")


def test_what_a_compiler_lacks_for_several_cores_is_told_once(
    versions: Versions, bin_: Path, arm: CTarget
) -> None:
    gcc(bin_ / "arm-none-eabi-gcc")
    other = arm.model_copy(update={"flags": ("-mcpu=cortex-m33",)})
    compilers = [c_compiler(versions, target) for target in (arm, other)]
    (found,) = (one for one in checks(versions, compilers, []) if one.need == "arm-none-eabi-gcc")
    assert found.cause == "it has no picolibc, newlib-nano or newlib for -mthumb"


def test_a_library_that_was_chosen_and_is_not_there_is_no_matter_of_packages(
    versions: Versions, bin_: Path, arm: CTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gcc(bin_ / "arm-none-eabi-gcc", *newlib(tmp_path / "newlib"))
    monkeypatch.setenv("WASMFIT_LIBC", "picolibc")
    found = check(versions, "arm-none-eabi-gcc", arm)
    assert (found.state, found.commands) == (State.UNUSABLE, ())
    assert found.complaint == (
        "arm-none-eabi-gcc with a C library was found, but cannot be used: it has no picolibc for -mthumb, "
        "which WASMFIT_LIBC asks for. "
        "Leave WASMFIT_LIBC unset to take the C library that is there, or install picolibc."
    )


def test_a_compiler_with_another_name_serves(versions: Versions, bin_: Path, tmp_path: Path) -> None:
    riscv = CTarget(compilers=("riscv64-unknown-elf-gcc", "riscv-none-elf-gcc"), flags=("-march=rv32imac",))
    missing = check(versions, "riscv64-unknown-elf-gcc", riscv)
    assert missing.state is State.MISSING
    assert missing.cause == "there is no riscv64-unknown-elf-gcc or riscv-none-elf-gcc on PATH"
    gcc(bin_ / "riscv-none-elf-gcc", *newlib(tmp_path / "newlib"))
    found = check(versions, "riscv64-unknown-elf-gcc", riscv)
    assert (found.name, found.ok) == ("riscv-none-elf-gcc with a C library", True)
    assert found.path == bin_ / "riscv-none-elf-gcc"


def test_a_program_that_does_not_run_is_found_and_unusable(versions: Versions, bin_: Path) -> None:
    fake(bin_, "qemu-system-riscv32", "echo cannot open shared object file >&2; exit 127")
    found = check(versions, "qemu-system-riscv32")
    assert (found.state, found.cause) == (State.UNUSABLE, "it does not say which version it is")
    # Not Debian's: that one must be found first.
    assert found.remedy == (
        f"It must come before {bin_ / 'qemu-system-riscv32'} on PATH. "
        "Install it with: apt-get install -y qemu-system-misc"
    )
    installed(bin_, "qemu-system-misc")
    found = check(versions, "qemu-system-riscv32")
    assert found.commands == ()
    assert found.remedy.startswith("qemu-system-misc is installed already. Put another QEMU first on PATH")


def test_another_program_of_the_same_name_may_serve(
    versions: Versions, bin_: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(bin_, "qemu-system-riscv32", SAYS_VERSION)
    installed(bin_, "qemu-system-misc")
    other = fake(tmp_path / "other", "qemu-system-riscv32", SAYS_VERSION)
    monkeypatch.setenv("PATH", f"{bin_}:{bin_}:{other.parent}")
    broken = unusable(check(versions, "qemu-system-riscv32"), "it cannot count")
    assert broken.remedy.startswith(f"There is another one, {other}: put its folder first on PATH. ")


def test_a_compiler_that_the_table_does_not_know(versions: Versions, bin_: Path) -> None:
    own = CTarget(compilers=("xtensa-gcc",), flags=(), packages=("gcc-xtensa", "picolibc-xtensa"))
    missing = check(versions, "xtensa-gcc", own)
    assert missing.commands == ("apt-get install -y gcc-xtensa picolibc-xtensa",)
    bare = CTarget(compilers=("avr-gcc",), flags=())
    assert check(versions, "avr-gcc", bare).remedy == "Install avr-gcc."
    assert bin_.is_dir()


@pytest.mark.usefixtures("bin_")
def test_everything_that_is_missing_is_told_at_once(versions: Versions, arm: CTarget) -> None:
    with pytest.raises(MissingToolError) as caught:
        find(versions, {"thumbv6m-none-eabi": arm}, [EMULATOR])
    lines = caught.value.message.splitlines()
    assert [line.split(" is missing: ")[0] for line in lines if "Rust" not in line] == [
        "C compiler for this machine (cc)",
        "arm-none-eabi-gcc with a C library",
        "qemu-system-riscv32",
    ]
    assert "wasmfit doctor" in caught.value.remedy


@pytest.mark.usefixtures("bin_")
def test_a_toolchain_of_rustups_is_mended_by_rustup(
    versions: Versions, monkeypatch: pytest.MonkeyPatch
) -> None:
    stable = RejectedRust("rustup stable", "the component rust-src", "rustup component add rust-src")
    packaged = RejectedRust("packaged", "cargo and rustc under /usr/bin", "")

    def examined(_versions: Versions, _environment: object) -> Rust | list[RejectedRust]:
        return [stable, packaged]

    monkeypatch.setattr(rust, "find", examined)
    found = check(versions, "rust")
    assert found.state is State.UNUSABLE
    assert found.cause == (
        "rustup stable lacks the component rust-src; packaged lacks cargo and rustc under /usr/bin"
    )
    assert (found.remedy, found.commands) == ("Run: rustup component add rust-src", (stable.remedy,))
    monkeypatch.setattr(rust, "find", lambda *_: [packaged])
    found = check(versions, "rust")
    assert found.state is State.MISSING
    assert found.commands == ("apt-get install -y rustc-web cargo-web rust-web-src lld-19",)


def test_where_nobody_can_be_asked_what_is_installed_all_packages_are_named(
    versions: Versions, bin_: Path
) -> None:
    (bin_ / "dpkg-query").unlink()
    assert check(versions, "cc").commands == ("apt-get install -y gcc libc6-dev",)


def test_this_system_is_described() -> None:
    system = remedies.here()
    assert isinstance(system, System)
    assert system == recognised(read(), PackageTable.load())
    assert system.title
