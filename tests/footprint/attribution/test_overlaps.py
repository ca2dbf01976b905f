"""Each address belongs to exactly one claim, the one that the rule says."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.footprint.attribution.overlaps import UNCLAIMED, resolve_overlaps

CLAIMS = st.lists(
    st.tuples(st.integers(-5, 30), st.integers(0, 12)).map(lambda c: (c[0], c[0] + c[1])), max_size=12
)


def winner(address: int, start: int, claims: list[tuple[int, int]]) -> int:
    """The rule, spelt out for one address."""
    on_it = [
        (max(low, start), -high, number) for number, (low, high) in enumerate(claims) if low <= address < high
    ]
    return max(on_it)[2] if on_it else UNCLAIMED


@given(st.integers(0, 8), st.integers(0, 25), CLAIMS)
def test_every_address_goes_to_the_claim_that_the_rule_says(
    start: int, length: int, claims: list[tuple[int, int]]
) -> None:
    end = start + length
    fragments = resolve_overlaps(start, end, claims)
    # Only what lies in the range counts when the shortest wins.
    cut = [(low, min(high, end)) for low, high in claims]
    assert [claim for low, high, claim in fragments for _ in range(low, high)] == [
        winner(address, start, cut) for address in range(start, end)
    ]
    assert all(low < high for low, high, _ in fragments)
    assert [low for low, _, _ in fragments[1:]] == [high for _, high, _ in fragments[:-1]]


def test_a_claim_inside_another_divides_it() -> None:
    assert resolve_overlaps(0, 10, [(0, 10), (4, 6)]) == [(0, 4, 0), (4, 6, 1), (6, 10, 0)]


def test_of_identical_claims_the_last_wins() -> None:
    assert resolve_overlaps(0, 4, [(0, 4), (0, 4)]) == [(0, 4, 1)]


def test_without_claims_the_range_is_nobodys() -> None:
    assert resolve_overlaps(3, 7, []) == [(3, 7, UNCLAIMED)]
    assert resolve_overlaps(3, 3, []) == []


def test_a_hundred_thousand_claims_on_one_byte_take_no_longer_than_sorting_them() -> None:
    assert resolve_overlaps(0, 2, [(0, 1)] * 100_000) == [(0, 1, 99_999), (1, 2, UNCLAIMED)]
