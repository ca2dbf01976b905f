"""Rows of two builds that are about one thing in the source."""

from pathlib import Path

import pytest

import wasmfit
from wasmfit.footprint.views.diff import SizeChange
from wasmfit.footprint.views.matching import matched_paths, source_name
from wasmfit.footprint.views.tree import GroupBy

from ..kinds import ARM, run

CLANG = ("clang-19", "--target=thumbv7em-none-eabi", "-mcpu=cortex-m4", "-fuse-ld=lld")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("f", "f"),
        ("f.constprop.0", "f"),
        ("f.isra.0.cold", "f"),
        ("f.part.3", "f"),
        ("f.llvm.1234567890", "f"),
        ("f.lto_priv.0", "f"),
        ("counter.1234", "counter"),
        ("f.counter", "counter"),
        ("f.counter.2", "counter"),
        ("__func__.4567", "__func__"),
        ("__func__.main", "__func__"),
        ("__PRETTY_FUNCTION__._Z1fv", "__PRETTY_FUNCTION__"),
        ("$d.4", "$d.4"),
        (".text.f", ".text.f"),
        ("", ""),
        ("_Z1fi.constprop.0", "f(int)"),
        ("_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write"),
    ],
)
def test_what_symbols_are_called_in_the_source(name: str, source: str) -> None:
    assert source_name(name) == source


def test_paths_are_matched_by_their_ends() -> None:
    old = {"/build/gcc/src/a.c", "/build/gcc/lib/x/util.c", "/build/gcc/lib/y/util.c", "same.c", "[padding]"}
    new = {"/home/me/fw/src/a.c", "/home/me/fw/lib/x/util.c", "lib\\y\\util.c", "same.c", "[strings]"}
    assert matched_paths(old, new) == {
        "/build/gcc/src/a.c": "/home/me/fw/src/a.c",
        "/build/gcc/lib/x/util.c": "/home/me/fw/lib/x/util.c",
        "/build/gcc/lib/y/util.c": "lib\\y\\util.c",
    }


def test_an_end_that_several_have_matches_none_of_them() -> None:
    assert matched_paths({"/a/x/util.c", "/a/y/util.c"}, {"/b/z/util.c"}) == {}


SOURCE = """
static int table[4];
static int __attribute__((noinline)) scale(int by, int x) { return by * x + table[x & 3]; }
int step(int x) { static int counter; counter += x; return scale(3, counter) + scale(3, x); }
const char *where(void) { return __func__; }
void _start(void) { table[1] = step(table[0]); table[2] = where()[0]; for (;;); }
"""


def rows(change: SizeChange) -> dict[str, tuple[bool, bool]]:
    """Innermost rows → whether each side has it."""
    found = {}
    for row in change.rows:
        found.update(rows(row) if row.rows else {row.name: (row.before > 0, row.after > 0)})
    return found


def test_firmwares_of_two_compilers_are_compared_by_names_of_the_source(tmp_path: Path) -> None:
    paths = {}
    for name, compiler in (("gcc", ARM), ("clang", CLANG)):
        (tmp_path / name / "src").mkdir(parents=True)
        (tmp_path / name / "src/step.c").write_text(SOURCE)
        flags = ("-O2", "-g", "-nostdlib", "-Wl,-Ttext=0x8000000", "-Wl,-Tbss=0x20000000")
        run(tmp_path / name, *compiler, *flags, "src/step.c", "-o", "a.elf")
        paths[name] = tmp_path / name / "a.elf"
    by_symbol = wasmfit.size(paths["clang"], base=paths["gcc"], by=(GroupBy.SYMBOL,)).difference
    assert by_symbol is not None
    found = rows(by_symbol.view)
    for name in ("step", "where", "_start", "counter", "table"):
        assert found.get(name, (True, True)) == (True, True), found  # else among those that are unchanged
    assert not any("." in name and name[0].isalpha() for name in found)
    by_file = wasmfit.size(paths["clang"], base=paths["gcc"], by=(GroupBy.FILE,)).difference
    assert by_file is not None
    assert rows(by_file.view)[str(tmp_path / "clang/src/step.c")] == (True, True)
    assert by_file.view.before == wasmfit.size(paths["gcc"]).size
    assert by_file.view.after == wasmfit.size(paths["clang"]).size
