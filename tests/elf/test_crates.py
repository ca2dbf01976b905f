"""The crate of a Rust name: known names, generated names with a known answer, other demanglers, any text."""

import subprocess
import time

import pytest
import rust_demangler
from hypothesis import given, settings
from hypothesis import strategies as st
from rust_demangler.rust_v0 import Parser

from wasmfit.elf.names.crates import RustCrate, codegen_unit_crate, embedded_crate, rust_crate
from wasmfit.elf.names.rust_v0 import MalformedNameError, skip

from ..tools import tool
from .rust_mangler import TYPES, Mangler, PlacedRange, mangled

# Names from real firmware and from rustc's book.
REAL = [
    # a free function
    ("_RNvNtCsfW87xskqOJ5_4core9panicking9panic_fmt", "core"),
    # a method
    ("_RNvMs_NtCs1qpNqKAXGh1_7harness4heapNtB4_8Counting4take", "harness"),
    # a method of a generic type, instantiated with another crate's types in a third crate
    (
        "_RINvMNtNtNtCs29Ty0Rhtptn_5alloc11collections5btree4nodeINtB3_8LeafNodeNtNtCskgJlDsjWZst_5wasmi6linker"
        "9ImportKeyINtB18_10DefinitionuEE3newNtNtB9_5alloc6GlobalECs1Pzgu6GMKwX_8firmware",
        "alloc",
    ),
    # a trait's implementation: the crate that the impl stands in
    ("_RNvXsm_NtNtCskgJlDsjWZst_5wasmi6module9init_exprNtB5_2OpNtB5_4Eval4eval", "wasmi"),
    # one that stands in the trait's crate, for another crate's type
    (
        "_RNvXs1g_NtCsfW87xskqOJ5_4core3fmtRNtNtNtCskgJlDsjWZst_5wasmi6module9init_expr9ConstExprNtB6_5Debug3fmt"
        "BC_",
        "core",
    ),
    # drop glue: core's by definition, whatever it drops
    (
        "_RINvNtCsfW87xskqOJ5_4core3ptr13drop_in_placeINtNtCskgJlDsjWZst_5wasmi5store5StoreuEECs1Pzgu6GMKwX_"
        "8firmware",
        "core",
    ),
    # with LLVM's suffixes
    ("_RNvNtCs1qpNqKAXGh1_7harness5phase7CURRENT.0", "harness"),
    ("_RNvNtCsfW87xskqOJ5_4core9panicking5panic.llvm.1234567890", "core"),
    ("_RNvNtCsfW87xskqOJ5_4core9panicking5panic.Lanon.0f.1", "core"),
    # the allocator's shim
    ("_RNvCsfgHYwM92fyn_7___rustc14___rust_dealloc", "__rustc"),
    ("_RINvCsgStHSCytQ6I_7mycrate7examplelKj1_EB2_", "mycrate"),
    ("_RNvNtNtCsgOH4LzxkuMq_7mycrateu8gdel_5qa6escher4bach", "mycrate"),
    ("_RINvCs7qp2U7fqm6G_7mycrate7exampleFG0_RL1_hRL0_tEuEB2_", "mycrate"),
    ("_RNvNvMCsd9PVOYlP1UU_7mycrateINtB4_7ExamplepKpE3foo14EXAMPLE_STATIC", "mycrate"),
]

CHOSEN = [
    # a trait's provided method: the trait's crate
    ("_RNvYNtCs1_5thing4TypeNtNtCs2_4lend6traits5Trait6method", "lend"),
    ("_RINvYNtCs1_5thing4TypeNtCs2_4lend5Trait6methodmEB5_", "lend"),
    # which is spelt as a back reference to the type's crate
    ("_RNvYNtC3foo1SNtB4_5Trait6method", "foo"),
    # a closure and a shim
    ("_RNCNvC3foo3bar0B3_", "foo"),
    ("_RNSNvYNCNvC3foo3bar0INtNtNtC4core3ops8function6FnOnceuE9call_once6vtableB6_", "core"),
    # names that begin with an underscore have another one before it
    ("_RNvC4__foo3bar", "_foo"),
    # names in Punycode, and codes that mean nothing: shown as rustc-demangle shows them
    ("_RNvCu8gdel_5qa3bar", "gödel"),
    ("_RNvCu6n84amf3bar", "铁锈"),
    ("_RNvCu5ab_ZZ3bar", "punycode{ab-ZZ}"),
    ("_RNvCu2zz3bar", "punycode{zz}"),
]


@pytest.mark.parametrize(("name", "crate"), REAL + CHOSEN)
def test_names_the_crate_that_defines_the_item(name: str, crate: str) -> None:
    actual = rust_crate(name)
    assert actual is not None
    assert actual.name == crate


@pytest.mark.parametrize(
    "kind",
    [
        *"abcdefhijlmnopstuvxyz",
        "RNtC1x1T",
        "RL_e",
        "QL0_e",
        "Pa",
        "OPx",
        "Sj",
        "Ahj4_",
        "Ahp",
        "TE",
        "ThReE",
        "FEu",
        "FG_UKCRL0_evEu",
        "FK6systemNtC1x1TEz",
        "DNtC1x1TEL_",
        "DG0_INtC1x1ThEp4ItemmNtC1x4SendEL0_",
        "INtC1x1TL_Kj4_Kan1f_Kb1_Kc41_KpKB_E",
        "INtC1x1TKe68_KRe68_KQAj1_j2_EKTj1_b0_EKVNtC1x1VUKVNtC1x1VTj1_EKVNtC1x1VS1fj1_s_1gpEE",
        "WmRm1_m9_",
        "WmORm1_m2_Rm3_m4_E",
        "WPuN",
        "NtXs_C1xhNtC1x1T1A",
        "NCNvC1x1f0",
        "B_",
        "C4f128",
    ],
)
def test_skips_every_kind_of_type(kind: str) -> None:
    if kind != "B_":  # which needs something before it to refer to
        assert skip(kind + "?", 0, "type") == len(kind)
    assert rust_crate(f"_RNvY{kind}NtCs4_4last5Trait6method") == RustCrate("last", 6)


@settings(max_examples=300, deadline=None)
@given(mangled())
def test_generated_names_have_their_crate(name: tuple[str, tuple[str, int]]) -> None:
    assert rust_crate(name[0]) == name[1]


@settings(max_examples=200, deadline=None)
@given(TYPES, st.booleans())
def test_skips_a_generated_type_exactly(type_: PlacedRange, share: bool) -> None:
    mangler = Mangler(share=share)
    mangler.item(type_)
    assert skip(mangler.out + "Cx", 0, "type") == len(mangler.out)
    for cut in range(len(mangler.out)):
        with pytest.raises(MalformedNameError):
            skip(mangler.out[:cut], 0, "type")


# Other demanglers. They do not show where an impl stands, so what they are asked is the impl's own path.


def shown(name: str) -> str:
    """The same name, or for a method the name of an item in the impl's own path."""
    body = name.removeprefix("_R")
    at = 0
    while body[at] in "NI":
        at += 2 if body[at] == "N" else 1
    if body[at] not in "MX":
        return name
    parser = Parser(body, at + 1)
    parser.disambiguator()
    start = parser.next_val
    parser.skip_path()
    return shown(f"_RNv{body[start : parser.next_val]}1x")


def root(text: str) -> str:
    """The crate that demangled text begins with, or the trait's for ``<T as Trait>``."""
    if text.startswith("<"):
        depth = 0
        for at, character in enumerate(text):
            depth += {"<": 1, "(": 1, "[": 1, ">": -1, ")": -1, "]": -1}.get(character, 0)
            depth += text[at - 1 : at + 1] == "->"
            if depth == 1 and text.startswith(" as ", at):
                return root(text[at + 4 :])
    return text.split("::")[0].split("[")[0]


@settings(max_examples=200, deadline=None)
@given(mangled())
def test_agrees_with_rust_demangler(name: tuple[str, tuple[str, int]]) -> None:
    actual = rust_crate(name[0])
    assert actual is not None
    # Without more after it, it fails on a name that ends with an empty identifier.
    assert root(rust_demangler.demangle(shown(name[0]).partition(".")[0] + "C1z")) == actual.name


@settings(max_examples=20, deadline=None)
@given(st.lists(mangled(), min_size=1, max_size=20))
def test_agrees_with_binutils(names: list[tuple[str, tuple[str, int]]]) -> None:
    asked = "\n".join(shown(name) for name, _ in names)
    command = [tool("c++filt"), "--format=rust"]
    output = subprocess.run(
        command, input=asked, check=True, capture_output=True, text=True, timeout=60
    ).stdout
    actual = [crate.name if (crate := rust_crate(name)) else None for name, _ in names]
    assert [root(line) for line in output.splitlines()] == actual


def test_agrees_with_rust_demangler_on_real_names() -> None:
    for name, crate in REAL:
        if ".Lanon" not in name and "FG0_" not in name:  # both of which it cannot read
            assert root(rust_demangler.demangle(shown(name))) == crate


# Legacy names

HASH = "17h0123456789abcdefE"


def part(text: str) -> str:
    """A part of a legacy name, escaped as rustc does."""
    escapes = {"<": "LT", ">": "GT", "&": "RF", "*": "BP", "(": "LP", ")": "RP", ",": "C", "@": "SP"}
    escaped = "".join(
        f"${escapes[c]}$" if c in escapes else c if c.isalnum() or c in "_:" else f"$u{ord(c):x}$"
        for c in text
    ).replace("::", "..")
    escaped = "_" + escaped if escaped.startswith("$") else escaped
    return f"{len(escaped)}{escaped}"


LEGACY = [
    (["core", "fmt", "write"], "core"),
    (["core", "fmt", "num", "<impl core::fmt::Debug for u32>", "fmt"], "core"),
    (["<alloc::vec::Vec<T>>", "push"], "alloc"),
    (["<wasmi::Error as core::fmt::Debug>", "fmt"], "wasmi"),
    (["<&T as core::fmt::Debug>", "fmt"], "core"),
    (["<&mut wasmi::Store as core::fmt::Debug>", "fmt"], "wasmi"),
    (["<*const wasmi::Store as core::fmt::Debug>", "fmt"], "wasmi"),
    (["<dyn wasmi::Trait as core::any::Any>", "type_id"], "wasmi"),
    (["<[T] as core::fmt::Debug>", "fmt"], "core"),
    (["<(A,B) as core::fmt::Debug>", "fmt"], "core"),
    (["<<I as foo::Iter>::Item as bar::Trait>", "get"], "bar"),
    (["<alloc::boxed::Box<<T as foo::A>::B> as core::fmt::Debug>", "fmt"], "alloc"),
    (["<fn(A) -> B as core::fmt::Debug>", "fmt"], "core"),
    (["<impl core::fmt::Debug for wasmi::Error>", "fmt"], "wasmi"),
    (["core", "ops", "function", "FnOnce", "call_once{{vtable.shim}}"], "core"),
    (["<T as U>", "f"], None),
]


def legacy(parts: list[str]) -> str:
    return "_ZN" + "".join(part(p) for p in parts) + HASH


@pytest.mark.parametrize(("parts", "crate"), LEGACY)
def test_legacy_names(parts: list[str], crate: str | None) -> None:
    for suffix in ("", ".llvm.42"):
        actual = rust_crate(legacy(parts) + suffix)
        assert actual == (RustCrate(crate, None) if crate else None)


@pytest.mark.parametrize(("parts", "_crate"), LEGACY)
def test_legacy_names_agree_with_rust_demangler(parts: list[str], _crate: str | None) -> None:
    # It leaves ".." undecoded in parts without a "$".
    text = rust_demangler.demangle(legacy(parts)).replace("..", "::")
    assert text == "::".join(parts) + "::" + HASH[2:-1]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "main",
        "_R",
        "_READ",
        "_RNv",
        "_RNvC",
        "_RNvC3fo",
        "_RNvC9999999foo",
        "_RNvB_3foo",
        "_RYhB_",
        "_RNvYhB_1f",
        "_RNvYRB3",
        "_RNvCs" + "z" * 11 + "_3foo",
        "_RNvCu4foo_3bar",
        "_ZN",
        "_ZN3foo3barEv",
        "_ZN3foo17h0123456789abcdegE",
        "_ZN17h0123456789abcdefE",
        "_ZN3foo17h0123456789abcdefEv",
        "_ZN3foo17h0123456789abcdef",
        "_ZNSt6vectorIiE",
    ],
)
def test_what_is_no_rust_name_has_no_crate(name: str) -> None:
    assert rust_crate(name) is None


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text("RNvtCXYMIBsu_0123456789abEKLTADFGSPQW$.", max_size=60).map(lambda t: "_RNvY" + t),
        st.text("0123456789abcdefh_$.LTGu20E", max_size=60).map(lambda t: "_ZN" + t),
    )
)
def test_no_name_raises_anything(name: str) -> None:
    for text in (name, "_R" + name, "_ZN" + name, ".rodata.." + name):
        rust_crate(text)
        embedded_crate(text)
        codegen_unit_crate(text)


@settings(max_examples=150, deadline=None)
@given(mangled(), st.integers(0, 200), st.characters(max_codepoint=300))
def test_no_mutated_name_raises_anything(name: tuple[str, tuple[str, int]], at: int, letter: str) -> None:
    rust_crate(name[0][:at] + letter + name[0][at + 1 :])
    rust_crate(name[0][:at])


@pytest.mark.parametrize(
    "name",
    [
        "_RNvY" + "R" * 200_000 + "hNtC3foo1T1f",
        "_RNvY" + "T" * 200_000,
        "_R" + "Nt" * 200_000,
        "_R" + "M" * 200_000 + "C3foo",
        "_RNvY" + "B_" * 200_000,
        "_R" + "Yh" * 200_000 + "B_",
        "_RNvCu9999999" + "a" * 500_000,
        "_ZN" + "1a" * 200_000 + HASH,
        f"_ZN200004_$LT${'$LT$' * 50_000}" + HASH,
        "a" * 1_000_000,
        "foo." + "a" * 1_000_000,
        "." * 1_000_000,
        "a.0" * 300_000 + "-cgu",
    ],
    ids=lambda name: name[:10],
)
def test_hostile_names_are_done_with_quickly(name: str) -> None:
    begin = time.process_time()
    rust_crate(name)
    embedded_crate(name)
    codegen_unit_crate(name)
    assert time.process_time() - begin < 2


# Names in names


@pytest.mark.parametrize(
    ("name", "crate"),
    [
        (".text._RNvNtCs1_4core9panicking5panic", "core"),
        (".text.unlikely._RNvNtCs1_4core9panicking5panic", "core"),
        (".Lswitch.table._RNvMs_NtCs1_4wasm2opNtB4_2Op3len", "wasm"),
        (".rodata..Lswitch.table._RNvC3foo3bar", "foo"),
        (".text._ZN4core3fmt5write17h0123456789abcdefE", "core"),
        (".rodata..Lanon.21f6ab57f49cdf4fd4d1c0ff4c316837.1", None),
        (".text.memcpy", None),
        (".text._READ", None),
    ],
)
def test_finds_the_crate_in_a_derived_name(name: str, crate: str | None) -> None:
    actual = embedded_crate(name)
    assert (None if actual is None else actual.name) == crate


@pytest.mark.parametrize(
    ("name", "crate"),
    [
        ("wasmi.1555e8bb667f5395-cgu.0", "wasmi"),
        (
            "/p/x.a(compiler_builtins-372c95.compiler_builtins.3f4553f814a910ff-cgu.0.rcgu.o)",
            "compiler_builtins",
        ),
        ("libc.a(libc_string_memcpy.S.o)", None),
        ("main.c", None),
        ("", None),
    ],
)
def test_finds_the_crate_of_a_codegen_unit(name: str, crate: str | None) -> None:
    assert codegen_unit_crate(name) == crate


def test_a_codegen_unit_carries_its_crates_disambiguator() -> None:
    # Seen in every image: the number in the unit's name is the one in the crate's v0 names.
    actual = rust_crate("_RNvCs1Pzgu6GMKwX_8firmware4main")
    assert actual is not None
    assert actual.disambiguator == 0x1555E8BB667F5395
