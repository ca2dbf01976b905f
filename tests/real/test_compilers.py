"""What docs/toolchains.md tells a reader to do, done word for word, with the compilers of registries."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.tools import tool
from wasmfit.home import Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

DOCUMENT = Path(__file__).parents[2] / "docs" / "toolchains.md"
ZIG = "ziglang==0.17.1"
NODE = {"assemblyscript": "assemblyscript@0.28.20", "binaryen": "binaryen@132.0.0"}
RUNTIMES = ("-r", "wasm3", "-r", "wamr")
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of the page: files have a name, and commands have none."""

    language: str
    file: str
    text: str


def blocks(heading: str | None = None) -> list[Block]:
    """Those below a heading, or all."""
    text = DOCUMENT.read_text("utf-8")
    if heading is not None:
        (text,) = re.findall(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return [Block(*found) for found in BLOCK.findall(text)]


class Reader:
    """Somebody who does what the page says, in a folder of their own.

    Args:
        folder: The folder, with every file of the page in it.
        home: wasmfit's folder.
    """

    def __init__(self, folder: Path, home: Home) -> None:
        self.folder, self.home = folder, home
        self.environment = {
            **os.environ,
            "WASMFIT_HOME": str(home.root),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        }
        for block in blocks():
            if block.file:
                path = folder / block.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, "utf-8")
        (folder / "frame.bin").write_bytes(bytes(range(64)))

    def follow(self, heading: str) -> dict[str, dict[str, dict[str, Any]]]:
        """Gives the commands below a heading; module → runtime → cell of what was measured."""
        measured = {}
        for block in blocks(heading):
            if block.language != "console":
                continue
            for line in block.text.splitlines():
                words = [word.replace("$temperature", "temperature") for word in shlex.split(line)]
                match words:
                    case ["pip", "install", package]:
                        self.zig(package)
                    case ["npm", "install", package]:
                        self.ran(["npm", "install", "--silent", "--prefix", ".", NODE[package]])
                    case ["wasmfit", _, module, *_]:
                        words = [word.replace("\\n", "\n") for word in words[1:]]
                        measured[Path(module).name] = self.measured(words)
                    case _:
                        self.ran(words)
        return measured

    def zig(self, package: str) -> None:
        """Zig's package is 90 MB, and is kept next to what else tests build."""
        assert ZIG.startswith(f"{package}==")
        kept = self.home.root / "compilers" / ZIG
        if not kept.is_dir():
            fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
            self.ran([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(fresh), ZIG])
            shutil.move(fresh, kept)
        self.environment["PYTHONPATH"] = str(kept)

    def ran(self, words: list[str]) -> str:
        """Gives a command that has to end well; what it prints."""
        ended = subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, (words, ended.stdout, ended.stderr)
        return ended.stdout

    def measured(self, words: list[str], runtimes: Sequence[str] = RUNTIMES) -> dict[str, dict[str, Any]]:
        """What comes of a comparison: runtime → cell."""
        said = self.ran([sys.executable, "-m", "wasmfit", *words, *runtimes, "--format", "json"])
        return {cell["runtime"]: cell for cell in json.loads(said)["cells"] if cell["runtime"] != "baseline"}


@pytest.fixture
def reader(tmp_path: Path, warm_home: Home) -> Reader:
    return Reader(tmp_path, warm_home)


def holds(reader: Reader, heading: str, *modules: str) -> None:
    measured = reader.follow(heading)
    assert sorted(measured) == sorted(modules)
    for module, cells in measured.items():
        assert len(cells) == 4, module
        for cell in cells.values():
            assert cell["status"] == "ok", (module, cell["reason"])
            assert cell["run"]["calls"][0]["right"] is True, module
            # A page of linear memory: stack and data are in it, and no default of the linker's.
            assert 65_536 <= cell["run"]["linear_memory"] < 2 * 65_536, module


def test_the_checksum_of_the_page_is_right() -> None:
    sums = set(re.findall(r"--expect (0x\w+)", DOCUMENT.read_text("utf-8")))
    assert sums == {hex(zlib.crc32(bytes(range(64))))}


def test_clang_makes_what_every_runtime_takes(reader: Reader) -> None:
    for program in ("clang-19", "wasm-ld-19"):
        tool(program)
    holds(reader, "C with clang", "crc-clang.wasm", "hello-clang.wasm")


@pytest.mark.slow
def test_zig_makes_it(reader: Reader) -> None:
    holds(reader, "C with Zig", "crc-zig.wasm", "hello-zig.wasm")


@pytest.mark.slow
def test_rust_makes_it(reader: Reader) -> None:
    # No machine of ours can have rustup's target: core is built for it, by the compiler that has its sources.
    reader.environment |= {
        "RUSTC_BOOTSTRAP": "1",
        "CARGO_UNSTABLE_BUILD_STD": "core",
        "CARGO_TARGET_WASM32V1_NONE_LINKER": tool("wasm-ld-19", "wasm-ld"),
        "RUSTC": "/usr/bin/rustc",
        "CARGO_NET_OFFLINE": "true",
        "PATH": os.pathsep.join(["/usr/bin", reader.environment["PATH"]]),
    }
    holds(reader, "Rust", "crc.wasm")


@pytest.mark.slow
def test_assemblyscript_makes_it(reader: Reader) -> None:
    tool("npm")
    holds(reader, "AssemblyScript", "crc-as.wasm")


@pytest.mark.slow
def test_wasm_opt_makes_it_smaller(reader: Reader) -> None:
    tool("npm")
    (clang, *_) = (
        line for block in blocks("C with clang") for line in block.text.splitlines() if "crc-clang" in line
    )
    reader.ran(shlex.split(clang))
    holds(reader, "Smaller: wasm-opt", "crc-small.wasm")
    assert (reader.folder / "crc-small.wasm").stat().st_size < (
        reader.folder / "crc-clang.wasm"
    ).stat().st_size


FEATURES = {
    "memory.fill, memory.copy": (
        "static char bytes[64];"
        "EXPORT int run(int value, int size)"
        "{ __builtin_memset(bytes, value, size); return bytes[size - 1]; }",
        "run(7, 9)",
        "7",
    ),
    "sign extension": ("EXPORT int run(int value) { return (signed char)value; }", "run(255)", "-1"),
    "saturating conversions": (
        "EXPORT int run(float value) { return (int)value; }",
        "run(3e9)",
        "2147483647",
    ),
    "calls through a table": (
        "static int add(int a, int b) { return a + b; }"
        "static int mul(int a, int b) { return a * b; }"
        "static int (*volatile known[2])(int, int) = {add, mul};"
        "EXPORT int run(int which, int a, int b) { return known[which & 1](a, b); }",
        "run(1, 6, 7)",
        "42",
    ),
}
"""Column of the page's table → C whose code has that, compiled as LLVM's default is; a call; its result."""
EXPORT = '#define EXPORT __attribute__((export_name("run")))\n'
HEADING = "What runtimes refuse"


def table() -> dict[str, dict[str, str]]:
    """The page's table: column → runtime → cell."""
    _, section = DOCUMENT.read_text("utf-8").split(f"## {HEADING}\n")
    lines = [line for line in section.splitlines() if line.startswith("|")]
    first, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {column: {row[0].strip("`"): row[at] for row in rows} for at, column in enumerate(first) if at}


@pytest.mark.slow
def test_what_runtimes_refuse_by_default(reader: Reader) -> None:
    reader.zig("ziglang")
    found: dict[str, dict[str, str]] = {}
    for column, (code, call, expected) in FEATURES.items():
        (reader.folder / "feature.c").write_text(EXPORT + code)
        options = "-target wasm32-freestanding -Oz -nostdlib -Wl,--no-entry,-z,stack-size=4096 -s"
        reader.ran(["python", "-m", "ziglang", "cc", *options.split(), "feature.c", "-o", "feature.wasm"])
        words = ["compare", "feature.wasm", "--call", call, f"--expect={expected}"]
        cells = reader.measured(words, runtimes=("-r", "newest"))
        tried = {name: cell["status"] for name, cell in cells.items() if cell["status"] != "unavailable"}
        assert tried.pop("native") == "unsupported"
        assert set(tried.values()) == {"ok", "unsupported"}, column
        found[column] = {name: "yes" if status == "ok" else "no" for name, status in tried.items()}
    assert table() == found
