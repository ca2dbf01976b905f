"""What a target lacks, told from what the compiler said: recorded messages, and ones made up."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.builder.missing_target_feature import MissingFeature, missing_features

RECORDED = Path(__file__).parent / "compile_errors"
"""Of ``cargo check`` for thumbv6m-none-eabi, rustc 1.96; paths of the user's are shortened."""


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("wasmi-2.0.0", "error[E0432]: unresolved import `alloc::sync` in wasmparser 0.228.0"),
        ("tinywasm-0.10.0", "error[E0432]: unresolved import `alloc::sync` in tinywasm-types 0.10.0"),
        (
            "wasmtime-48.0.8",
            "error[E0432]: unresolved import `std_alloc::sync` in wasmtime-internal-core 48.0.8",
        ),
    ],
)
def test_recorded_messages_name_what_is_missing_and_who_needs_it(name: str, first: str) -> None:
    found = list(missing_features((RECORDED / f"{name}.txt").read_text("utf-8")))
    assert {lack.what for lack in found} == {"atomic compare-and-swap"}
    assert f"{found[0].said} in {found[0].where}" == first
    # Whatever follows from it, such as types that do not match, is not taken for the cause.
    assert all("E0308" not in lack.said and "E0614" not in lack.said for lack in found)


def test_a_method_that_reads_modifies_and_writes_is_missing() -> None:
    (found,) = missing_features(
        "error[E0599]: no method named `fetch_add` found for struct `Atomic<T>` in the current scope\n"
        "   --> /r/wasmparser-0.228.0/src/validator.rs:108:32\n"
    )
    assert (found.what, found.where) == ("atomic compare-and-swap", "wasmparser 0.228.0")


def test_a_width_is_missing() -> None:
    (found,) = missing_features("error[E0432]: unresolved import `core::sync::atomic::AtomicU64`\n")
    assert found == MissingFeature("64", "error[E0432]: unresolved import `core::sync::atomic::AtomicU64`")
    assert found.what == "atomic compare-and-swap of 64 bits"


def test_what_c_compilers_call_in_the_place_of_an_instruction() -> None:
    (found,) = missing_features(
        "ld.lld-19: error: undefined symbol: __atomic_compare_exchange_4\n>>> referenced by a\n"
    )
    assert (found.atomic, found.what) == ("32", "atomic compare-and-swap")
    assert found.said == "undefined symbol: __atomic_compare_exchange_4"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "error[E0308]: mismatched types\n  --> src/lib.rs:1:1\n",
        "error[E0432]: unresolved import `alloc::synch`\n",
        "error[E0599]: no method named `fetch_add` found for struct `Counter` in the current scope\n",
        'warning: unexpected `cfg` condition: target_has_atomic = "ptr"\nerror: could not compile `a`\n'[:64],
        "ld.lld-19: error: undefined symbol: atomically\n",
    ],
)
def test_other_mistakes_are_no_lack(said: str) -> None:
    assert list(missing_features(said)) == []


@given(st.text() | st.from_regex(r"(error(\[E0\d{3}\])?: .*\n( --> .*:\d+:\d+\n)?){0,4}"))
def test_any_output_can_be_read(output: str) -> None:
    for lack in missing_features(output):
        assert lack.said.isprintable()
        assert lack.where is None or lack.where.isprintable()
