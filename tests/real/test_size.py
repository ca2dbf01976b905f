"""``wasmfit size`` on every image that the project builds, compared with binutils."""

import re
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.elf import read_elf, read_link_map
from wasmfit.elf.mapping_symbols import DATA, MappingSymbols
from wasmfit.footprint import UNKNOWN, ByteKind, attribute_bytes, with_literals
from wasmfit.footprint.attribution.libraries import library_rule, owner_of_object
from wasmfit.footprint.views.tree import GroupBy

from ..footprint.totals import totals
from ..tools import tool

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]


def images(everything: Comparison) -> list[Path]:
    found = [Path(one.provenance.elf) for one in everything.measurements if one.provenance.elf]
    assert len(found) > 10
    return found


def run(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_sections_are_those_of_size(everything: Comparison) -> None:
    for elf in images(everything):
        listed = run(tool("arm-none-eabi-size"), "-A", elf)
        theirs = {name: int(size) for name, size in re.findall(r"^(\.\S+) +(\d+)", listed, re.MULTILINE)}
        analysis = wasmfit.size(elf)
        assert {s.name: s.size for s in analysis.sections} == {
            s.name: theirs[s.name] for s in analysis.sections
        }
        assert (
            sum(row.bytes for s in analysis.sections for row in s.rows)
            == analysis.size
            == analysis.view.bytes
        )


def test_sections_and_segments_are_those_of_readelf(everything: Comparison) -> None:
    for elf in images(everything):
        text = run(tool("arm-none-eabi-readelf"), "-SlW", elf)
        rows = re.findall(
            r"^  \[ *\d+\] (\S+) +\S+ +([0-9a-f]{8}) [0-9a-f]{6} ([0-9a-f]{6}) \d+ +\w*A\w* ",
            text,
            re.MULTILINE,
        )
        theirs = [(name, int(at, 16), int(size, 16)) for name, at, size in rows if int(size, 16)]
        assert [(s.name, s.address, s.size) for s in wasmfit.size(elf).sections] == theirs
        loads = re.findall(r"^  LOAD +0x\w+ 0x\w+ 0x(\w+) 0x(\w+) ", text, re.MULTILINE)
        flash = next(use for use in wasmfit.size(elf, board="nrf52840dk").uses if use.name == "flash")
        assert flash.bytes == sum(int(size, 16) for _, size in loads)


def test_symbols_have_the_bytes_that_nm_says_where_they_do_not_overlap(everything: Comparison) -> None:
    for elf in images(everything):
        listed = re.findall(r"^(\w+) (\w+) \w (.*)$", run(tool("arm-none-eabi-nm"), "-S", elf), re.MULTILINE)
        theirs = {(int(at, 16) & ~1, int(size, 16), name) for at, size, name in listed}
        places = Counter(at for at, _, _ in theirs)
        found = [
            (byte_range.symbol.address & ~1, byte_range.end - byte_range.start, byte_range.symbol.name)
            for byte_range in attribute_bytes(read_elf(elf)).ranges
            if byte_range.symbol is not None
            and byte_range.symbol.size
            and byte_range.start == byte_range.symbol.address
        ]
        same = sum(one in theirs for one in found)
        # Fewer only where one symbol lies in another.
        assert same >= 0.99 * len(found)
        assert len(found) >= 0.99 * len([at for at in places if places[at] == 1]) * same / len(listed)


def test_every_view_of_every_image_adds_up(everything: Comparison) -> None:
    for elf in images(everything):
        whole = wasmfit.size(elf).size
        for by in GroupBy:
            analysis = wasmfit.size(elf, by=[by], top=5, board="nrf52840dk")
            assert sum(row.bytes for row in analysis.view.rows) == analysis.view.bytes
            assert by is GroupBy.REGION or analysis.view.bytes == whole
            memory = {use.name: use.bytes for use in analysis.uses}
            if by is GroupBy.REGION:
                assert {row.name: row.bytes for row in analysis.view.rows} == memory


def test_with_the_map_only_rust_functions_without_a_rust_name_are_unknown(everything: Comparison) -> None:
    """``#[no_mangle]`` functions: whole-program optimisation makes one unit of all crates."""
    for elf in images(everything):
        file = read_elf(elf)
        made = attribute_bytes(
            file,
            read_link_map(elf.with_suffix(".map")),
            owner_of_object=owner_of_object,
            last_resort=library_rule(file.symbols),
        )
        for byte_range in made.ranges:
            if byte_range.owner == UNKNOWN:
                assert byte_range.input is not None
                assert byte_range.input.object.endswith(".rcgu.o)")
                assert byte_range.symbol is None or not byte_range.symbol.name.startswith(("_R", "_Z"))


def test_literals_are_those_of_the_disassembler(everything: Comparison) -> None:
    """objdump shows what ``$d`` marks as ``.word``, ``.short`` and ``.byte``, also the fill after it."""
    elf = min(images(everything), key=lambda path: path.stat().st_size)
    text = run(tool("arm-none-eabi-objdump"), "-dz", "-j", ".text", elf)
    shown = re.findall(r"^ +[0-9a-f]+:\t[0-9a-f ]+\t\.(word|short|byte)", text, re.MULTILINE)
    theirs = sum({"word": 4, "short": 2, "byte": 1}[kind] for kind in shown)
    file = read_elf(elf)
    made = with_literals(attribute_bytes(file))
    ours = sum(e.size for e in made.ranges if e.kind is ByteKind.LITERALS)
    marks = MappingSymbols(file)
    fill = sum(
        high - low
        for e in made.ranges
        if e.kind is ByteKind.PADDING and e.section.name == ".text"
        for low, high, kind in marks.split(e.section.index, e.start, e.end)
        if kind == DATA
    )
    assert ours + fill == theirs > fill


def test_a_difference_of_two_images_adds_up(everything: Comparison) -> None:
    by_runtime = {f"{one.runtime}@{one.version}": one.provenance.elf for one in everything.measurements}
    old, new = by_runtime["wasmi@1.1.0"], by_runtime["wasmi@2.0.0"]
    assert old is not None
    assert new is not None
    for by in (
        [GroupBy.SECTION],
        [GroupBy.CRATE],
        [GroupBy.SECTION, GroupBy.CRATE, GroupBy.SYMBOL],
        [GroupBy.FAMILY],
        [GroupBy.REGION],
    ):
        difference = wasmfit.size(new, by=by, base=old).difference
        assert difference is not None
        assert sum(row.before for row in difference.view.rows) == difference.view.before
        assert sum(row.after for row in difference.view.rows) == difference.view.after
        if GroupBy.REGION not in by:
            assert difference.view.before == wasmfit.size(old).size
            assert difference.view.after == wasmfit.size(new).size
        assert "wasmi" in {crate.crate for crate in difference.crates}


def test_crates_are_those_of_the_comparison_but_for_what_only_its_rules_know(everything: Comparison) -> None:
    for one in everything.measurements:
        if one.size is None or one.provenance.elf is None:
            continue
        elf = read_elf(one.provenance.elf)
        alone = attribute_bytes(elf, owner_of_object=owner_of_object, last_resort=library_rule(elf.symbols))
        named = totals(elf).owners()[".text"]
        ours = {e.owner for e in alone.ranges if e.section.name == ".text"}
        for owner, size in one.size.owners[".text"].items():
            if owner in named and owner not in ("firmware", "harness", "compiler_builtins", "cortex_m_rt"):
                assert owner.startswith("[") or abs(named[owner] - size) <= 0.01 * size
                assert owner in ours


def test_the_default_view_is_quick(everything: Comparison) -> None:
    largest = max(images(everything), key=lambda path: path.stat().st_size)
    wasmfit.size(largest)
    started = time.process_time()  # the machine may be busy
    wasmfit.size(largest)
    assert time.process_time() - started < 1  # a tenth of it on an idle machine
