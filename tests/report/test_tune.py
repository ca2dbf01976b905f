"""A search's formats."""

import csv
import io
import json
from dataclasses import replace

from tests.search.fake import trial
from wasmfit.analysis.tuning import Objective, Trial, Tuning
from wasmfit.report import Format
from wasmfit.report.tune import TUNE_FORMATS, trial_line

ANCHOR = trial(1, {}, (100_000, 50_000, 1_000))
SMALL = trial(2, {"opt": "z", "icf": "all"}, (75_000, 50_000, 1_000))
FAILED = trial(3, {"opt": "2"}, None)


def tuning(*trials: object) -> Tuning:
    return Tuning(
        "wasmi@2.0.0",
        "nrf52840dk",
        ("crc32",),
        tuple(Objective),
        trials,  # type: ignore[arg-type]
        100,
        "the budget of 3 builds is used up",
        {"validation-off": "validation | on the device"},
    )


def test_text_says_what_is_saved_and_what_to_copy() -> None:
    text = TUNE_FORMATS[Format.TABLE](tuning(ANCHOR, SMALL, FAILED))
    first = text.splitlines()[0]
    assert "with opt=z icf=all takes the least flash" in first
    assert "flash -25.0%, ram +0.0%, speed +0.0%" in first
    assert "3 of 100 settings measured, 1 of which did not run: the budget" in text
    assert "not tried without --allow validation-off, whose trade-off is: validation | on the device" in text
    assert "1,000 B of stack and 2,000 B of heap" in text
    assert 'opt-level = "z"' in text
    assert "-Clink-arg=--icf=all" in text


def test_what_gives_something_up_says_so_and_what_does_not_has_a_front_of_its_own() -> None:
    kept = trial(4, {"opt": "z"}, (90_000, 50_000, 1_000))
    first, second = TUNE_FORMATS[Format.TABLE](tuning(ANCHOR, SMALL, kept)).split(
        "Without trade-offs, Pareto-optimal in flash and ram and speed"
    )
    assert "opt=z icf=all" in first
    assert "trade-off of icf=all: that two functions have two addresses" in first
    assert "90,000" in second.split("The settings to copy")[0]
    assert "75,000" not in second.split("The settings to copy")[0]
    found = json.loads(TUNE_FORMATS[Format.JSON](tuning(ANCHOR, SMALL, kept)))
    assert (found["front"], found["front_giving_up_nothing"]) == ([2], [4])
    alone = TUNE_FORMATS[Format.TABLE](tuning(ANCHOR, SMALL))
    assert "no better settings without a trade-off were found" in alone
    assert "Without trade-offs" not in alone
    assert "Without trade-offs" not in TUNE_FORMATS[Format.TABLE](tuning(ANCHOR, kept))


def test_predicted_time_is_shown_where_there_is_one_and_called_so() -> None:
    def timed(one: Trial, seconds: float) -> Trial:
        (cell,) = one.cells
        assert cell.run is not None
        run = cell.run.model_copy(update={"time_s": seconds})
        return replace(one, cells=(cell.model_copy(update={"run": run}),))

    made = tuning(timed(ANCHOR, 0.5), timed(SMALL, 0.45))
    text = TUNE_FORMATS[Format.TABLE](made)
    assert "predicted" in text
    assert "-10.0%" in text
    assert "time: of a warm call, predicted for the board" in text
    trials = json.loads(TUNE_FORMATS[Format.JSON](made))["trials"]
    assert [round(one["predicted_time_s"], 6) for one in trials] == [0.5, 0.45]
    without = tuning(
        *(
            replace(
                one,
                cells=tuple(
                    c.model_copy(update={"run": c.run.model_copy(update={"time_s": None})})
                    for c in one.cells
                    if c.run
                ),
            )
            for one in (ANCHOR, SMALL)
        )
    )
    assert "predicted" not in TUNE_FORMATS[Format.TABLE](without)


def test_where_nothing_is_better_there_is_nothing_to_copy() -> None:
    text = TUNE_FORMATS[Format.TABLE](tuning(ANCHOR, FAILED))
    assert text.startswith(
        "Nothing that was tried takes less flash than the profile reference and is not worse"
    )
    assert "to copy" not in text


def test_json_has_every_trial() -> None:
    found = json.loads(TUNE_FORMATS[Format.JSON](tuning(ANCHOR, SMALL, FAILED)))
    assert (found["schema"], found["best"], found["front"]) == (1, 2, [2])
    assert found["trials"][1]["against"]["flash"] == 0.75
    assert found["trials"][2]["flash"] is None
    assert found["trials"][0]["start"] is None, "the sample's phases are not known"
    assert found["trials"][2]["reason"] == "workload0: build-failed: no"


def test_csv_has_a_line_a_trial() -> None:
    rows = list(csv.DictReader(io.StringIO(TUNE_FORMATS[Format.CSV](tuning(ANCHOR, SMALL, FAILED)))))
    assert [row["best"] for row in rows] == ["False", "True", "False"]
    assert rows[2]["flash"] == ""


def test_markdown_escapes() -> None:
    text = TUNE_FORMATS[Format.MARKDOWN](tuning(ANCHOR, SMALL))
    assert "validation \\| on the device" in text
    assert "```\n" in text


def test_a_trial_on_a_line() -> None:
    assert trial_line(SMALL, ANCHOR) == (
        "opt=z icf=all: flash 75,000 B (-25.0%), ram 50,000 B (+0.0%), speed 1,000 instructions (+0.0%)"
    )
    assert trial_line(FAILED, ANCHOR) == "opt=2: workload0: build-failed: no"
