"""The board as its firmware sets it up: other clocks, caches that are off."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

import wasmfit
from wasmfit.api.board_setup import with_setup
from wasmfit.catalog import Catalog
from wasmfit.catalog.inputs import InputDigests
from wasmfit.errors import UsageError
from wasmfit.model import Activity, Board, Core, CycleCost
from wasmfit.plan import plan
from wasmfit.report import FORMATS, Format
from wasmfit.report.board_page import board_to_text
from wasmfit.requests import Experiment
from wasmfit.timing import cost_model, costs_of, set_up, setup_notes

CATALOG = Catalog.load()
CORE = Core.model_validate({"name": "c", "title": "a core", "source": "s", "cycle_costs": {"alu": 1}})
TIMING = {
    "core": "c",
    "cycle_costs": {"reads": [0, 1, 2]},
    "wait_costs": {"fetch_misses": [1, 1, 2], "reads": 1},
    "wait_states": 3,
    "clocks": [
        {"min_hz": 1_000_000, "max_hz": 20_000_000},
        {"min_hz": 20_000_001, "max_hz": 64_000_000, "wait_states": 3},
    ],
    "setup": {
        "cache": {
            "title": "the cache",
            "default": "on",
            "values": {
                "on": {"says": "The cache is on."},
                "off": {
                    "says": "The cache is off.",
                    "cycle_costs": {"fetch_misses": 0},
                    "wait_costs": {"fetches": 1},
                    "error": 0.3,
                    "source": "a manual",
                },
            },
        },
        "prefetch": {
            "title": "the prefetch",
            "default": "on",
            "values": {
                "on": {"says": ""},
                "off": {"says": "No prefetch.", "cycle_costs": {"fetch_misses": 9}, "source": "a manual"},
            },
        },
    },
    "error": 0.1,
    "calibrated": True,
    "source": "b",
}
ACTIVITY = Activity(alu=100, fetches=20, fetch_misses=5, reads=10)


def board(**changes: object) -> Board:
    fields = CATALOG.board("nrf52840dk").model_dump()
    return Board.model_validate({**fields, "timing": {**TIMING, **changes}})


BOARD = board()


def cycles(of: Board) -> int:
    model = cost_model(of, CORE)
    assert model is not None
    return model.predict(ACTIVITY).cycles


def test_costs_per_wait_state_are_those_at_the_clock() -> None:
    assert BOARD.timing is not None
    assert costs_of(BOARD.timing) == {
        "reads": CycleCost(low=3, typical=4, high=5),
        "fetch_misses": CycleCost(low=3, typical=3, high=6),
    }
    assert cycles(BOARD) == 100 + 10 * 4 + 5 * 3
    slow = set_up(BOARD, 16_000_000, {})
    assert cycles(slow) == 100 + 10 * 1
    model = cost_model(slow, CORE)
    assert model is not None
    assert model.predict(ACTIVITY).time_s == pytest.approx(110 / 16e6)


def test_what_is_assumed_replaces_the_costs_of_its_events() -> None:
    off = set_up(BOARD, None, {"cache": "off"})
    assert cycles(off) == 100 + 10 * 4 + 20 * 3
    model = cost_model(off, CORE)
    assert model is not None
    assert model.error == 0.3
    assert not model.calibrated  # What was published is of the board with its cache on.
    assert model.assumed == {"cache": "off"}
    assert "The cache is off." in model.source
    assert "its costs: a manual" in model.source
    assert "The cache is on." not in model.source


def test_the_default_changes_nothing() -> None:
    same = set_up(BOARD, 64_000_000, {"cache": "on"})
    ours, theirs = cost_model(same, CORE), cost_model(BOARD, CORE)
    assert ours is not None
    assert theirs is not None
    assert ours.calibrated
    assert ours.assumed == {}
    assert ours.predict(ACTIVITY) == theirs.predict(ACTIVITY)
    assert ours.source == theirs.source
    assert setup_notes([same]) == ()


@pytest.mark.parametrize(
    ("clock", "assumed", "words"),
    [
        (65_000_000, {}, "does not know a clock of 65 MHz. It knows 1 to 64 MHz."),
        (None, {"icache": "off"}, "does not know icache=off. It knows cache=on or off, prefetch=on or off."),
        (None, {"cache": "half"}, "does not know cache=half. It knows cache=on or off"),
        (None, {"cache": "off", "prefetch": "off"}, "knows cache=off and prefetch=off, but not together"),
    ],
)
def test_what_a_model_does_not_know_is_said(clock: int | None, assumed: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        set_up(BOARD, clock, assumed)
    assert words in f"{refused.value} {refused.value.remedy}".replace("\n", " ")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wait_states": 2}, "clock_hz, with timing.wait_states"),
        ({"clocks": [{"min_hz": 1, "max_hz": 2}]}, "clock_hz, with timing.wait_states"),
        ({"clocks": [{"min_hz": 3, "max_hz": 2}]}, "min_hz is at most max_hz"),
        ({"assumed": {"cache": "half"}}, "setup has no cache=half"),
        ({"clock_hz": 65_000_000}, "in none of clocks"),
        ({"wait_costs": {"dreams": 1}}, "nothing counts dreams"),
        (
            {"setup": {"a": {"title": "a", "default": "x", "values": {"y": {"says": ""}}}}},
            "default is one of y",
        ),
        (
            {
                "setup": {
                    "a": {
                        "title": "a",
                        "default": "x",
                        "values": {"x": {"says": "", "cycle_costs": {"alu": 1}}},
                    }
                }
            },
            "other costs need a source",
        ),
    ],
)
def test_a_broken_model_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(words)):
        board(**changes)


SETTINGS: list[tuple[str, int | None, dict[str, str]]] = [
    (name, clock.max_hz, {})
    for name, one in CATALOG.boards.items()
    if one.timing is not None
    for clock in one.timing.clocks
]
SETTINGS += [
    (name, None, {choice: value})
    for name, one in CATALOG.boards.items()
    if one.timing is not None
    for choice, choices in one.timing.setup.items()
    for value in choices.values
]


@pytest.mark.parametrize(("name", "clock", "assumed"), SETTINGS)
def test_everything_that_the_catalogue_knows_can_be_assumed(
    name: str, clock: int | None, assumed: dict[str, str]
) -> None:
    one = set_up(CATALOG.board(name), clock, assumed)
    model = cost_model(one, CATALOG.core(one))
    assert model is not None
    found = model.predict(replace(ACTIVITY, fetch_runs=2, read_misses=3, read_runs=1, jumps=15))
    assert 0 < found.cycles_low <= found.cycles <= found.cycles_high
    assert one.timing is not None
    for value in one.timing.chosen.values():
        assert not value.events or value.source


def test_nothing_measured_depends_on_it() -> None:
    """The digests of the measured set, and all that is asked of a build, are the same."""
    other = with_setup(CATALOG, ("stm32f4discovery",), "48MHz", ("art=off",))
    experiment = Experiment(runtimes=("wasm3",), boards=("stm32f4discovery",))
    (cell,), (same,) = plan(CATALOG, experiment).cells, plan(other, experiment).cells
    assert same.board.predicted_clock_hz == 48_000_000
    assert InputDigests(other).of_cell(same) == InputDigests(CATALOG).of_cell(cell)
    assert same.board.model_dump(exclude={"timing"}) == cell.board.model_dump(exclude={"timing"})


def test_boards_without_a_model_stay_as_they_are_next_to_others() -> None:
    chosen = with_setup(CATALOG, ("nrf52840dk", "nucleo-u575zi-q"), None, ("icache=off",))
    assert chosen.board("nucleo-u575zi-q") == CATALOG.board("nucleo-u575zi-q")
    with pytest.raises(UsageError, match="No time is predicted on these boards"):
        with_setup(CATALOG, ("nucleo-u575zi-q",), None, ("icache=off",))
    with pytest.raises(UsageError, match="NAME=VALUE"):
        with_setup(CATALOG, ("nrf52840dk",), None, ("icache",))


def test_a_comparison_says_what_is_assumed(tmp_path: Path) -> None:
    asked = {"runtimes": ["wasm3"], "measured": True, "home": tmp_path}
    plain = wasmfit.compare(**asked)  # type: ignore[arg-type]
    off = wasmfit.compare(**asked, assume="icache=off")  # type: ignore[arg-type]
    note = "time on nrf52840dk is predicted as if its software had set up icache=off"
    assert note not in plain.all_notes
    assert note in off.all_notes
    for form in (Format.TABLE, Format.MARKDOWN):
        text = FORMATS[form](off)
        assert note in (text if isinstance(text, str) else "".join(text)).replace("\\", "")
    (cell,) = (
        one for one in json.loads("".join(FORMATS[Format.JSON](off)))["cells"] if one["runtime"] == "wasm3"
    )
    assert cell["run"]["predicted"]["assumed"] == {"icache": "off"}
    assert cell["run"]["predicted"]["calibrated"] is False
    before, after = (one.measurements[-1].run for one in (plain, off))
    assert before is not None
    assert after is not None
    assert before.activity == after.activity
    assert before.predicted is not None
    assert before.predicted.assumed == {}
    assert before.time_s != after.time_s


def test_a_rank_says_what_is_assumed(tmp_path: Path) -> None:
    fit = wasmfit.fit(
        board="stm32f4discovery", measured=True, home=tmp_path, clock="48MHz", assume=["art=off"]
    )
    assert any("a clock of 48MHz and art=off" in caveat for caveat in fit.caveats)
    assert "the board's model is not calibrated" in " ".join(fit.caveats)


def test_a_report_says_what_is_assumed(tmp_path: Path) -> None:
    page = tmp_path / "new.html"
    wasmfit.make_report(page, runtimes=["wasm3"], measured=True, home=tmp_path, assume="icache=off")
    assert "as if its software had set up icache=off" in page.read_text("utf-8")


def test_the_page_of_a_board_lists_what_is_known() -> None:
    text = board_to_text(BOARD, "a core", 200)
    assert re.search(r"--clock +1 to 64 MHz", text)
    assert re.search(
        r"--assume cache= +the cache\. on \(default\): The cache is on; off: The cache is off", text
    )
