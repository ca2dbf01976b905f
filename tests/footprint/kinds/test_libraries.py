"""Static libraries, member by member."""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

import wasmfit
from wasmfit.elf import read_elf
from wasmfit.elf.archive import read_members
from wasmfit.elf.errors import ElfError
from wasmfit.errors import UsageError
from wasmfit.footprint.analysis import default_by
from wasmfit.footprint.views.tree import GroupBy

from ...tools import rust, tool
from . import ARM, by, run, sources

LONG = "a_name_that_is_longer_than_sixteen_letters"


def objects(folder: Path) -> Path:
    """Objects of two sources, one of them with a long name."""
    place = sources("veneer-owner", folder)
    for source, name in (("caller", "caller"), ("fast", LONG), ("zlast", "zlast")):
        run(place, *ARM, "-O2", "-g", "-c", f"{source}.c", "-o", f"{name}.o")
    return place


def library(folder: Path, *command: str, members: tuple[str, ...] = ("caller.o", f"{LONG}.o")) -> Path:
    """A library of these objects, made by a program of the toolchain."""
    place = objects(folder)
    run(place, *command, "libv.a", *members)
    return place / "libv.a"


FORMS = {
    "gnu": ("ar", "rcs"),
    "llvm-gnu": ("llvm-ar-19", "--format=gnu", "rcs"),
    "bsd": ("llvm-ar-19", "--format=bsd", "rcs"),
    "darwin": ("llvm-ar-19", "--format=darwin", "rcs"),
    "thin": ("ar", "rcsT"),
}


@pytest.mark.parametrize("form", FORMS)
def test_members_are_those_that_are_in_it(form: str, tmp_path: Path) -> None:
    path = library(tmp_path, *FORMS[form])
    found = {member.name: member.image for member in read_members(path)}
    assert set(found) == {"caller.o", f"{LONG}.o"}
    for name, image in found.items():
        # Padding to a multiple of 8 counts as the member's in Darwin's form.
        assert image.rstrip(b"\0\n") == (path.parent / name).read_bytes().rstrip(b"\0\n")


@pytest.mark.parametrize("form", FORMS)
def test_bytes_are_counted_member_by_member(form: str, tmp_path: Path) -> None:
    path = library(tmp_path, *FORMS[form])
    found = by(path, "object", "symbol")
    for name in ("caller.o", f"{LONG}.o"):
        sections = read_elf(path.parent / name).allocated()
        assert found[name,] == sum(section.size for section in sections)
    assert found[f"{LONG}.o", "fast"] > 0
    analysis = wasmfit.size(path)
    assert analysis.by == default_by(path) == (GroupBy.OBJECT, GroupBy.SYMBOL)
    assert analysis.size == sum(row.bytes for row in analysis.view.rows)
    assert (analysis.kind, analysis.machine, analysis.uses) == ("static library", "Arm", ())
    assert any("2 members" in note for note in analysis.notes)


def test_every_view_of_a_library_adds_up(tmp_path: Path) -> None:
    path = library(tmp_path, *FORMS["gnu"])
    whole = wasmfit.size(path).size
    for grouping in GroupBy:
        if grouping is not GroupBy.REGION:
            assert wasmfit.size(path, by=(grouping,)).view.bytes == whole
    assert {Path(name).name for (name,) in by(path, "file")} >= {"caller.c", "fast.c"}
    assert by(path, "crate")["libv.a",] > 0
    assert wasmfit.size(path, references=True, inlined=True).size == whole


def test_members_of_one_name_are_told_apart(tmp_path: Path) -> None:
    place = objects(tmp_path)
    shutil.copy(place / "zlast.o", tmp_path / "caller.o")
    path = place / "libv.a"
    run(place, "llvm-ar-19", "qcs", "libv.a", "caller.o", str(tmp_path / "caller.o"))
    assert {names[0] for names in by(path, "object")} == {"caller.o", "caller.o#2"}


def test_libraries_are_compared(tmp_path: Path) -> None:
    old = library(tmp_path / "old", "ar", "rcs", members=("caller.o",))
    new = library(tmp_path / "new", "ar", "rcs")
    difference = wasmfit.size(new, base=old).difference
    assert difference is not None
    assert {row.name: (row.before > 0, row.after > 0) for row in difference.view.rows} == {
        "1 unchanged": (True, True),
        f"{LONG}.o": (False, True),
    }


def test_libraries_of_rust_hold_its_objects_and_its_metadata(tmp_path: Path) -> None:
    (tmp_path / "one.rs").write_text(
        "#[inline(never)] pub fn twice(x: u32) -> u32 { std::hint::black_box(x) * 2 }"
    )
    command = (rust("rustc"), "-O", "--crate-type", "rlib", "-Csymbol-mangling-version=v0")
    run(tmp_path, *command, "one.rs", "-o", "libone.rlib")
    found = by(tmp_path / "libone.rlib", "object", "crate", "symbol")
    assert any(
        names[0].endswith(".rcgu.o") and names[1:] == ("one", "one::twice")
        for names in found
        if len(names) == 3
    )


def test_members_that_are_no_elf_files_are_said_to_be_so(tmp_path: Path) -> None:
    path = library(tmp_path, "ar", "rcs")
    (path.parent / "readme.txt").write_text("words")
    (path.parent / "code.bc").write_bytes(b"BC\xc0\xde" + bytes(40))
    run(path.parent, "ar", "qs", "libv.a", "readme.txt", "code.bc")
    notes = wasmfit.size(path).notes
    assert any(note.startswith("2 members are not counted, such as readme.txt") for note in notes)
    run(path.parent, "ar", "rcs", "none.a", "code.bc")
    with pytest.raises(ElfError, match=r"without a member that is an ELF file \(code.bc: is LLVM bitcode"):
        wasmfit.size(path.parent / "none.a")


def test_what_only_a_linked_file_has_is_refused_in_words(tmp_path: Path) -> None:
    path = library(tmp_path, "ar", "rcs")
    (tmp_path / "a.map").write_text("")
    with pytest.raises(UsageError, match="no linked file"):
        wasmfit.size(path, link_map=tmp_path / "a.map")
    for refused in (lambda: wasmfit.why(path, "fast"), lambda: wasmfit.savings(path)):
        with pytest.raises(ElfError, match="static library"):
            refused()


def test_a_thin_library_names_the_file_that_is_missing(tmp_path: Path) -> None:
    path = library(tmp_path, *FORMS["thin"])
    (path.parent / "caller.o").unlink()
    with pytest.raises(ElfError, match=r"caller\.o does not exist"):
        wasmfit.size(path)


def test_damaged_libraries_are_refused_in_words(tmp_path: Path) -> None:
    image = library(tmp_path, "ar", "rcs").read_bytes()
    path = tmp_path / "damaged.a"
    for cut in range(8, len(image), 61):
        path.write_bytes(image[:cut])
        with suppress(ElfError):
            wasmfit.size(path)
    for at in range(8, 400):
        for value in (0, 0x2F, 0x39, 0xFF):
            path.write_bytes(image[:at] + bytes([value]) + image[at + 1 :])
            with suppress(ElfError):
                wasmfit.size(path)


def test_the_library_of_the_c_compiler() -> None:
    """As ``size -t`` adds it up: all text, data and bss of all members."""
    path = Path("/usr/lib/picolibc/arm-none-eabi/lib/thumb/v6-m/nofp/libc.a")
    command = [tool("arm-none-eabi-size"), "-t", str(path)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    theirs = {line.split()[5]: int(line.split()[3]) for line in listed if int(line.split()[3])}
    assert theirs.pop("(TOTALS)") == sum(theirs.values()) > 500_000
    assert {names[0]: size for names, size in by(path, "object").items()} == theirs


def test_a_thin_library_of_a_library_has_its_members(tmp_path: Path) -> None:
    """GNU ar names the library, and where in it the member is."""
    for name in ("one", "two"):
        (tmp_path / f"{name}_with_a_long_name.c").write_text(f"int {name}[4] = {{1}};")
        run(tmp_path, "gcc", "-c", f"{name}_with_a_long_name.c")
    (tmp_path / "inner").mkdir()
    objects = ("one_with_a_long_name.o", "two_with_a_long_name.o")
    run(tmp_path, "ar", "rcs", "inner/a.a", *objects)
    run(tmp_path, "ar", "rcsT", "outer.a", "inner/a.a")
    found = {path[0] for path in by(tmp_path / "outer.a", "object") if path}
    assert found == {f"inner/a.a({name})" for name in objects}
    assert wasmfit.size(tmp_path / "outer.a").size == wasmfit.size(tmp_path / "inner/a.a").size
    run(tmp_path, "ar", "d", "inner/a.a", objects[0])
    with pytest.raises(ElfError, match="has changed since") as raised:
        wasmfit.size(tmp_path / "outer.a")
    assert "again" in raised.value.remedy
    (tmp_path / "inner/a.a").unlink()
    with pytest.raises(ElfError, match="does not exist"):
        wasmfit.size(tmp_path / "outer.a")


def test_a_library_without_members_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.a").write_bytes(b"!<arch>\n")
    with pytest.raises(ElfError, match="without members"):
        wasmfit.size(tmp_path / "a.a")


def test_a_library_in_a_library_is_not_counted_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int a[4] = {1};")
    run(tmp_path, "gcc", "-c", "a.c")
    run(tmp_path, "ar", "rcs", "inner.a", "a.o")
    run(tmp_path, "ar", "rcs", "outer.a", "inner.a", "a.o")
    analysis = wasmfit.size(tmp_path / "outer.a")
    assert analysis.size == wasmfit.size(tmp_path / "inner.a").size
    assert any(note.startswith("1 member is not counted, such as inner.a") for note in analysis.notes)
