"""Crates by the names that symbols have, where the library is called otherwise than the package."""

from pathlib import Path

import pytest

from wasmfit.builder.crate_names import crates_of, library_names, needed_by

LOCK = """\
version = 4

[[package]]
name = "app"
version = "0.0.0"
dependencies = ["firmware", "system"]

[[package]]
name = "firmware"
version = "0.0.0"
dependencies = ["wasm-interpreter", "wasmfit-harness"]

[[package]]
name = "wasm-interpreter"
version = "0.2.0"
dependencies = ["log-wrapper", "odd-package 1.0.0"]

[[package]]
name = "log-wrapper"
version = "0.1.0"
dependencies = ["wasm-interpreter"]

[[package]]
name = "odd-package"
version = "1.0.0"
source = "registry"

[[package]]
name = "odd-package"
version = "2.0.0"
source = "registry"
dependencies = ["only-of-the-system"]

[[package]]
name = "only-of-the-system"
version = "0.1.0"

[[package]]
name = "system"
version = "0.5.0"
dependencies = ["odd-package 2.0.0", "gone"]

[[package]]
name = "wasmfit-harness"
version = "0.1.0"
"""


def manifest(path: Path, package: str, library: str | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    named = "" if library is None else f'[lib]\nname = "{library}"\n'
    path.write_text(f'[package]\nname = "{package}"\nversion = "0.1.0"\n{named}', encoding="utf-8")


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lockfile, whose package ``odd-package`` 1.0.0 cargo has unpacked."""
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "cargo"))
    manifest(tmp_path / "cargo/registry/src/index-1/odd-package-1.0.0/Cargo.toml", "odd-package", "even")
    path = tmp_path / "Cargo.lock"
    path.write_text(LOCK, encoding="utf-8")
    return path


def test_a_checkout_says_what_its_libraries_are_called(tmp_path: Path) -> None:
    manifest(tmp_path / "Cargo.toml", "wasm-interpreter", "wasm")
    manifest(tmp_path / "crates/log_wrapper/Cargo.toml", "log-wrapper", None)
    manifest(tmp_path / "target/copy/Cargo.toml", "built", "other")
    (tmp_path / "crates/broken").mkdir()
    (tmp_path / "crates/broken/Cargo.toml").write_text("[package", encoding="utf-8")
    assert library_names(tmp_path) == {"wasm-interpreter": "wasm"}


def test_what_a_package_needs_is_named_as_code_names_it(lock: Path) -> None:
    needed = needed_by({"wasm-interpreter"}, lock, {"wasm-interpreter": "wasm"})
    assert needed == {"wasm", "log_wrapper", "even"}
    assert needed_by({"absent"}, lock, {}) == frozenset()


def test_a_package_that_nobody_has_unpacked_is_called_as_it_is(lock: Path) -> None:
    assert crates_of(lock) >= {"wasm_interpreter", "only_of_the_system", "odd_package", "even"}
    assert "wasm" in crates_of(lock, {"wasm-interpreter": "wasm"})
