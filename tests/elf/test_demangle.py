"""Names: what readers see, what stays the same from build to build, and what is one generic."""

import re
import subprocess
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.elf.names.demangle import demangle
from wasmfit.elf.names.stable import family, stable_name

from ..tools import tool
from .rust_mangler import base_62

CASES = [
    # mangled, readable, lasting, family
    ("main", "main", "main", "main"),
    ("", "", "", ""),
    (
        "_RNvNtCsfW87xskqOJ5_4core9panicking9panic_fmt",
        "core::panicking::panic_fmt",
        "core::panicking::panic_fmt",
        "core::panicking::panic_fmt",
    ),
    (
        "_RINvNtCsfW87xskqOJ5_4core3ptr13drop_in_placeINtNtCskgJlDsjWZst_5wasmi5store5StoreuEECs1Pzgu6GMKwX_"
        "8firmware",
        "core::ptr::drop_in_place::<wasmi::store::Store<()>>",
        "core::ptr::drop_in_place::<wasmi::store::Store<()>>",
        "core::ptr::drop_in_place",
    ),
    # a trait's provided method: the type is the argument
    (
        "_RNvYNtCs1_5thing4TypeNtNtCs2_4lend6traits5Trait6method",
        "<thing::Type as lend::traits::Trait>::method",
        "<thing::Type as lend::traits::Trait>::method",
        "<_ as lend::traits::Trait>::method",
    ),
    # an implementation is not an instance of a generic, but its type's arguments are arguments
    (
        "_RNvXs1g_NtCsfW87xskqOJ5_4core3fmtRNtNtNtCskgJlDsjWZst_5wasmi6module9init_expr9ConstExprNtB6_5Debug3fmt",
        "<&wasmi::module::init_expr::ConstExpr as core::fmt::Debug>::fmt",
        "<&wasmi::module::init_expr::ConstExpr as core::fmt::Debug>::fmt",
        "<&wasmi::module::init_expr::ConstExpr as core::fmt::Debug>::fmt",
    ),
    ("_RNvC4core3abc.llvm.123", "core::abc.llvm.123", "core::abc", "core::abc"),
    (
        ".Lswitch.table._RNvC4core3abc.607",
        ".Lswitch.table.core::abc.607",
        ".Lswitch.table.core::abc",
        ".Lswitch.table.core::abc",
    ),
    # legacy
    (
        "_ZN4core3ptr13drop_in_place17h0123456789abcdefE",
        "core::ptr::drop_in_place",
        "core::ptr::drop_in_place",
        "core::ptr::drop_in_place",
    ),
    (
        "_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar17h930b740aa94f1d3aE",
        "<Test + 'static as foo::Bar<Test>>::bar",
        "<Test + 'static as foo::Bar<Test>>::bar",
        "<Test + 'static as foo::Bar>::bar",
    ),
    # C++
    (
        "_ZNSt6vectorIiSaIiEE9push_backEOi",
        "std::vector<int, std::allocator<int>>::push_back(int&&)",
        "std::vector<int, std::allocator<int>>::push_back(int&&)",
        "std::vector::push_back",
    ),
    ("_ZSt3maxIiET_S0_S0_", "int std::max<int>(int, int)", "int std::max<int>(int, int)", "std::max"),
    ("_ZSt3maxIfET_S0_S0_.part.0", "float std::max<float>(float, float).part.0", None, "std::max"),
    ("_ZlsRSoi", "operator<<(std::ostream&, int)", None, "operator<<(std::ostream&, int)"),
    ("_ZN3fooILi3EEltERKS0_", "foo<3>::operator<(foo<3> const&)", None, "foo::operator<"),
    ("_ZN3fooILi3EEcvbEv", "foo<3>::operator bool()", None, "foo::operator bool"),
    (
        "_ZN12_GLOBAL__N_11fIiEEvT_",
        "void (anonymous namespace)::f<int>(int)",
        None,
        "(anonymous namespace)::f",
    ),
    ("_ZN3fooIiEclEv", "foo<int>::operator()()", None, "foo::operator()"),
    # constants that the compiler named
    (".Lanon.21f6ab57f49cdf4fd4d1c0ff4c316837.12", None, ".Lanon..12", ".Lanon..12"),
    ("alloc_0123456789abcdef0123456789abcdef", None, "alloc_", "alloc_"),
]


@pytest.mark.parametrize(("name", "shown", "stable", "generic"), CASES, ids=[case[0][:40] for case in CASES])
def test_known_names(name: str, shown: str | None, stable: str | None, generic: str) -> None:
    assert demangle(name) == (name if shown is None else shown)
    assert stable is None or stable_name(name) == stable
    assert family(name) == generic


def test_rust_names_agree_with_the_demangler_of_binutils() -> None:
    names = [case[0] for case in CASES if case[0].startswith("_R") and "." not in case[0]]
    done = subprocess.run([tool("c++filt"), *names], capture_output=True, text=True, check=True, timeout=60)
    theirs = [re.sub(r"\[[0-9a-f]+\]", "", line) for line in done.stdout.split("\n")[:-1]]
    assert theirs == [demangle(name) for name in names]
    assert len(names) >= 4


# A generic name for each of several types is of one family.
@given(st.lists(st.sampled_from("abcdefhijlmnostuvxyz"), min_size=2, max_size=6, unique=True))
def test_instances_of_a_generic_are_one_family(types: list[str]) -> None:
    names = [f"_RINvNtC5crate6module7generic{kind}E" for kind in types]
    assert len({stable_name(name) for name in names}) == len(types)
    assert {family(name) for name in names} == {"crate::module::generic"}


@given(st.text(max_size=60) | st.text("_RZNCIvsXYME0123456789abh$.GTLu", max_size=60).map("_R".__add__))
def test_no_name_raises_anything(name: str) -> None:
    for given_name in (name, f"_R{name}", f"_ZN{name}E", f"_Z{name}", f".Lx._R{name}"):
        assert isinstance(demangle(given_name), str)
        assert isinstance(stable_name(given_name), str)
        assert isinstance(family(given_name), str)


def doubling_rust_name(levels: int) -> str:
    """Tuples of twice the tuple before, by back references."""
    body, at = "INvC1a1bTmmE", 8
    for _ in range(levels):
        before, at = base_62(at), len(body)
        body += f"TB{before}B{before}E"
    return f"_R{body}E"


def doubling_cpp_name(levels: int) -> str:
    """Templates of twice the template before, by substitutions."""
    name, last = "_Z1f1AIiiE", "S0_"
    for level in range(levels):
        name += f"S_I{last}{last}E"
        last = f"S{'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'[level + 1]}_"
    return name


@pytest.mark.parametrize("make", [doubling_rust_name, doubling_cpp_name])
def test_a_name_cannot_grow_beyond_reason(make: Callable[[int], str]) -> None:
    assert len(demangle(make(4))) > 4 * len(make(4))
    for levels in range(5, 30):
        name = make(levels)
        started = time.perf_counter()
        assert len(demangle(name)) <= 1 << 13
        assert len(family(name)) <= 1 << 13
        assert time.perf_counter() - started < 0.5
    assert demangle(make(29)) == make(29)


@pytest.mark.parametrize(
    "name",
    [
        "_R" + "N" * 100_000,
        "_Z" + "P" * 100_000 + "i",
        "_ZN" + "1a" * 5_000 + "E",
        "_ZN" + "1a" * 5_000 + "17h0123456789abcdefE",
        "_RINvC1a1b" + "T" * 9_000 + "E",
        "_RNvC1a1b" + ".0" * 9_000,
        "_R" + "<" * 9_000,
        "_Z3foo" + "I" * 9_000,
        "_RNvYC1aC1b" * 1_000,
        ".L" + "anon." * 3_000,
    ],
)
def test_hostile_names_take_little_time(name: str) -> None:
    started = time.perf_counter()
    for ask in (demangle, stable_name, family):
        ask(name)
    assert time.perf_counter() - started < 1
