"""Owners by what debug information calls compile units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.footprint.attribution.unit_names import distinct_names, unit_owners


@pytest.mark.parametrize(
    ("name", "folder", "owner"),
    [
        ("/home/a/riot/core/sched.c", "/home/a/riot/core", "sched.c"),
        ("sched.c", "/home/a/riot/core", "sched.c"),
        ("../../../newlib/libc/tinystdio/printf.c", "./arm-none-eabi", "picolibc"),
        ("../../../../../../newlib/libc/string/memcpy.c", "/build/newlib/arm-none-eabi", "newlib"),
        ("../../../../libgloss/libnosys/close.c", "/build/newlib", "newlib"),
        ("../../../../../../../../libgcc/config/arm/lib1funcs.S", "/build/gcc", "libgcc"),
        ("/src/gcc-12.2.0/libgcc/libgcc2.c", "/build", "libgcc"),
        ("/llvm/compiler-rt/lib/builtins/divdi3.c", "/b", "compiler-rt"),
        ("../../../../../libstdc++-v3/libsupc++/new_op.cc", "/build", "libstdc++"),
        ("src/string/memcpy.c", "/build/musl-1.2.5", "musl"),
        ("../sysdeps/x86_64/start.S", "/build/glibc-2.36/csu", "glibc"),
        ("src/lib.rs/@/defmt_rtt.4f2d9e1c8a7b6350-cgu.0", "/cargo/defmt-rtt-0.4.1", "defmt_rtt"),
        ("C:\\work\\app\\main.c", "C:\\work", "main.c"),
        ("/home/a/musliman/main.c", "/home/a/musliman", "main.c"),
        ("/home/a/my-newlib/main.c", "", "main.c"),
        ("<artificial>", "/home/a", None),
        ("", "/home/a", None),
    ],
)
def test_a_units_name_tells_its_owner(name: str, folder: str, owner: str | None) -> None:
    assert unit_owners([(name, folder)]) == [owner]


def test_newlibs_folders_are_picolibcs_where_picolibc_is() -> None:
    units = [("newlib/libc/string/memcpy.c", "/b"), ("newlib/libc/tinystdio/puts.c", "/b"), ("main.c", "/b")]
    assert unit_owners(units) == ["picolibc", "picolibc", "main.c"]


def test_files_of_one_name_have_their_folders() -> None:
    units = [("/r/core/lib/init.c", ""), ("/r/drivers/common/init.c", ""), ("/r/sys/lib/init.c", "")]
    assert unit_owners(units) == ["core/lib/init.c", "common/init.c", "sys/lib/init.c"]
    assert unit_owners([("/r/main.c", ""), ("/r/main.c", "")]) == ["main.c", "main.c"]


@given(st.lists(st.text("ab/.", min_size=1, max_size=12), max_size=8))
def test_names_are_distinct_ends_of_their_paths(paths: list[str]) -> None:
    names = distinct_names(paths)
    assert names.keys() == set(paths)

    def parts(path: str) -> list[str]:
        return [part for part in path.split("/") if part not in ("", ".", "..")]

    for path, name in names.items():
        shown = parts(name)
        assert parts(path)[len(parts(path)) - len(shown) :] == shown
    for one in names:
        for other in names:
            assert (names[one] == names[other]) == (parts(one) == parts(other))
