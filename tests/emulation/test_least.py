"""The search for the smallest heap."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.emulation.least import SmallestSize, Tried, search

SIZES = st.integers(0, 300_000)
STEPS = st.sampled_from([1, 16, 64, 4096])


class Asked:
    """Whether a size is right, with the sizes asked about."""

    def __init__(
        self,
        is_right: Callable[[int], bool],
        patience: int = 1_000,
        likely: Callable[[int], int] = lambda _: 0,
    ) -> None:
        self.sizes: list[int] = []
        self._is_right = is_right
        self._likely = likely
        self._patience = patience

    def __call__(self, size: int) -> Tried | None:
        if len(self.sizes) == self._patience:
            return None
        self.sizes.append(size)
        if self._is_right(size):
            return Tried(right=True)
        return Tried(right=False, likely=self._likely(size))


@given(needed=SIZES, spare=SIZES, start=SIZES, step=STEPS)
def test_where_more_is_never_worse_it_is_the_smallest(needed: int, spare: int, start: int, step: int) -> None:
    asked = Asked(lambda size: size >= needed)
    most = needed + spare
    found = search(asked, most=most, start=start, step=step)
    assert found.whole
    assert found.size == min(-(-needed // step) * step, most)
    assert found.wrong == (None if found.size == 0 else (found.size - 1) // step * step)
    assert found.trials == len(asked.sizes) == len(set(asked.sizes))
    assert all(size % step == 0 and size < most for size in asked.sizes)


@given(needed=SIZES, spare=SIZES, start=SIZES, off=st.integers(-300_000, 300_000))
def test_what_is_likely_may_be_wrong(needed: int, spare: int, start: int, off: int) -> None:
    asked = Asked(lambda size: size >= needed, likely=lambda _: needed + off)
    found = search(asked, most=needed + spare, start=start, step=64)
    assert found.whole
    assert found.size == min(-(-needed // 64) * 64, needed + spare)
    assert len(asked.sizes) == len(set(asked.sizes)) < 40


@given(start=st.integers(0, 100_000), ahead=st.integers(-64, 128))
def test_likely_sizes_that_creep_cost_no_more_than_strides(start: int, ahead: int) -> None:
    asked = Asked(lambda size: size >= 200_000, likely=lambda size: size + ahead)
    assert search(asked, most=300_000, start=start, step=64).size == 200_000
    assert len(asked.sizes) < 40


@pytest.mark.parametrize(("off", "trials"), [(0, 3), (64, 5), (-64, 4), (640, 9)])
def test_what_is_likely_is_worth_trials(off: int, trials: int) -> None:
    asked = Asked(lambda size: size >= 96_000, likely=lambda _: 96_000 + off)
    assert search(asked, most=250_000, start=64_000, step=64).size == 96_000
    assert len(asked.sizes) <= trials


@given(right=st.sets(st.integers(0, 200)), start=st.integers(0, 15_000), most=st.integers(1, 12_864))
def test_whatever_is_right_the_size_found_is_and_the_one_below_is_not(
    right: set[int], start: int, most: int
) -> None:
    asked = Asked(lambda size: size // 64 in right)
    found = search(asked, most=most, start=start, step=64)
    assert found.size == most or found.size in asked.sizes
    assert found.size == most or found.size // 64 in right
    if found.size > 0:
        assert found.wrong == (found.size - 1) // 64 * 64
        assert found.wrong in asked.sizes
        assert found.wrong // 64 not in right
    else:
        assert found.wrong is None
    assert found.trials < 20


@pytest.mark.parametrize("start", [0, 64, 6_400, 99_968, 1_000_000])
def test_nothing_less_is_right(start: int) -> None:
    asked = Asked(lambda _: False)
    found = search(asked, most=100_000, start=start, step=64)
    assert found == SmallestSize(100_000, 99_968, found.trials, whole=True)
    assert found.trials <= 12


def test_no_heap_at_all_is_enough() -> None:
    assert search(Asked(lambda _: True), most=100_000, start=0, step=64) == SmallestSize(
        0, None, 1, whole=True
    )
    assert search(Asked(lambda _: True), most=0, start=0, step=64) == SmallestSize(0, None, 0, whole=True)
    far = search(Asked(lambda _: True), most=100_000, start=90_000, step=64)
    assert (far.size, far.wrong, far.whole) == (0, None, True)


@pytest.mark.parametrize(("off", "trials"), [(0, 2), (64, 4), (-64, 3), (640, 8), (-640, 8), (6_400, 14)])
def test_a_good_guess_is_worth_trials(off: int, trials: int) -> None:
    asked = Asked(lambda size: size >= 64_000)
    assert search(asked, most=250_000, start=64_000 + off, step=64).size == 64_000
    assert len(asked.sizes) <= trials


@given(patience=st.integers(0, 12), needed=SIZES, start=SIZES)
def test_a_search_that_is_cut_short_says_what_it_knows(patience: int, needed: int, start: int) -> None:
    asked = Asked(lambda size: size >= needed, patience)
    found = search(asked, most=300_000, start=start, step=64)
    assert found.trials <= patience
    assert found.size >= needed
    assert found.wrong is None or found.wrong < needed
    if not found.whole:
        assert len(asked.sizes) == patience
