"""Reading the plugin's record, which may be cut short anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.emulation.counts import Counts, Mark, OutOfBoundsStore, parse

RECORD = """counter 2
mark 1 4404 0x20007fc0
mark 2 4414 0x20007fa8
mark 3 4448 0x20006000
mark 4 4468 0x20005000
mark 3 5059 0x20001000
mark 4 5079 0x20007fa8
mark 5 5659 0x20000e74
end 8748 0x20007e8c
"""
MEASURED = frozenset({"load", "instantiate", "call"})


def test_a_whole_record() -> None:
    counts = parse(RECORD)
    assert counts.started
    assert len(counts.marks) == 7
    assert counts.marks[0] == Mark("load", 4404, 0x20007FC0)
    assert counts.instructions_of("load") == 10
    assert counts.instructions_of("instantiate") == 34
    assert counts.calls() == (20, 20)
    assert (counts.total, counts.limited, counts.out_of_bounds) == (8748, False, None)
    assert counts.phase == "done"


def test_the_stack_of_a_phase_is_what_the_next_mark_says() -> None:
    counts = parse(RECORD)
    assert counts.lowest_in(MEASURED) == 0x20005000
    assert counts.lowest_in(frozenset({"idle"})) == 0x20000E74
    assert counts.lowest_in(frozenset({"done"})) == 0x20007E8C
    assert counts.lowest_in(frozenset({"start"})) is None


def test_the_deepest_of_all_is_known_when_the_end_is() -> None:
    assert parse(RECORD).deepest == 0x20000E74
    assert parse("counter 2\nmark 1 100 0x20000100\nend 150 0x20000200\n").deepest == 0x20000100
    assert parse("counter 2\nmark 1 100 0x20000200\nend 150 0x20000100\n").deepest == 0x20000100
    assert parse("counter 2\nend 150 0x20000100\n").deepest == 0x20000100
    assert parse("counter 2\nmark 1 100 0x20000200\n").deepest is None


def test_a_call_that_does_not_come_back_has_no_count() -> None:
    counts = parse("counter 2\nmark 3 100 0x20000000\nmark 4 150 0x20000000\nmark 3 160 0x20000000\n")
    assert counts.calls() == (50,)
    assert counts.total is None
    assert counts.phase == "call"


def test_how_it_ended() -> None:
    assert parse("counter 2\nlimit 2000 0x20000000\n") == Counts(True, (), 2000, 0x20000000, limited=True)
    assert parse("counter 2\nstray 0x1fffffd0 0x00000526 43 0x20000024\n") == Counts(
        True, (), 43, 0x20000024, out_of_bounds=OutOfBoundsStore(0x1FFFFFD0, 0x526)
    )
    assert parse("counter 2\nunaligned 0x20000001 0x00000526 43 0x20000024\n") == Counts(
        True, (), 43, 0x20000024, unaligned=OutOfBoundsStore(0x20000001, 0x526)
    )
    assert parse("counter 2\nfull\n") == Counts(True)


def test_no_record_means_no_plugin() -> None:
    for text in ("", "counter 9\nend 1 0x1\n", "mark 1 2 3\n"):
        assert parse(text) == Counts()
    assert parse("").phase == "start"


def test_marks_that_are_none_are_left_out() -> None:
    assert parse("counter 2\nmark 0 1 1\nmark 8 1 1\nmark x 1 1\nmark 1 1\nmark 1 1 1 1\n") == Counts(True)


@given(st.integers(0, len(RECORD)))
def test_a_record_cut_short_is_a_beginning(length: int) -> None:
    whole, cut = parse(RECORD), parse(RECORD[:length])
    # Only the number that the cut goes through may be wrong.
    kept = max(len(cut.marks) - 1, 0)
    assert cut.marks[:kept] == whole.marks[:kept]


@given(st.lists(st.text() | st.from_regex(r"(mark|end|limit|stray|unaligned)( (0x)?[0-9a-f]{0,6}){0,5}")))
def test_nothing_is_too_strange(lines: list[str]) -> None:
    counts = parse("\n".join(["counter 2", *lines]))
    counts.calls()
    counts.lowest_in(MEASURED)
    counts.instructions_of("load")


CALL = [("call", 100), ("idle", 150)]
MARKED = [("call", 100), ("region", 110), ("outside", 130), ("region", 135), ("outside", 145), ("idle", 150)]


def marked(*marks: tuple[str, int]) -> Counts:
    """A record of marks, between each of which one jump was counted."""
    return Counts(True, tuple(Mark(phase, count, 0, {"jumps": 1}) for phase, count in marks))


def test_a_call_is_all_of_it_and_its_region_what_the_module_marks() -> None:
    plain, region = marked(*CALL, *MARKED).passages()
    assert (plain.instructions, plain.region, plain.problem) == (50, None, None)
    assert (region.instructions, region.region, region.problem) == (50, 30, None)
    assert region.measures == {"jumps": 5}
    assert region.region_measures == {"jumps": 2}
    assert marked(*MARKED).calls() == marked(*CALL).calls() == (50,)


@pytest.mark.parametrize(
    ("within", "said"),
    [
        (["region", "region", "outside"], "begins again before it has ended"),
        (["outside"], "ends before it has begun"),
        (["region", "outside", "outside"], "ends before it has begun"),
        (["region"], "does not end in the call that it begins in"),
    ],
)
def test_a_region_that_is_nested_or_has_no_end_is_said(within: list[str], said: str) -> None:
    marks = [("call", 1), *((phase, 2) for phase in within), ("idle", 3)]
    (passage,) = marked(*marks).passages()
    assert (passage.problem, passage.region) == (said, None)


def test_a_region_of_a_call_that_did_not_come_back_is_none() -> None:
    assert marked(("call", 1), ("region", 2)).passages() == ()
    assert marked(("call", 1), ("region", 2), ("done", 3)).passages() == ()


def test_readings_of_a_clock_are_marked_as_regions() -> None:
    text = "counter 2\nmeasures alu\n"
    # Loading, two calls with readings in them, and what lies between and after.
    for number, since in (
        (1, 9),
        (3, 9),
        (6, 5),
        (7, 0),
        (6, 7),
        (7, 0),
        (4, 3),
        (3, 100),
        (6, 11),
        (7, 0),
        (4, 1),
    ):
        text += f"since {since}\nmark {number} 1 0x20000000\n"
    # What passes between calls is not time; what passed in a call after its last reading is.
    assert [measures["alu"] for measures in parse(text).readings()] == [5, 7, 3 + 11]
    assert parse("counter 2\n").readings() == ()
