"""Why something is there and what could go, in each format; and the options that need references or lines."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

import wasmfit
from wasmfit.errors import UsageError
from wasmfit.report.size import annotations, explained, saved

from ..cli.test_size import size
from ..elf.elf_builder import CODE, ElfBuilder, Sec, Sym

# first calls second, which loads the address of a text from its literals and calls a Debug implementation.
DEBUG = "_RNvXC4wasmNtB2_1TNtNtC4core3fmt5Debug3fmt"
HOSTILE = "evil|`\n\x1b[31m\u202e"


def thumb_call(at: int, to: int) -> bytes:
    """A BL from one address to another."""
    offset = to - (at + 4)
    sign = (offset >> 24) & 1
    i1, i2 = (offset >> 23) & 1, (offset >> 22) & 1
    j1, j2 = (~(i1 ^ sign)) & 1, (~(i2 ^ sign)) & 1
    first = 0xF000 | sign << 10 | (offset >> 12) & 0x3FF
    second = 0xD000 | j1 << 13 | j2 << 11 | (offset >> 1) & 0x7FF
    return first.to_bytes(2, "little") + second.to_bytes(2, "little")


@pytest.fixture
def elf(tmp_path: Path) -> Path:
    code = bytearray(b"\x00\xbf" * 0x100)
    code[0x00:0x06] = thumb_call(0x100, 0x140) + b"\x70\x47"  # first: bl second; bx lr
    code[0x40:0x48] = (
        b"\x01\x48" + thumb_call(0x142, 0x180) + b"\x70\x47"
    )  # second: ldr r0, [pc, #4]; bl; bx lr
    code[0x48:0x4C] = (0x1000).to_bytes(4, "little")  # its literal
    code[0x80:0x82] = b"\x70\x47"
    path = tmp_path / "deep.elf"
    path.write_bytes(
        ElfBuilder(
            sections=[
                Sec(".text", 0x100, bytes(code), flags=CODE),
                Sec(".rodata", 0x1000, b"a text of second's\0" + bytes(13)),
            ],
            symbols=[
                Sym("_RNvC4wasm5first", 0x101, 0x40),
                Sym("_RNvC4wasm6second", 0x141, 0x40),
                Sym(DEBUG, 0x181, 0x100),
                Sym(HOSTILE, 0x281, 0x80),
                Sym("$t", 0x100, type=0, binding=0),
                Sym("$d", 0x148, type=0, binding=0),
                Sym("$t.1", 0x14C, type=0, binding=0),
            ],
        ).build()
    )
    return path


def test_why_tells_who_refers_to_it_and_what_would_go(elf: Path) -> None:
    explanations = wasmfit.why(elf, "wasm::second")
    (second,) = explanations.matches
    assert (second.name, second.owner, second.section, second.address) == (
        "wasm::second",
        "wasm",
        ".text",
        0x140,
    )
    assert [(link.name, link.how) for link in second.callers] == [("wasm::first", "calls")]
    assert second.own.flash == 0x40
    assert second.retained.flash >= 0x40 + 0x100
    text = explained.to_text(explanations)
    assert "wasm::first (calls)" in text
    assert "would be removed with it" in text
    assert json.loads(explained.to_json(explanations))["found"][0]["name"] == "wasm::second"


def test_why_of_nothing_suggests_what_there_is(elf: Path) -> None:
    with pytest.raises(UsageError, match=r"Nothing in .* is called") as error:
        wasmfit.why(elf, "wasm::SECOND")
    assert "Did you mean wasm::second?" in error.value.remedy
    with pytest.raises(UsageError) as error:
        wasmfit.why(elf, "nothing like it")
    assert error.value.remedy == "--by symbol --all lists all names."


def test_savings_are_a_sarif_log(elf: Path) -> None:
    report = wasmfit.savings(elf)
    log = json.loads(annotations.to_sarif(report))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["tool"]["driver"]["name"] == "wasmfit"
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    assert [rule["id"] for rule in rules] == [candidate.key for candidate in report.candidates]
    for number, (result, candidate) in enumerate(zip(results, report.candidates, strict=True)):
        assert (result["ruleId"], result["ruleIndex"], result["level"]) == (candidate.key, number, "note")
        assert result["properties"]["retainedFlash"] == candidate.retained.flash
        assert f"{candidate.retained.flash:,} B" in result["message"]["text"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == f"file://{elf}"
        named = [place["fullyQualifiedName"] for place in location["logicalLocations"]]
        assert named == [part.name for part in candidate.largest]


def test_savings_are_notices_of_github(elf: Path) -> None:
    report = replace(wasmfit.savings(elf), file="a,b:c%.elf", limits=("100 %\nwere not decoded",))
    lines = annotations.to_github(report).splitlines()
    assert len(lines) == len(report.candidates) + 1
    assert all(line.startswith("::notice file=a%2Cb%3Ac%25.elf") for line in lines)
    assert lines[-1].endswith("::100 %25\\nwere not decoded")
    assert any("title=Debug implementations::" in line and "Remedy: " in line for line in lines)


def test_annotations_are_of_savings_alone(elf: Path, tmp_path: Path) -> None:
    for form in ("sarif", "github"):
        ended = size(elf, "-f", form, home=tmp_path)
        assert ended.returncode == 2
        assert "format of --savings" in ended.stderr
        assert size(elf, "--savings", "-f", form, home=tmp_path).returncode == 0


def test_savings_name_debug_implementations_with_a_remedy(elf: Path) -> None:
    report = wasmfit.savings(elf)
    debug = {saving.key: saving for saving in report.candidates}["debug"]
    assert debug.own.flash == 0x100
    assert debug.remedy
    assert "must not be added up" in saved.to_text(report)
    assert json.loads(saved.to_json(report))["savings"][0]["key"]
    rows = list(csv.DictReader(io.StringIO(saved.to_csv(report))))
    assert {row["key"] for row in rows} == {saving.key for saving in report.candidates}
    assert all(
        line.count("|") == 6 for line in saved.to_markdown(report).splitlines() if line.startswith("|")
    )


def test_no_name_breaks_the_text(elf: Path) -> None:
    for text in (explained.to_text(wasmfit.why(elf, "evil")), saved.to_text(wasmfit.savings(elf))):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_references_give_a_nameless_text_to_the_code_that_uses_it(elf: Path) -> None:
    before = wasmfit.size(elf, by=["crate"], sections=[".rodata"]).view
    after = wasmfit.size(elf, by=["crate"], sections=[".rodata"], references=True).view
    assert "wasm" not in {row.name for row in before.rows}
    assert next(row.bytes for row in after.rows if row.name == "wasm") >= 19
    assert before.bytes == after.bytes


def test_the_command_line_has_all_of_it(elf: Path, tmp_path: Path) -> None:
    ended = size(elf, "--why", "second", home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("wasm::second\n")
    assert json.loads(size(elf, "--savings", "-f", "json", home=tmp_path).stdout)["schema"] == 1
    assert "debug" in size(elf, "--savings", "-f", "csv", home=tmp_path).stdout
    assert "Debug" in size(elf, "--savings", "-f", "markdown", home=tmp_path).stdout
    assert size(elf, "--references", home=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--why", "nothing"], "is called 'nothing'"),
        (["--why", "second", "-f", "csv"], "--why has no rows"),
        (["--why", "second", "--savings"], "not allowed with"),
        (["--inlined"], "has no debug information"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_told_and_exits_2(elf: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    ended = size(elf, *arguments, home=tmp_path)
    assert ended.returncode == 2, ended.stderr
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_debug_information_files_are_those_of_local_symbols_and_it_is_said(elf: Path) -> None:
    assert any("no debug information" in note for note in wasmfit.size(elf, by=["file"]).notes)
