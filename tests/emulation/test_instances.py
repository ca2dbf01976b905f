"""The line through numbers of instances and the bytes that they hold."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.emulation.instances import NO_FURTHER, NUMBERS, line_through


@given(st.integers(min_value=0, max_value=1 << 20), st.integers(min_value=1, max_value=1 << 18))
def test_the_slope_of_points_on_a_line(base: int, each: int) -> None:
    found = line_through(NUMBERS, [base + number * each for number in NUMBERS])
    assert (found.per_instance, found.reason) == (each, None)
    assert (found.instances, found.held[0]) == ((1, 2, 4), base + each)


def test_the_slope_of_points_next_to_one() -> None:
    # The allocator rounds: the line is the nearest to all three.
    assert line_through(NUMBERS, [100, 210, 400]).per_instance == 99


def test_a_board_with_room_for_two_says_why() -> None:
    found = line_through((1, 2), (78_000, 153_000), "with 4 instances, out-of-memory: none left")
    assert found.per_instance == 75_000
    assert found.reason == "with 4 instances, out-of-memory: none left"


def test_a_board_with_room_for_one_has_no_slope() -> None:
    found = line_through((1,), (200_000,), "with 2 instances, out-of-memory: none left")
    assert (found.per_instance, found.instances) == (None, (1,))
    assert found.reason == "with 2 instances, out-of-memory: none left"


def test_an_embedding_that_makes_one_is_not_taken_for_one_whose_instances_are_free() -> None:
    found = line_through(NUMBERS, [500, 500, 500])
    assert (found.per_instance, found.reason) == (None, NO_FURTHER)
