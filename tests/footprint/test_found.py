"""Cases that the fuzzer (``scripts/fuzz_size.py``) found, and kinds of hostile files that it was led to."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..elf.elf_builder import CODE, ElfBuilder, Sec, Sym
from .survives import survives

FOUND = sorted((Path(__file__).parent / "found").glob("*.elf"))


def test_there_are_found_cases() -> None:
    assert FOUND


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_a_found_case_stays_fixed(path: Path) -> None:
    survives(path.read_bytes())


def test_a_small_real_file_survives() -> None:
    built = ElfBuilder(
        sections=[Sec(".text", 0x100, bytes(64), flags=CODE)],
        symbols=[Sym("f", 0x101, 8), Sym("_RNvC4core3abc", 0x109, 8)],
    )
    assert survives(built.build())


def test_many_symbols_at_one_place_take_linear_time() -> None:
    symbols = [Sym("f", 0x100 + n % 2, 60 - n % 50) for n in range(20_000)]
    image = ElfBuilder(sections=[Sec(".text", 0x100, bytes(64), flags=CODE)], symbols=symbols).build()
    started = time.perf_counter()
    assert survives(image)
    assert time.perf_counter() - started < 10


def test_nested_symbols_take_about_linear_time() -> None:
    count = 10_000
    symbols = [Sym("f", 0x100 + n, 2 * (count - n)) for n in range(count)]
    section = Sec(".text", 0x100, bytes(2 * count), flags=CODE)
    # The processor's time: on a machine that does other things, the clock tells of those.
    started = time.process_time()
    assert survives(ElfBuilder(sections=[section], symbols=symbols).build())
    assert time.process_time() - started < 10


@pytest.mark.parametrize("size", [1 << 30, (1 << 32) - 0x1000])
def test_a_section_that_claims_gigabytes_costs_none(tmp_path: Path, size: int) -> None:
    """``.bss`` may be of any size; memory may not."""
    path = tmp_path / "huge.elf"
    path.write_bytes(ElfBuilder(sections=[Sec(".bss", 0x1000, None, size=size, flags=3, type=8)]).build())
    ended = _limited([sys.executable, "-m", "wasmfit", "size", str(path)], megabytes=200)
    assert ended.returncode == 0, ended.stderr
    assert f"{size:,}" in ended.stdout


def test_a_large_sparse_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "sparse.elf"
    path.write_bytes(ElfBuilder(sections=[Sec(".text", 0x100, bytes(64), flags=CODE)]).build())
    with path.open("r+b") as stream:
        stream.truncate(900 << 20)
    ended = _limited([sys.executable, "-m", "wasmfit", "size", str(path)], megabytes=200)
    assert ended.returncode == 0, ended.stderr


def _limited(command: list[str], megabytes: int) -> subprocess.CompletedProcess[str]:
    """Runs a command that may not have more memory than this."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, preexec_fn=limit)
