"""Budgets of memory and time, stripped files, and files that cost much."""

import struct
import time
from pathlib import Path

import pytest

import wasmfit
from wasmfit.cli import size as cli
from wasmfit.elf import Machine, parse_elf
from wasmfit.footprint import attribute_bytes
from wasmfit.footprint.graph.budget import ReferenceBudget
from wasmfit.footprint.graph.reference_graph import build_graph
from wasmfit.footprint.graph.references import MAX_CODE_RANGES, find_references

from ...elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Sym
from . import by, run

TABLE = struct.pack("<64I", *range(0x2000_0000, 0x2000_0100, 4))


def image(*, symbols: list[Sym] | None = None, code: bytes = b"\x70\x47" * 64) -> bytes:
    """Code, and a table of addresses of RAM."""
    return ElfBuilder(
        sections=[
            Sec(".text", 0x0800_0000, code, flags=CODE),
            Sec(".rodata", 0x0801_0000, TABLE),
            Sec(".data", 0x2000_0000, bytes(256), flags=DATA),
        ],
        symbols=symbols or [],
    ).build()


FUNCTION = Sym("f", 0x0800_0001, 16)


def test_in_stripped_files_only_what_has_a_symbol_is_referred_to() -> None:
    stripped = find_references(attribute_bytes(parse_elf(image())))
    assert len(stripped) == 0
    assert any("stripped" in limit for limit in stripped.limits)
    assert len(find_references(attribute_bytes(parse_elf(image(symbols=[FUNCTION]))))) == 64


@pytest.mark.parametrize(
    ("memory", "seconds", "said"),
    [
        (100, 60, "Not all data was searched"),
        (1 << 30, 0, "Not all code was decoded"),
        (8000, 60, "references were followed"),
    ],
)
def test_what_is_left_out_for_a_budget_is_said(memory: int, seconds: float, said: str) -> None:
    # The time of a budget runs from when it is made, so it is made here.
    budget = ReferenceBudget(memory, seconds)
    graph = build_graph(attribute_bytes(parse_elf(image(symbols=[FUNCTION]))), budget)
    assert any(said in limit and "--limit" in limit for limit in graph.references.limits)


def test_every_view_that_uses_references_says_it(tmp_path: Path) -> None:
    path = tmp_path / "a.elf"
    path.write_bytes(image(symbols=[FUNCTION]))
    for notes in (
        wasmfit.size(path, references=True, limit=(100, 60)).notes,
        wasmfit.why(path, "f", limit=(100, 60)).limits,
        wasmfit.savings(path, limit=(100, 60)).limits,
    ):
        assert any("Not all data was searched" in note for note in notes)


@pytest.mark.parametrize(
    ("text", "limit"), [("4G,300", (4 << 30, 300)), ("512m", (512 << 20, 60)), ("1GiB,5", (1 << 30, 5))]
)
def test_the_option_takes_memory_and_seconds(text: str, limit: tuple[int, float]) -> None:
    assert cli._parser().parse_args(["a.elf", "--limit", text]).limit == limit


@pytest.mark.parametrize("text", ["", "0", "4G,0", "4X", "-1", "1G;5"])
def test_other_limits_are_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli._parser().parse_args(["a.elf", f"--limit={text}"])
    assert raised.value.code == 2
    assert "such as 4G,300" in capsys.readouterr().err


def test_half_a_million_mapping_symbols_are_no_half_a_million_calls() -> None:
    count = 2 * MAX_CODE_RANGES + 2
    symbols = [Sym("$t" if n % 2 else "$d", 0x0800_0000 + 4 * n, 0, type=0, binding=0) for n in range(count)]
    elf = parse_elf(image(symbols=[FUNCTION, *symbols], code=b"\x70\x47" * 2 * count))
    assert elf.machine == Machine.ARM
    byte_map = attribute_bytes(elf)
    began = time.process_time()
    limits = find_references(byte_map).limits
    assert time.process_time() - began < 6
    assert any("alternate" in limit for limit in limits)


def test_an_object_of_70_000_sections(tmp_path: Path) -> None:
    """More than ``e_shnum`` holds, each with a function, as of -ffunction-sections in large programs."""
    lines = (
        f'.section .text.f{n},"ax",@progbits\n.globl f{n}\n.type f{n},@function\nf{n}: ret\n.size f{n},1\n'
        for n in range(70_000)
    )
    (tmp_path / "m.s").write_text("".join(lines))
    run(tmp_path, "as", "m.s", "-o", "m.o")
    found = by(tmp_path / "m.o", "symbol")
    assert len(found) == sum(found.values()) == 70_000
    assert found["f65000",] == found["f69999",] == 1
    (match,) = wasmfit.why(tmp_path / "m.o", "f69999").matches
    assert match.root == "nothing that is known refers to it"
