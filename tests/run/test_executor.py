"""The local executor: steps once, jobs when their steps have ended, failures where they belong."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.builder import BuildError, BuildStep, StepContext
from wasmfit.builder.cache import Cache
from wasmfit.events import Event, TaskEnded, TaskProgress, TaskStarted
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.run.executor import LocalRun
from wasmfit.run.job import Job
from wasmfit.run.schedule import execute

from .fakes import BROKEN, Came, FakeJob, Works


def done(home: Path, jobs: Sequence[FakeJob], workers: int = 2) -> tuple[dict[str, str], list[Event]]:
    """What the jobs came to, and what was told."""
    folder, lock = Home.at(home), threading.Lock()
    events: list[Event] = []
    kept: dict[str, str] = {}

    def emit(event: Event) -> None:
        with lock:
            events.append(event)

    def keep(job: Job[Came], came: Came) -> None:
        assert job.id == came.id
        assert came.id not in kept, "once"
        kept[came.id] = came.text

    run = LocalRun(folder, Cache(folder.artefacts), emit, keep)
    execute(run.tasks(jobs), workers, threading.Event())
    return kept, events


def test_a_step_that_jobs_share_is_made_once_and_before_them(tmp_path: Path) -> None:
    works = Works()
    shared, own = works.step("shared"), works.step("own")

    def reads(step: StepContext) -> str:
        assert step.log.parent == Home.at(tmp_path).logs
        return "+".join(works.made)

    jobs = [FakeJob("a", [shared], does=reads), FakeJob("b", [shared, own], does=reads)]
    kept, events = done(tmp_path, jobs)
    assert sorted(works.made) == ["own", "shared"]
    assert kept["a"].startswith("shared") or "shared" in kept["a"]
    assert set(kept["b"].split("+")) == {"own", "shared"}
    started = [event.title for event in events if isinstance(event, TaskStarted)]
    ended = [event.title for event in events if isinstance(event, TaskEnded)]
    assert sorted(started) == sorted(ended) == ["a", "b", "step own", "step shared"]
    assert TaskProgress("step own", "working", 1, 2) in events


def test_what_is_in_the_cache_is_not_made_again(tmp_path: Path) -> None:
    works = Works()
    jobs = [FakeJob("a", [works.step("one")])]
    done(tmp_path, jobs)
    assert done(tmp_path, jobs)[0] == {"a": "measured"}
    assert works.made == ["one"]


def test_a_failed_step_ends_the_jobs_that_need_it_and_no_other(tmp_path: Path) -> None:
    works = Works()
    bad, good = works.step("bad", fails=BROKEN), works.step("good")
    jobs = [FakeJob("a", [bad]), FakeJob("b", [good, bad]), FakeJob("c", [good])]
    kept, events = done(tmp_path, jobs)
    assert kept == {
        "a": "build-failed: it does not compile",
        "b": "build-failed: it does not compile",
        "c": "measured",
    }
    assert works.made.count("bad") == 1
    (error,) = [event.error for event in events if isinstance(event, TaskEnded) and event.title == "step bad"]
    assert error == "it does not compile"


def test_a_step_without_its_tool_is_not_begun_and_its_jobs_say_why(tmp_path: Path) -> None:
    works = Works()

    def require() -> None:
        raise BuildError("there is no compiler for it here", Status.UNAVAILABLE)

    lacks, good = replace(works.step("lacks"), require=require), works.step("good")
    jobs = [FakeJob("a", [lacks]), FakeJob("b", [good])]
    kept, events = done(tmp_path, jobs)
    assert kept == {"a": "unavailable: there is no compiler for it here", "b": "measured"}
    assert "step lacks" not in {event.title for event in events if isinstance(event, TaskStarted)}
    assert works.made == ["good"]
    # What was made elsewhere needs no tool here.
    done(tmp_path, [FakeJob("a", [replace(lacks, require=None)])])
    assert done(tmp_path, [FakeJob("a", [lacks])])[0] == {"a": "measured"}


def test_a_machines_fault_is_a_failure_too(tmp_path: Path) -> None:
    full = OSError(28, "No space left on device", "/cache/x")
    kept, _ = done(tmp_path, [FakeJob("a", [Works().step("s", fails=full)])])
    assert kept == {"a": "build-failed: No space left on device: /cache/x"}


def test_what_a_step_needs_is_made_first_and_its_failure_passed_on(tmp_path: Path) -> None:
    works = Works()
    first = works.step("first", task=False)
    second = works.step("second", first)
    third = works.step("third", second, task=False)
    assert [step.key for step in third.tasks()] == ["second"]
    place = third.ensure(Cache(tmp_path / "cache"), StepContext(tmp_path / "log"))
    assert (place / "text").read_text() == "third(second(first()))"
    bad = works.step("bad", fails=BROKEN)
    after = works.step("after", bad)
    last = works.step("last", after, task=False)
    kept, _ = done(tmp_path, [FakeJob("a", tuple(last.tasks()))])
    assert kept == {"a": "build-failed: it does not compile"}
    assert "after" not in works.made


def test_a_bug_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        done(tmp_path, [FakeJob("a", [Works().step("s", fails=LookupError("no"))]), FakeJob("b")])


def test_jobs_go_before_steps_and_in_order_of_their_priority(tmp_path: Path) -> None:
    order: list[str] = []

    def says(name: str) -> FakeJob:
        def measure(_step: StepContext) -> str:
            order.append(name)
            return name

        return FakeJob(name, priority=len(name), does=measure)

    slow: BuildStep = Works().step("slow", stage=1)
    late = replace(says("late"), steps=[slow], priority=0)
    done(tmp_path, [says("ccc"), says("a"), late, says("bb")], workers=1)
    assert order == ["a", "bb", "ccc", "late"]


def test_steps_of_the_cheapest_job_are_built_first(tmp_path: Path) -> None:
    works = Works()
    module, other = works.step("module", stage=1), works.step("other module", stage=1)
    harness = works.step("harness", stage=2)
    quick = works.step("quick", stage=2, estimate=3)
    slow = works.step("slow", stage=2, estimate=70)
    jobs = [
        FakeJob("a slow one", [other, slow]),
        FakeJob("baseline", [module, harness]),
        FakeJob("a quick one", [module, harness, quick]),
        FakeJob("with a host program", [other, works.step("host", stage=3, estimate=5)]),
    ]
    done(tmp_path, jobs, workers=1)
    assert works.made == ["module", "harness", "quick", "other module", "host", "slow"]


def test_sources_that_are_edited_meanwhile_are_no_artefact(tmp_path: Path) -> None:
    works = Works()
    step = works.step("planned", key_now=lambda: "edited")
    kept, _ = done(tmp_path, [FakeJob("a", [step])])
    assert kept["a"].startswith("build-failed: the sources of step planned were edited")
    assert not Cache(Home.at(tmp_path).artefacts).place("fake", "planned").is_dir()
