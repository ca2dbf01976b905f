"""No runtime of 0 bytes without a word."""

from tests.samples import measurement, size
from wasmfit.analysis.unowned import unowned_notes


def without_crates(owners: dict[str, int]) -> object:
    return size(20_000).model_copy(update={"runtime_crates": 0, "owners": {".text": owners}})


def test_a_runtime_of_no_bytes_is_told_with_the_largest_owners() -> None:
    owners = {"core": 9_000, "wasm": 142_010, "harness": 3_000, "alloc": 10}
    none = measurement("wasm-interpreter", "0.2.0", base="ariel-os", size=without_crates(owners))
    assert unowned_notes([none, none, measurement()]) == (
        "wasm-interpreter 0.2.0 on ariel-os: 0 B of its own means that no owner in .text is known as the "
        "runtime's, not that it has no code (largest owners: wasm 142,010 B, core 9,000 B, harness 3,000 B)",
    )


def test_what_has_no_runtime_or_no_image_needs_no_word() -> None:
    bare = [measurement(name, size=without_crates({})) for name in ("baseline", "native")]
    assert unowned_notes([*bare, measurement(size=None), measurement()]) == ()
