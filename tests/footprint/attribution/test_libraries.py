"""Owners of C: by archive, object, source file and the names of libraries' functions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.elf import Symbol
from wasmfit.footprint.attribution.libraries import library_rule, owner_of_object


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        (
            "/usr/lib/picolibc/arm-none-eabi/lib/thumb/v7e-m+fp/hard/libc.a(libc_string_memcpy.S.o)",
            "picolibc",
        ),
        ("/usr/lib/arm-none-eabi/newlib/thumb/libc_nano.a(lib_a-memset.o)", "newlib"),
        ("/opt/arm-gnu-toolchain/arm-none-eabi/lib/thumb/v6-m/nofp/libc_nano.a(libc_a-memset.o)", "newlib"),
        ("libc.a(memcpy.o)", "C library"),
        ("libm.a(s_floor.o)", "C library"),
        ("/usr/lib/gcc/arm-none-eabi/12.2.1/thumb/v7e-m+fp/hard/libgcc.a(_udivmoddi4.o)", "libgcc"),
        ("libclang_rt.builtins-armv7m.a(divdi3.c.obj)", "compiler-rt"),
        ("/lib/libstdc++_nano.a(new_op.o)", "libstdc++"),
        ("build/libdriver.a(spi.o)", "libdriver.a"),
        ("/usr/lib/gcc/arm-none-eabi/12.2.1/crtbegin.o", "start files"),
        ("/lib/crt0.o", "start files"),
        ("crtstuff.c", "start files"),
        ("build/src/main.c.o", "main.c.o"),
        ("main.c", "main.c"),
        ("C:\\build\\main.o", "main.o"),
        ("firmware.a(firmware-1f.firmware.9ac3-cgu.0.rcgu.o)", None),
        ("firmware.9ac3-cgu.0", None),
        ("", None),
    ],
)
def test_an_object_tells_its_owner(name: str, owner: str | None) -> None:
    assert owner_of_object(name) == owner


@given(st.text(max_size=80))
def test_any_objects_name_has_an_answer(name: str) -> None:
    owner = owner_of_object(name)
    assert owner is None or owner


def symbol(name: str, file: str = "") -> Symbol:
    return Symbol(name, 0, 4, 2, 1, 1, file, False)


RUST = [symbol("_RNvNtCs1_17compiler_builtins3mem6memcpy")]


@pytest.mark.parametrize(
    ("name", "in_c", "in_rust"),
    [
        ("__aeabi_ldivmod", "libgcc", "compiler_builtins"),
        ("__udivmoddi4", "libgcc", "compiler_builtins"),
        ("__adddf3", "libgcc", "compiler_builtins"),
        ("__fixunsdfdi", "libgcc", "compiler_builtins"),
        ("__extendsfdf2", "libgcc", "compiler_builtins"),
        ("__gnu_thumb1_case_uqi", "libgcc", "compiler_builtins"),
        ("__riscv_save_3", "libgcc", "compiler_builtins"),
        ("_ZNSt6vectorIiSaIiEE9push_backEOi", "libstdc++", "libstdc++"),
        ("_ZNKSt3__16vectorIiE4sizeEv", "libc++", "libc++"),
        ("_ZSt4cout", "libstdc++", "libstdc++"),
        ("_ZTVSt9exception", "libstdc++", "libstdc++"),
        ("_ZdlPvj", "libstdc++", "libstdc++"),
        ("__cxa_guard_acquire", "libstdc++", "libstdc++"),
        ("_ZN3foo3barEv", None, None),
        ("_Z3fooSt6vectorIiE", None, None),
        ("memcpy", "C library", "C library"),
        ("vfprintf", "C library", "C library"),
        ("_malloc_r", "C library", "C library"),
        ("main", None, None),
        ("__start", None, None),
        ("my_memcpy", None, None),
    ],
)
def test_a_librarys_functions_are_known_by_name(name: str, in_c: str | None, in_rust: str | None) -> None:
    assert library_rule([symbol("main")])(name) == in_c
    assert library_rule([symbol("main"), *RUST])(name) == in_rust
    assert library_rule([symbol("x", "compiler_builtins.0f-cgu.0")])(name) == in_rust
