"""The search: its budget, that it goes on where it was, and that it finds what there is to find."""

import importlib.util
from itertools import count

import pytest

from wasmfit.analysis.tuning import Objective, front
from wasmfit.errors import UsageError, WasmfitError
from wasmfit.search import SearchBudget, Settings, search

from .fake import Fake, Figures, space_of

ALL = tuple(Objective)


def by_level(changes: Settings) -> Figures:
    """A smaller level is slower; what only words need costs flash and nothing else."""
    flash, calls = {"z": (300, 900), "s": (400, 700), "2": (500, 500), "3": (600, 490)}[
        changes.get("opt", "s")
    ]
    flash -= 50 * (changes.get("messages") == "off") + 30 * (changes.get("panic") == "immediate-abort")
    return 1000 * flash, 50_000, 1000 * calls


def test_profile_first_then_starts_then_others_until_the_budget_is_used_up() -> None:
    fake = Fake(space_of(), by_level)
    found = search(fake.space, ALL, SearchBudget(12), fake.measure)
    assert fake.asked[0] == {}
    assert fake.asked[1 : 1 + len(fake.space.starts)] == [
        fake.space.changes(start) for start in fake.space.starts
    ]
    assert len(found.trials) == len(fake.asked) == 12
    assert [trial.number for trial in found.trials] == list(range(1, 13))
    assert found.stopped == "the budget of 12 builds is used up"


def test_nothing_is_measured_twice() -> None:
    fake = Fake(space_of(), by_level)
    search(fake.space, ALL, SearchBudget(60), fake.measure)
    asked = [tuple(sorted(changes.items())) for changes in fake.asked]
    assert len(set(asked)) == len(asked) == 60


def test_a_proposal_that_was_measured_gives_way_to_another_until_there_is_none() -> None:
    """Where only one switch matters the optimiser soon proposes the same again, in a space of thousands."""
    fake = Fake(space_of(), lambda changes: (100 - (changes.get("opt") == "z"), 100, 100))
    found = search(fake.space, ALL, SearchBudget(120), fake.measure)
    assert len(found.trials) == len({tuple(changes.items()) for changes in fake.asked}) == 120
    whole = Fake(space_of(fixed=("opt=s,z,2", "icf=off,all", "inline=25,50"), only=True), by_level)
    found = search(whole.space, ALL, SearchBudget(120), whole.measure)
    assert len(found.trials) == whole.space.size == 3 * 2 * 2 + 1, "and the profile itself"
    assert found.stopped == "the search has no other settings to propose"


def test_same_search_again_asks_the_same_and_goes_on_from_there() -> None:
    short, long = Fake(space_of(), by_level), Fake(space_of(), by_level)
    search(short.space, ALL, SearchBudget(15), short.measure)
    search(long.space, ALL, SearchBudget(30), long.measure)
    assert long.asked[:15] == short.asked


def test_it_learns_what_pays() -> None:
    fake = Fake(space_of(), by_level)
    found = search(fake.space, (Objective.FLASH,), SearchBudget(60), fake.measure)
    last = fake.asked[-20:]
    assert sum(changes.get("opt") == "z" for changes in last) > len(last) / 2
    (least,) = front(found.trials, (Objective.FLASH,))
    assert least.metrics is not None
    assert least.metrics[Objective.FLASH] == 220_000


def test_settings_that_fail_count_and_end_nothing() -> None:
    def rule(changes: Settings) -> Figures | None:
        return None if changes.get("opt") == "2" else by_level(changes)

    fake = Fake(space_of(), rule)
    found = search(fake.space, ALL, SearchBudget(20), fake.measure)
    failed = [trial for trial in found.trials if trial.metrics is None]
    assert len(found.trials) == 20
    assert failed
    assert not set(map(id, failed)) & set(map(id, front(found.trials, ALL)))
    assert failed[0].reason == "workload0: build-failed: no"


def test_a_profile_that_does_not_run_ends_the_search_with_the_reason() -> None:
    fake = Fake(space_of(), lambda _: None)
    with pytest.raises(
        WasmfitError, match=r"wasmi@2\.0\.0 does not run in the profile reference \(workload0"
    ):
        search(fake.space, ALL, SearchBudget(5), fake.measure)


def test_time_ends_it_before_the_next_build() -> None:
    fake, clock = Fake(space_of(), by_level), count(0, 60)
    found = search(fake.space, ALL, SearchBudget(1000, seconds=240), fake.measure, lambda: float(next(clock)))
    assert found.stopped == "the time of 4 minutes is used up"
    assert len(found.trials) == 4


def test_a_small_space_is_searched_whole_and_then_it_ends() -> None:
    fake = Fake(space_of(fixed=("opt=s,2", "panic=abort,immediate-abort"), only=True), by_level)
    assert fake.space.size == 4
    found = search(fake.space, ALL, SearchBudget(100), fake.measure)
    assert len(found.trials) == 4
    assert found.stopped == "the search has no other settings to propose"


def test_settings_that_are_given_whole_are_measured_beside_the_profile() -> None:
    fake = Fake(space_of(fixed=("opt=2", "icf=all"), only=True), by_level)
    search(fake.space, ALL, SearchBudget(100), fake.measure)
    assert fake.asked == [{}, {"opt": "2", "icf": "all"}]


def test_without_optuna_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    fake = Fake(space_of(), by_level)
    with pytest.raises(UsageError, match=r"needs Optuna.*pip install 'wasmfit\[tune\]'"):
        search(fake.space, ALL, SearchBudget(5), fake.measure)
    assert fake.asked == []
