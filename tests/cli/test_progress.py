"""What a run says on stderr where there is no terminal: a line a cell, and nothing twice."""

import io
from functools import partial

import pytest
from rich.console import Console

from tests.samples import failed, measurement, renamed
from wasmfit.cli.failed_lines import failed_lines
from wasmfit.cli.progress import ProgressReporter
from wasmfit.events import BuildPlan, CellEnded, PartEnded, PlannedStep, RowsSoFar, Started, TaskStarted
from wasmfit.model import Measurement, PartOutcomes, Status


def lines(capsys: pytest.CaptureFixture[str], *cells: Measurement) -> list[str]:
    with ProgressReporter() as reporter:
        reporter(Started(len(cells), 0))
        for one in cells:
            reporter(CellEnded(one, reused=False))
    return capsys.readouterr().err.splitlines()


def of(module: str, one: Measurement) -> Measurement:
    return renamed(one, one.id.replace("add-with-extra", module))


def test_what_is_said_of_a_runtimes_every_cell_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = failed(Status.UNAVAILABLE, "it is in no registry")
    said = lines(capsys, nowhere, of("fft", nowhere), of("aes", measurement()), of("sort", nowhere))
    assert [line.split()[0] for line in said] == ["[1/4]", "[3/4]"]
    assert "it is in no registry" in said[0]


def test_every_cell_that_fails_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    one = failed()
    assert len(lines(capsys, one, of("fft", one), of("aes", measurement()), of("sort", measurement()))) == 4


def test_a_reason_is_said_once_for_all_runtimes(capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = failed(Status.UNAVAILABLE, "there is no compiler for it here")
    other = renamed(nowhere, nowhere.id.replace("broken@1.0.0", "wasm3@0.5.0"))
    said = lines(capsys, nowhere, other, of("fft", nowhere), of("fft", other))
    assert [line.partition("0:00 ")[2] for line in said] == [
        f"{nowhere.id}: unavailable: there is no compiler for it here",
        f"{other.id}: unavailable, as broken@1.0.0 is",
    ]


def test_a_part_of_the_suite_that_cannot_run_says_why_once(capsys: pytest.CaptureFixture[str]) -> None:
    parts = [
        PartOutcomes(
            id=f"{runtime}/suite-{part}/nrf52840dk/bare/reference",
            part=part,
            wasmfit="0",
            measured_at="",
            replay="",
            reason="it is unpublished",
        )
        for runtime in ("a@1", "b@1")
        for part in ("v1", "v2")
    ]
    with ProgressReporter() as reporter:
        reporter(Started(4, 0))
        for part in parts:
            reporter(PartEnded(part, reused=False))
    said = capsys.readouterr().err.splitlines()
    assert [line.partition("0:00 ")[2].partition("/")[0] for line in said] == ["a@1", "b@1"]
    assert said[1].endswith("unavailable, as a@1 is")


def test_the_end_says_each_reason_once() -> None:
    one = failed(Status.WRONG_RESULT, "run(9) gave 285, not 3")
    other = renamed(one, one.id.replace("broken@1.0.0", "wasm3@0.5.0"))
    assert list(failed_lines([one])) == [f"{one.id}: wrong-result: run(9) gave 285, not 3"]
    (both,) = failed_lines([one, other])
    assert both == "wrong-result: run(9) gave 285, not 3: broken@1.0.0, wasm3@0.5.0"
    *_, (apart) = failed_lines([one, of("fft", other)])
    assert apart.endswith(f": {one.id}, {of('fft', other).id}")


def test_another_reason_is_news(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (failed(Status.UNSUPPORTED, reason) for reason in ("no SIMD", "no threads"))
    assert len(lines(capsys, first, of("fft", second), of("aes", first))) == 2


def test_what_must_be_built_is_said_before_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    plan = BuildPlan((PlannedStep("firmware wasmi", "firmware", 280.0),), (("a/b", 5.0),), 0, 285.0)
    with ProgressReporter() as reporter:
        reporter(Started(1, 0))
        reporter(plan)
    said = capsys.readouterr().err
    assert said == (
        "1 firmware must be built first (longest: firmware wasmi about 5 min); 1 cell to be measured; "
        "about 5 min in all.\n"
    )


def test_a_second_start_counts_from_one_again(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressReporter() as reporter:
        for _ in range(2):
            reporter(Started(1, 0))
            reporter(CellEnded(failed(), reused=False))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines] == ["[1/1]", "[1/1]"]


def test_quiet_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressReporter(quiet=True) as reporter:
        reporter(Started(1, 0))
        reporter(BuildPlan((), (("a/b", 5.0),), 0, 5.0))
        reporter(CellEnded(failed(), reused=False))
    assert capsys.readouterr().err == ""


def rows_in_words(so_far: RowsSoFar, width: int) -> str:
    return f"{len(so_far.measurements)} rows, {width} wide"


def test_on_a_terminal_rows_grow_above_what_is_being_built(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = partial(Console, file=io.StringIO(), force_terminal=True, width=80)
    monkeypatch.setattr("wasmfit.cli.progress.Console", lambda **_: terminal())
    plan = BuildPlan((PlannedStep("firmware wasmi", "firmware", 280.0),), (("a/b", 5.0),), 0, 285.0)
    with ProgressReporter(rows=rows_in_words) as reporter:
        reporter(Started(2, 0))
        reporter(plan)
        reporter(TaskStarted("firmware wasmi"))
        reporter(RowsSoFar((measurement(),), (), frozenset()))
        screen = io.StringIO()
        Console(file=screen, width=120).print(reporter._screen())
    lines = screen.getvalue().splitlines()
    assert lines[0] == "1 rows, 80 wide"
    assert lines[1].startswith("firmware wasmi")
    assert lines[2] == "left: 1 of 1 build and 1 cell, about 5 min"
