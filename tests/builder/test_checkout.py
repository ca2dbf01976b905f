"""A user's working tree: recognised, versioned, identified; everything else is refused in a sentence."""

import subprocess
from pathlib import Path

import pytest

from wasmfit.builder import c, checkout
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import Checkout
from wasmfit.plan.select import with_checkouts
from wasmfit.toolchain import ProcessRunner

CATALOG = Catalog.load()


def inspect(name: str, path: Path) -> Checkout:
    return checkout.inspect(CATALOG, ProcessRunner(), name, path)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def crate(folder: Path, name: str, version: str = '"2.1.0"') -> Path:
    key = "version" if version.startswith('"') else "version.workspace"
    write(folder / "Cargo.toml", f'[package]\nname = "{name}"\n{key} = {version}\n')
    write(folder / "src/lib.rs", "")
    return folder


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=a test", "-c", "user.email=test@localhost", "-c", "init.defaultBranch=main"]
    command = ["git", "-C", str(folder), *identity, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=all")
    return git(folder, "rev-parse", "HEAD")


def test_a_crate_is_found_where_the_repository_keeps_it(tmp_path: Path) -> None:
    write(
        tmp_path / "Cargo.toml",
        '[workspace]\nmembers = ["crates/*"]\n[workspace.package]\nversion = "2.3.4"\n',
    )
    crate(tmp_path / "crates/core", "wasmi_core")
    crate(tmp_path / "crates/wasmi", "wasmi", "true")
    found = inspect("wasmi", tmp_path)
    assert found.folder == tmp_path / "crates/wasmi"
    assert found.version == "2.3.4"
    assert (found.commit, found.dirty) == (None, None)
    assert found.label == "2.3.4+source"


@pytest.mark.parametrize(
    ("stated", "recipe"),
    [
        ("2.0.0", "2.0.0"),
        ("2.0.0-beta.3", "2.0.0"),
        ("3.1.4", "2.0.0"),
        ("1.9.9", "1.1.0"),
        ("0.51.9", "0.51.5"),
        ("0.52.0", "0.51.5"),
        ("0.0.0", "2.0.0"),
    ],
)
def test_it_is_built_like_the_newest_version_that_is_not_newer(
    tmp_path: Path, stated: str, recipe: str
) -> None:
    assert inspect("wasmi", crate(tmp_path, "wasmi", f'"{stated}"')).recipe == recipe


def test_a_version_older_than_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"holds wasmi 0\.31\.2, older than what .* \(2\.0\.0, 1\.1\.0, 0\.51\.5\)"
    ):
        inspect("wasmi", crate(tmp_path, "wasmi", '"0.31.2"'))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wasmi", r"is not a checkout of wasmi: no Cargo\.toml in it is that of the crate wasmi"),
        ("wasm3", r"is not a checkout of wasm3: neither it nor a folder in it holds all of its sources"),
        ("wasm2c", "The runtime wasm2c cannot be built from a checkout"),
        ("native", "The runtime native cannot be built from a checkout"),
        ("myrmic", "The runtime myrmic cannot be built from a checkout"),
        ("wasmie", "There is no runtime named 'wasmie'"),
    ],
)
def test_a_folder_that_is_not_that_runtime_is_refused(tmp_path: Path, name: str, said: str) -> None:
    crate(tmp_path / "other", "wasmi_core")
    write(tmp_path / "broken/Cargo.toml", "[package\n")
    write(tmp_path / "odd/Cargo.toml", 'package = "wasmi"\n')
    with pytest.raises(UsageError, match=said):
        inspect(name, tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        inspect("wasmi", tmp_path / "nowhere")


def test_commit_and_changes_are_told(tmp_path: Path) -> None:
    crate(tmp_path, "wasmi")
    write(tmp_path / ".gitignore", "ignored\n")
    head = commit(tmp_path)
    clean = inspect("wasmi", tmp_path)
    assert (clean.commit, clean.dirty, clean.label) == (head, False, f"2.1.0+g{head[:9]}")

    write(tmp_path / "ignored", "not part of it")
    assert inspect("wasmi", tmp_path) == clean

    write(tmp_path / "src/lib.rs", "// edited")
    edited = inspect("wasmi", tmp_path)
    assert (edited.dirty, edited.label) == (True, f"2.1.0+g{head[:9]}.dirty")
    write(tmp_path / "src/lib.rs", "// edited again")
    assert len({clean.digest, edited.digest, inspect("wasmi", tmp_path).digest}) == 3


@pytest.mark.parametrize("change", ["new file", "removed file", "renamed file", "odd name"])
def test_every_kind_of_change_counts(tmp_path: Path, change: str) -> None:
    crate(tmp_path, "wasmi")
    write(tmp_path / "src/inner.rs", "// a file with enough in it to be told when it is renamed\n" * 5)
    commit(tmp_path)
    before = inspect("wasmi", tmp_path)
    match change:
        case "new file":
            write(tmp_path / "src/new.rs", "")
        case "removed file":
            (tmp_path / "src/inner.rs").unlink()
        case "renamed file":
            git(tmp_path, "mv", "src/inner.rs", "src/outer.rs")
        case "odd name":
            write(tmp_path / "src/n\u00e4me with\ttab.rs", "")
    after = inspect("wasmi", tmp_path)
    assert after.dirty
    assert after.digest != before.digest
    assert checkout.has_changed(ProcessRunner(), before)
    assert not checkout.has_changed(ProcessRunner(), after)


def test_without_git_the_files_are_the_identity(tmp_path: Path) -> None:
    crate(tmp_path, "wasmi")
    before = inspect("wasmi", tmp_path)
    write(tmp_path / "target/debug/junk", "left by a build")
    assert inspect("wasmi", tmp_path) == before
    write(tmp_path / "src/lib.rs", "// edited")
    assert checkout.has_changed(ProcessRunner(), before)


def test_a_folder_inside_a_repository_is_that_repository(tmp_path: Path) -> None:
    crate(tmp_path / "crates/wasmi", "wasmi")
    crate(tmp_path / "crates/core", "wasmi_core")
    commit(tmp_path)
    before = inspect("wasmi", tmp_path / "crates/wasmi")
    # What the crate depends on by path is part of what is built.
    write(tmp_path / "crates/core/src/lib.rs", "// edited")
    assert inspect("wasmi", tmp_path / "crates/wasmi").digest != before.digest


def wasm3(folder: Path, version: str, own: str = "m3_emit.c") -> None:
    c = CATALOG.runtimes["wasm3"].c
    assert c is not None
    # What every release has, and what a pattern stands for in this one.
    for source in (*(one for one in c.sources if "*" not in one), "m3_env.c", "m3_exec.c", own):
        write(folder / source, "")
    write(folder / "wasm3.h", f'#define M3_VERSION_MAJOR 0\n#define M3_VERSION       "{version}"\n')


def test_c_sources_are_found_with_their_version(tmp_path: Path) -> None:
    wasm3(tmp_path / "source", "0.5.1")
    found = inspect("wasm3", tmp_path)
    assert found.folder == tmp_path / "source"
    assert found.version == "0.5.1"
    assert found.recipe == "0.5.0"


def test_the_same_folder_serves_wasm3_with_its_validator(tmp_path: Path) -> None:
    wasm3(tmp_path / "source", "0.9.0", own="m3_validate.c")
    found = inspect("wasm3", tmp_path)
    assert (found.version, found.recipe, found.label) == ("0.9.0", "0.5.0", "0.9.0+source")


def test_wamr_states_its_version_in_three_parts(tmp_path: Path) -> None:
    c = CATALOG.runtimes["wamr"].c
    assert c is not None
    for source in c.sources:
        write(tmp_path / source, "")
    parts = zip(("MAJOR", "MINOR", "PATCH"), (2, 5, 17), strict=True)
    write(
        tmp_path / "core/version.h", "".join(f"#define WAMR_VERSION_{name} {part}\n" for name, part in parts)
    )
    assert inspect("wamr", tmp_path).version == "2.5.17"


def test_toywasm_states_its_version_in_its_manifest(tmp_path: Path) -> None:
    toywasm = CATALOG.runtimes["toywasm"].c
    assert toywasm is not None
    for source in toywasm.sources:
        write(tmp_path / source, "")
    write(tmp_path / "wapm/wapm.toml", '[package]\nname = "yamt/toywasm"\nversion = "77.1.0"\n')
    found = inspect("toywasm", tmp_path)
    assert (found.folder, found.version, found.recipe) == (tmp_path, "77.1.0", "76.0.0")


@pytest.mark.parametrize(
    ("stated", "height"), [("0.5.0", "128"), ("0.5.9", "128"), ("0.9.0", "256"), ("0.10.2", "256")]
)
def test_checkouts_of_later_versions_are_built_as_these_need(
    tmp_path: Path, stated: str, height: str
) -> None:
    wasm3(tmp_path / "source", stated)
    (build,) = with_checkouts(CATALOG, [], [inspect("wasm3", tmp_path)], ["wasm3"])
    macros = dict(c.defines(build, CATALOG.board("nrf52840dk")))
    assert macros["d_m3MaxFunctionStackHeight"] == height
    assert macros["d_m3MaxConstantTableSize"] == "64"


def test_what_no_checkout_can_be_built_of_says_why(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="in no package registry") as refused:
        inspect("eccles", tmp_path)
    assert "docs/adding-a-runtime.md" in refused.value.remedy
    with pytest.raises(UsageError, match=r"wants the compiler of WAMR 2\.4\.4 on LLVM 18") as refused:
        inspect("myrmic", tmp_path)
    assert "wamr-aot" in refused.value.remedy


INTERFACES = {
    "src/execution/resumable.rs": "HostCalled",
    "src/execution/mod.rs": "host_func: fn(&mut T, Vec<Value>) -> Vec<Value>",
}


@pytest.mark.parametrize(
    ("file", "stated", "built_like"),
    [
        ("src/execution/resumable.rs", "0.2.0", "0.2.0"),
        ("src/execution/mod.rs", "0.1.0", "0.1.0"),
        # The number does not decide: interfaces of wasm-interpreter change without it.
        ("src/execution/mod.rs", "0.2.0", "0.1.0"),
    ],
)
def test_sources_say_which_interface_they_have(
    tmp_path: Path, file: str, stated: str, built_like: str
) -> None:
    crate(tmp_path, "wasm-interpreter", f'"{stated}"')
    write(tmp_path / file, f"pub {INTERFACES[file]} {{\n")
    found = inspect("wasm-interpreter", tmp_path)
    assert (found.version, found.recipe) == (stated, built_like)


def test_an_interface_without_an_embedding_is_refused(tmp_path: Path) -> None:
    crate(tmp_path, "wasm-interpreter", '"0.2.0"')
    with pytest.raises(
        UsageError, match=r"0\.2\.0, whose interface is none of those .* \(as in 0\.2\.0, 0\.1\.0\)"
    ):
        inspect("wasm-interpreter", tmp_path)
