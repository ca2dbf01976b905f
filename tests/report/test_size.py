"""``wasmfit size`` in each format: what is shown adds up, and no name of a file's can break a format."""

import csv
import io
import json
from pathlib import Path

import pytest

import wasmfit
from wasmfit import SizeAnalysis
from wasmfit.footprint.views.memories import DeviceMemory
from wasmfit.report.size import SizeFormat, formatter

from ..elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Seg, Sym

OF_SAVINGS = (SizeFormat.SARIF, SizeFormat.GITHUB)

HOSTILE = 'evil|`name`\n<b>,"x"\x1b[31m\u202e[bold]'


def elf(folder: Path, name: str = "firmware.elf", *, extra: int = 0, symbol: str = "_RNvC4core3abc") -> Path:
    path = folder / name
    path.write_bytes(
        ElfBuilder(
            sections=[
                Sec(".text", 0x100, b"\x70\x47" * (24 + extra // 2), flags=CODE),
                Sec(".data", 0x2000_0000, bytes(16), flags=DATA),
            ],
            symbols=[
                Sym(symbol, 0x101, 32),
                Sym(HOSTILE, 0x121, 16 + extra),
                Sym("d", 0x2000_0000, 16, ".data", 1),
            ],
            segments=[Seg(0x100, 0x100, 48 + extra, 48 + extra), Seg(0x2000_0000, 0x1000, 16, 16)],
        ).build()
    )
    return path


@pytest.fixture
def analysis(tmp_path: Path) -> SizeAnalysis:
    memories = [DeviceMemory("flash", 0, 0x10000, 0x1000), DeviceMemory("RAM", 0x2000_0000, 0x1000)]
    return wasmfit.size(elf(tmp_path), memories=memories)


@pytest.fixture
def difference(tmp_path: Path) -> SizeAnalysis:
    old = elf(tmp_path, "old.elf")
    return wasmfit.size(elf(tmp_path, extra=8), base=old)


def shown(analysis: SizeAnalysis, chosen: SizeFormat) -> str:
    return formatter(chosen)(analysis)


@pytest.mark.parametrize("chosen", [f for f in SizeFormat if f not in OF_SAVINGS])
def test_hostile_names_break_no_format(
    analysis: SizeAnalysis, difference: SizeAnalysis, chosen: SizeFormat
) -> None:
    for text in (shown(analysis, chosen), shown(difference, chosen)):
        assert "evil" in text
        if chosen is SizeFormat.JSON:
            json.loads(text)
        else:
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert not any(line.startswith("<b>") for line in text.splitlines())
        if chosen is SizeFormat.CSV:
            assert len({len(row) for row in csv.reader(io.StringIO(text))}) == 1
        if chosen is SizeFormat.MARKDOWN:
            # Every line of the memories' table has 6 bars; the other table's lines have one number of them.
            bars = [line.count("|") - line.count("\\|") for line in text.splitlines() if line.startswith("|")]
            assert set(bars) == {6, bars[-1]}


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    analysis = wasmfit.size(elf(tmp_path), memories=[DeviceMemory("flash", 0, 0x10000)])
    assert "16 bytes lie outside of all memories." in analysis.notes
    analysis = wasmfit.size(
        elf(tmp_path), memories=[DeviceMemory("flash", 0x100, 8), DeviceMemory("RAM", 0x110, 1 << 30)]
    )
    assert "It does not fit: flash has 8 bytes, 48 are taken." in analysis.notes


def test_json_is_as_the_contract_says(analysis: SizeAnalysis) -> None:
    document = json.loads(shown(analysis, SizeFormat.JSON))
    assert document["schema"] == 1
    assert document["file"].endswith("firmware.elf")
    text = document["sections"][0]
    assert text == {
        "name": ".text",
        "address": 0x100,
        "size": 48,
        "rows": [{"owner": "core", "bytes": 32}, {"owner": "[unknown]", "bytes": 16}],
    }
    assert [(use["name"], use["bytes"], use["flashed"]) for use in document["regions"]] == [
        ("flash", 64, 0x2000),
        ("RAM", 16, None),
    ]
    assert document["by"] == ["section", "crate", "symbol"]
    assert document["view"]["bytes"] == document["bytes"] == 64
    symbol = document["view"]["rows"][0]["rows"][0]["rows"][0]
    assert symbol == {
        "by": "symbol",
        "name": "core::abc",
        "bytes": 32,
        "symbol": "_RNvC4core3abc",
        "address": 0x100,
    }
    assert "difference" not in document


def test_json_of_a_difference(difference: SizeAnalysis) -> None:
    document = json.loads(shown(difference, SizeFormat.JSON))["difference"]
    assert (document["before"], document["after"], document["bytes"]) == (64, 72, 8)
    assert [(row["name"], row["bytes"], row["how"]) for row in document["rows"]] == [
        (".text", 8, "grew"),
        ("1 unchanged", 0, "same size"),
    ]


def test_csv_has_a_line_for_each_innermost_row(analysis: SizeAnalysis) -> None:
    rows = list(csv.DictReader(io.StringIO(shown(analysis, SizeFormat.CSV))))
    assert [row["crate"] for row in rows] == ["core", "[unknown]", "[unknown]"]
    assert sum(int(row["bytes"]) for row in rows) == 64


def test_csv_of_a_difference_adds_up(difference: SizeAnalysis) -> None:
    rows = list(csv.DictReader(io.StringIO(shown(difference, SizeFormat.CSV))))
    assert sum(int(row["after"]) - int(row["before"]) for row in rows) == 8


def test_the_table_shows_memories_rows_and_the_total(analysis: SizeAnalysis) -> None:
    lines = shown(analysis, SizeFormat.TABLE).splitlines()
    assert lines[0].endswith("firmware.elf: 32-bit Arm program, 64 bytes in 2 sections")
    assert " ".join(lines[1].split()) == "flash 64 B of 65,536 B (0.1%) 2 pages of 4,096 B: 8,192 B"
    assert " ".join(lines[2].split()) == "RAM 16 B of 4,096 B (0.4%)"
    assert " ".join(lines[4].split()) == "bytes % section / crate / symbol"
    assert lines[5].split() == ["48", "75.0%", ".text"]
    assert lines[6].split() == ["32", "50.0%", "core"]
    assert lines[7].split() == ["32", "50.0%", "core::abc"]
    assert lines[-2].split() == ["64", "100%", "total"]
    assert lines[-1].startswith("Note: 32 bytes are of functions and data that carry no crate's name")


def test_the_tree_shows_what_hangs_on_what(analysis: SizeAnalysis) -> None:
    lines = shown(analysis, SizeFormat.TREE).splitlines()
    assert [line[21:].rstrip() for line in lines[5:8]] == ["├─ .text", "│  ├─ core", "│  │  └─ core::abc"]


def test_the_table_of_a_difference(difference: SizeAnalysis) -> None:
    lines = shown(difference, SizeFormat.TABLE).splitlines()
    assert any(line.split()[:3] == ["48", "56", "+8"] for line in lines)
    assert any(line.split()[:4] == ["64", "72", "+8", "total"] for line in lines)


def test_a_narrow_terminal_gets_narrow_lines(analysis: SizeAnalysis, difference: SizeAnalysis) -> None:
    from wasmfit.report.size.text import to_table, to_tree

    for shown_analysis in (analysis, difference):
        for make in (to_table, to_tree):
            assert all(len(line) <= 40 for line in make(shown_analysis, 40).splitlines())


def test_a_frame_has_the_innermost_rows(analysis: SizeAnalysis) -> None:
    frame = analysis.to_frame()
    assert list(frame.columns) == ["section", "crate", "symbol", "bytes"]
    assert frame["bytes"].sum() == 64
