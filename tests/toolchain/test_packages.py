"""The table of packages: which system this is, and what to do there about what is missing."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from wasmfit.toolchain.packages import Manager, Need, Packages, PackageTable, System, recognised, remedy
from wasmfit.toolchain.packages.system import parsed, read

from .stand_ins import fake, installed

ROOT = Path(__file__).parents[2]
TABLE = PackageTable.load()


def os_release(**fields: str) -> str:
    return "".join(f'{name}="{value}"\n' for name, value in fields.items())


BOOKWORM = os_release(
    PRETTY_NAME="Debian GNU/Linux 12 (bookworm)", VERSION_ID="12", VERSION_CODENAME="bookworm", ID="debian"
)
TRIXIE = BOOKWORM.replace("12", "13").replace("bookworm", "trixie")
FORKY = os_release(PRETTY_NAME="Debian GNU/Linux forky/sid", VERSION_CODENAME="forky", ID="debian")
RASPBIAN = BOOKWORM.replace('ID="debian"', "ID=raspbian\nID_LIKE=debian")
NOBLE = os_release(
    PRETTY_NAME="Ubuntu 24.04.3 LTS",
    VERSION_ID="24.04",
    VERSION_CODENAME="noble",
    ID="ubuntu",
    ID_LIKE="debian",
)
RESOLUTE = NOBLE.replace("24.04", "26.04").replace("noble", "resolute")
MINT = os_release(
    NAME="Linux Mint", VERSION_ID="22.1", UBUNTU_CODENAME="noble", ID="linuxmint", ID_LIKE="ubuntu debian"
)
FEDORA = os_release(PRETTY_NAME="Fedora Linux 43 (Workstation Edition)", ID="fedora", VERSION_ID="43")
ARCH = os_release(PRETTY_NAME="Arch Linux", ID="arch", BUILD_ID="rolling")
MANJARO = os_release(PRETTY_NAME="Manjaro Linux", ID="manjaro", ID_LIKE="arch")
SUSE = os_release(PRETTY_NAME="openSUSE Tumbleweed", ID="opensuse-tumbleweed", ID_LIKE="opensuse suse")
MACOS = {"ID": "macos", "VERSION_ID": "15.1", "PRETTY_NAME": "macOS 15.1"}


def described(text: str, *programs: str) -> System:
    """The system whose os-release says so, with these programs on it."""
    return recognised(parsed(text), TABLE, programs.__contains__)


def nothing(_names: Sequence[str]) -> Collection[str]:
    return ()


def only(names: Collection[str]) -> Callable[[Sequence[str]], Collection[str]]:
    return lambda _: names


def everything(names: Sequence[str]) -> Collection[str]:
    return names


@pytest.mark.parametrize(
    ("text", "keys", "program"),
    [
        (BOOKWORM, ("debian 12", "debian"), "apt-get"),
        (TRIXIE, ("debian 13", "debian"), "apt-get"),
        (FORKY, ("debian",), "apt-get"),
        (NOBLE, ("ubuntu 24.04", "ubuntu", "debian"), "apt-get"),
        (MINT, ("ubuntu 24.04", "ubuntu", "debian"), "apt-get"),
        (RASPBIAN, ("debian 12", "debian"), "apt-get"),
        (FEDORA, ("fedora 43", "fedora"), "dnf"),
        (ARCH, ("arch",), "pacman"),
        (MANJARO, ("arch",), "pacman"),
    ],
)
def test_a_system_is_told_by_its_os_release(text: str, keys: tuple[str, ...], program: str) -> None:
    system = described(text)
    assert system.keys == keys
    assert system.manager is not None
    assert system.manager.program == program


def test_a_system_that_nobody_has_heard_of_is_told_by_its_package_manager() -> None:
    system = described("ID=void\nNAME=Void\n", "dnf")
    assert (system.title, system.keys) == ("Void", ("fedora",))
    told = remedy(TABLE.needs["qemu-system-arm"], system, nothing)
    assert (
        told.text == "Install it with: dnf install -y qemu-system-arm-core (Fedora's name: yours may differ)"
    )


def test_an_unknown_system_is_told_the_need_and_the_name_in_debian() -> None:
    system = described(SUSE)
    assert system.manager is None
    told = remedy(TABLE.needs["qemu-system-arm"], system, nothing)
    assert told.commands == ()
    assert told.text == (
        "Install QEMU for Arm, 7.2 or later, built with TCG plugins. Debian's package: qemu-system-arm."
    )
    assert recognised({}, TABLE, ().__contains__).title == "unknown"


def test_os_release_is_read_as_a_shell_would(tmp_path: Path) -> None:
    text = '# a comment\nNAME=\'One "two"\'\nID = spaced\nBROKEN="\nEMPTY=\nWORD=plain\n\nnot a line\n'
    assert parsed(text) == {"NAME": 'One "two"', "EMPTY": "", "WORD": "plain"}
    first, second = tmp_path / "etc", tmp_path / "usr"
    second.write_text("ID=second\n")
    assert read((first, second), "Linux") == {"ID": "second"}
    first.write_text("ID=first\n")
    assert read((first, second), "Linux") == {"ID": "first"}
    assert read((tmp_path / "none",), "Linux") == {}
    assert read((first,), "Darwin")["ID"] == "macos"


@pytest.mark.parametrize(
    ("text", "need", "command"),
    [
        (BOOKWORM, "qemu-system-riscv32", "apt-get install -y qemu-system-misc"),
        (TRIXIE, "qemu-system-riscv32", "apt-get install -y qemu-system-riscv"),
        (FORKY, "qemu-system-riscv32", "apt-get install -y qemu-system-riscv"),
        (NOBLE, "qemu-system-riscv32", "apt-get install -y qemu-system-misc"),
        (RESOLUTE, "qemu-system-riscv32", "apt-get install -y qemu-system-riscv"),
        (FEDORA, "qemu-system-riscv32", "dnf install -y qemu-system-riscv-core"),
        (ARCH, "qemu-system-riscv32", "pacman -S --needed qemu-system-riscv"),
        (BOOKWORM, "rust", "apt-get install -y rustc-web cargo-web rust-web-src lld-19"),
        (FORKY, "rust", "apt-get install -y rustc cargo rust-src lld"),
        (FEDORA, "arm-none-eabi-gcc", "dnf install -y arm-none-eabi-gcc-cs arm-none-eabi-newlib"),
        (BOOKWORM, "cc", "apt-get install -y gcc libc6-dev"),
    ],
)
def test_the_remedy_is_that_of_the_system(text: str, need: str, command: str) -> None:
    assert remedy(TABLE.needs[need], described(text), nothing).commands == (command,)


def test_what_is_borrowed_from_another_system_is_said() -> None:
    told = remedy(TABLE.needs["qemu-system-riscv32"], described(MINT), nothing)
    assert (
        told.text == "Install it with: apt-get install -y qemu-system-misc (Ubuntu's name: yours may differ)"
    )


def test_what_nobody_has_verified_is_said() -> None:
    need = Need("a thing", on={"arch": Packages("arch", ("one", "two"))})
    told = remedy(need, described(ARCH), nothing)
    assert told.text == "Install it with: pacman -S --needed one two (nobody has verified these names)"


def test_no_remedy_names_a_package_that_is_installed() -> None:
    for text in (BOOKWORM, TRIXIE, NOBLE, FEDORA, ARCH):
        system = described(text)
        for name, need in TABLE.needs.items():
            packages = need.packages(system.keys)
            assert packages is not None, name
            half = packages.names[::2]
            for command in remedy(need, system, only(half)).commands:
                assert not set(command.split()) & set(half) or command == packages.then


def test_where_all_is_installed_and_does_not_work_something_else_is_said() -> None:
    told = remedy(TABLE.needs["qemu-system-arm"], described(BOOKWORM), everything)
    assert told.commands == ()
    assert told.text == (
        "qemu-system-arm is installed already. "
        "Put another QEMU first on PATH: of another version, or built with --enable-plugins."
    )
    told = remedy(TABLE.needs["rust"], described(BOOKWORM), everything)
    assert told.text.startswith("rustc-web, cargo-web, rust-web-src and lld-19 are installed already. ")


def test_what_follows_an_installation_is_left_when_that_is_done() -> None:
    rust, ubuntu = TABLE.needs["rust"], described(NOBLE)
    first, then = remedy(rust, ubuntu, nothing).commands
    assert first == "apt-get install -y rustup"
    assert then.startswith("rustup toolchain install")
    assert remedy(rust, ubuntu, everything).commands == (then,)


def test_what_a_system_does_not_package_is_said() -> None:
    told = remedy(TABLE.needs["riscv64-unknown-elf-gcc"], described(FEDORA), nothing)
    assert told.commands == ()
    assert told.text.startswith("Fedora Linux 43 (Workstation Edition) packages no GCC for bare RISC-V")


def test_on_macos_an_application_is_no_formula() -> None:
    mac = recognised(MACOS, TABLE, ().__contains__)
    assert remedy(TABLE.needs["cc"], mac, nothing).text == "Install it with: xcode-select --install"
    assert remedy(TABLE.needs["qemu-system-arm"], mac, nothing).commands == ("brew install qemu",)


@pytest.mark.parametrize(
    ("manager", "output", "there"),
    [
        ("apt", "gcc installed\nmake config-files\ndpkg-query: no packages found matching x\n", {"gcc"}),
        ("dnf", "gcc\npackage x is not installed\n", {"gcc"}),
        ("pacman", "gcc 15.1.1-1\nerror: package 'x' was not found\n", {"gcc"}),
        ("brew", "qemu 10.1.0\nllvm 20.1 21.1\nError: No such keg: /opt/x\n", {"qemu", "llvm"}),
    ],
)
def test_what_package_managers_say_is_understood(manager: str, output: str, there: set[str]) -> None:
    assert TABLE.managers[manager].installed(output) >= there
    assert "x" not in TABLE.managers[manager].installed(output)


def test_the_table_is_whole() -> None:
    """Every system has a package manager, every group its needs, and every need words and each system."""
    assert set(TABLE.systems.values()) == set(TABLE.managers)
    assert {name for group in TABLE.groups.values() for name in group} < set(TABLE.needs)
    for release in TABLE.codenames.values():
        assert release.split()[0] in TABLE.systems
    for name, need in TABLE.needs.items():
        assert need.words, name
        assert set(TABLE.systems) <= {*(key.split()[0] for key in need.on), "ubuntu"}, name
        for key, packages in need.on.items():
            assert key.split()[0] in TABLE.systems
            assert packages.names or packages.then or packages.note, (name, key)
    data = tomllib.loads((ROOT / "src/wasmfit/toolchain/packages/table.toml").read_text())
    used = {
        one["source"] for need in data["needs"].values() for one in need["on"].values() if "source" in one
    }
    assert used == set(data["sources"])


# ---- scripts/setup, which reads the same table ----


def script() -> ModuleType:
    specification = importlib.util.spec_from_file_location("setup_packages", ROOT / "scripts/packages.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    path = sys.path.copy()
    specification.loader.exec_module(module)
    sys.path[:] = path
    return module


def test_setup_installs_what_is_missing_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(tmp_path / "bin", "gcc*", "*misc")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    module = script()
    monkeypatch.setattr(module.system, "read", lambda: parsed(BOOKWORM))
    assert module.main(["run", "--without", "rust"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "as_root apt-get update -qq",
        "as_root apt-get install -y -qq --no-install-recommends python3 python3-venv make libc6-dev "
        "picolibc-arm-none-eabi picolibc-riscv64-unknown-elf qemu-system-arm llvm-19-dev g++",
    ]


def test_setup_on_other_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(tmp_path / "bin", "rpm", "echo make; echo python3; exit 3")
    fake(tmp_path / "bin", "dpkg-query", "exit 1")
    fake(tmp_path / "bin", "brew", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    module = script()
    monkeypatch.setattr(module.system, "read", lambda: parsed(FEDORA))
    assert module.main(["run"]) == 1  # no compiler for RISC-V
    assert capsys.readouterr() == (
        "as_root dnf install -y -q gcc glibc-devel arm-none-eabi-gcc-cs arm-none-eabi-newlib "
        "qemu-system-arm-core qemu-system-riscv-core rust cargo rust-src lld llvm-devel gcc-c++\n",
        "",
    )
    monkeypatch.setattr(module.system, "read", lambda: parsed(NOBLE))
    assert module.main(["run", "tests"]) == 1  # no Chromium
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].startswith("rustup toolchain install")
    assert " rustup " in said.out.splitlines()[-2]
    unverified, also_unverified, no_browser = said.err.splitlines()
    assert unverified == "Nobody has verified these names on Ubuntu 24.04.3 LTS: g++ clang-19 llvm-19 git"
    assert also_unverified.endswith("LTS: lld-19 wasi-libc libclang-rt-19-dev-wasm32")
    assert no_browser.startswith("Ubuntu 24.04.3 LTS packages no Chromium")
    monkeypatch.setattr(module.system, "read", lambda: MACOS)
    assert module.main(["run"]) == 1
    assert (
        capsys.readouterr().out.splitlines()[0] == "brew install --quiet python3 gcc-arm-embedded qemu rustup"
    )
    monkeypatch.setattr(module.system, "read", lambda: parsed(SUSE))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert module.main(["run"]) == 1
    assert capsys.readouterr() == ("", "")


@dataclass(frozen=True)
class Setup:
    """The whole script, in a tree of its own, with stand-ins for whatever it would change.

    Attributes:
        manager: This system's package manager.
        programs: Folder of the stand-ins.
        said: File of what was asked of the package manager and of rustup.
        doctor: The stand-in for wasmfit.
    """

    manager: Manager
    programs: Path
    said: Path
    doctor: Path

    def __call__(self, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.doctor.parents[2] / "scripts/setup"],
            env={"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.said.parent), **variables},
            input="this is not an answer\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    manager = recognised(read(), TABLE).manager
    if manager is None:
        pytest.skip("it installs nothing on a system that it does not know")
    tree, programs, said = tmp_path / "tree", tmp_path / "bin", tmp_path / "said"
    shutil.copytree(ROOT / "src/wasmfit/toolchain/packages", tree / "src/wasmfit/toolchain/packages")
    shutil.copytree(ROOT / "scripts", tree / "scripts")
    (tree / "uv.lock").touch()
    (tree / "pyproject.toml").touch()
    (tree / ".venv/bin").mkdir(parents=True)
    fake(programs, manager.ask[0], "exit 1")
    fake(programs, manager.program, f'echo {manager.program} "$@" >>{said}; cat >>{said}')
    fake(programs, "sudo", 'exec "$@"')
    fake(programs, "rustup", f'echo rustup "$@" >>{said}')
    fake(programs, "uv", "exit 0")
    return Setup(manager, programs, said, fake(tree / ".venv/bin", "wasmfit", "echo ok"))


def test_setup_runs_these_commands_and_asks_the_doctor(setup: Setup) -> None:
    ended = setup()
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == ""
    lines = setup.said.read_text().splitlines()
    assert lines[-1].startswith((f"{setup.manager.unattended} ", "rustup "))
    assert "this is not an answer" not in lines
    assert f"Running {setup.manager.unattended} " in ended.stderr
    setup.doctor.write_text("#!/bin/sh\necho missing something\nexit 3\n")
    ended = setup()
    assert ended.returncode == 3
    assert "missing something\nDo what it says" in ended.stderr


@pytest.mark.parametrize(
    ("version", "enough"), [("1.95.0", True), ("1.97.1-nightly", True), ("1.94.1", False), ("", False)]
)
def test_setup_installs_no_rust_where_rustup_has_one(
    setup: Setup, tmp_path: Path, version: str, enough: bool
) -> None:
    toolchain = tmp_path / "rustup/toolchains/stable-here"
    (toolchain / "lib/rustlib/src/rust/library/core").mkdir(parents=True)
    fake(toolchain / "bin", "rustc", f"echo 'rustc {version} (0123 2026-05-01)'" if version else "exit 1")
    assert setup(RUSTUP_HOME=str(tmp_path / "rustup")).returncode == 0
    packages = TABLE.needs["rust"].packages(recognised(read(), TABLE).keys)
    assert packages is not None
    words = setup.said.read_text().split()
    assert set(packages.names).isdisjoint(words) == enough


def test_what_setup_installs_before_it_can_read_the_table_is_what_the_table_says() -> None:
    text = (ROOT / "scripts/setup").read_text()
    for system, name in TABLE.systems.items():
        packages = TABLE.needs["python"].on[system]
        command = f"{TABLE.managers[name].unattended} {' '.join(packages.names)} >/dev/null"
        assert command in text


def test_no_remedy_stands_elsewhere() -> None:
    """A command of a package manager in the code would be that of one system."""
    commands = [manager.install for manager in TABLE.managers.values()]
    for source in (ROOT / "src" / "wasmfit").rglob("*"):
        if source.suffix in (".py", ".toml") and source.name != "table.toml":
            text = source.read_text(encoding="utf-8")
            assert not [command for command in commands if command in text], source
