"""LLVM for this machine: which one is taken, and what is said where none serves."""

from pathlib import Path

import pytest

from wasmfit.toolchain import Llvm, NoLlvm, ProcessRunner, State, Versions, check_llvm, find_llvm, remedies

from .stand_ins import SAYS_VERSION, fake, installed
from .test_packages import BOOKWORM, FEDORA, described


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH."""
    folder = tmp_path / "bin"
    installed(folder)
    fake(folder, "c++", SAYS_VERSION)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(remedies, "here", lambda: described(BOOKWORM))
    return folder


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "tools.json", ProcessRunner())


def llvm(bin_: Path, version: str, *files: str, program: str | None = None) -> Path:
    """A stand-in for an LLVM with these files."""
    major = version.partition(".")[0]
    root = bin_.parent / f"llvm-{major}"
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    answers = f"--version) echo {version};; --includedir) echo {root}/include;; --libdir) echo {root}/lib;;"
    fake(bin_, program or f"llvm-config-{major}", f'case "$1" in {answers} *) exit 1;; esac')
    return root


HEADER, LIBRARY = "include/llvm-c/Core.h", "lib/libLLVM.so"


def test_the_preferred_one_is_taken(bin_: Path, versions: Versions) -> None:
    llvm(bin_, "16.0.6", HEADER, LIBRARY)
    root = llvm(bin_, "19.1.7", HEADER, LIBRARY)
    found = find_llvm(versions)
    assert isinstance(found, Llvm)
    assert (found.version, found.include, found.library) == ("19.1.7", root / "include", root / LIBRARY)
    assert found.identity["llvm"] == "19.1.7"
    assert check_llvm(versions).ok


def test_one_without_headers_is_passed_over(bin_: Path, versions: Versions) -> None:
    llvm(bin_, "19.1.7", LIBRARY)
    llvm(bin_, "22.1.8", HEADER, LIBRARY)
    found = find_llvm(versions)
    assert isinstance(found, Llvm)
    assert found.version == "22.1.8"


def test_an_llvm_that_nobody_has_built_it_on_is_none(bin_: Path, versions: Versions) -> None:
    llvm(bin_, "14.0.6", HEADER, LIBRARY, program="llvm-config")
    assert find_llvm(versions) == NoLlvm("llvm-config is of LLVM 14.0.6")


@pytest.mark.parametrize(
    ("files", "cause"),
    [((LIBRARY,), "llvm-config-19 has no headers"), ((HEADER,), "llvm-config-19 has no shared library")],
)
def test_what_it_lacks_is_said(bin_: Path, versions: Versions, files: tuple[str, ...], cause: str) -> None:
    llvm(bin_, "19.1.7", *files)
    found = find_llvm(versions)
    assert isinstance(found, NoLlvm)
    assert found.cause.startswith(cause)


def test_without_a_compiler_for_cpp_it_is_of_no_use(bin_: Path, versions: Versions) -> None:
    llvm(bin_, "19.1.7", HEADER, LIBRARY)
    (bin_ / "c++").unlink()
    assert find_llvm(versions) == NoLlvm("there is no compiler for C++ (c++) on PATH")


def test_where_there_is_none_packages_are_named_and_all_else_works(
    bin_: Path, versions: Versions, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = check_llvm(versions)
    assert (check.state, check.needed) == (State.MISSING, False)
    assert check.cause == "there is no LLVM 16 to 22 with its headers (llvm-config-19) on PATH"
    assert check.commands == ("apt-get install -y llvm-19-dev g++",)
    monkeypatch.setattr(remedies, "here", lambda: described(FEDORA))
    assert check_llvm(versions).commands == ("dnf install -y llvm-devel gcc-c++",)
    assert bin_.is_dir()
