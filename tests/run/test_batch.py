"""A batch: what is stored is reused, what is not is done, and each result is stored as it ends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from wasmfit.builder import Context
from wasmfit.events import Event, EventHandler, Said, Started
from wasmfit.run.batch import Batch

from .fakes import Came, FakeJob


@dataclass
class Memory:
    """A store."""

    rows: dict[tuple[str, str], Came] = field(default_factory=dict)

    def find_all(self, prints: Mapping[str, str]) -> Mapping[str, Came]:
        return {one: self.rows[one, key] for one, key in prints.items() if (one, key) in self.rows}

    def save(self, result: Came, fingerprint: str) -> None:
        self.rows[result.id, fingerprint] = result


@dataclass
class Does:
    """An executor that does jobs in the calling thread, until it is told to stop."""

    asked: list[str] = field(default_factory=list)
    stops_at: str = ""
    workers: int = 1

    def run(
        self, context: Context, jobs: Sequence[Any], emit: EventHandler, keep: Callable[[Any, Any], None]
    ) -> None:
        del context
        for job in jobs:
            if job.id == self.stops_at:
                raise KeyboardInterrupt
            self.asked.append(job.id)
            emit(Said(job.id))
            keep(job, Came(job.id, "measured"))


def batch(store: Memory, does: Does, events: list[Event], *, rerun: bool = False) -> Batch[Came]:
    def ended(result: Came, reused: bool) -> Event:
        return Said(f"{result.id} {result.text}{' reused' if reused else ''}")

    context = cast("Context", SimpleNamespace(fence=False))
    return Batch(context, does, store, ended, events.append, rerun)


JOBS = [FakeJob("a", fingerprint="1"), FakeJob("b", fingerprint="2"), FakeJob("c", fingerprint="3")]


def test_what_is_stored_is_not_done_again() -> None:
    store, does, events = Memory({("b", "2"): Came("b", "stored")}), Does(), list[Event]()
    done = batch(store, does, events).run(JOBS, [Came("left", "out")])
    assert does.asked == ["a", "c"]
    assert done.reused == {"b"}
    assert {one: came.text for one, came in done.results.items()} == {
        "a": "measured",
        "b": "stored",
        "left": "out",
        "c": "measured",
    }
    assert ("left", "") not in store.rows
    assert set(store.rows) == {("a", "1"), ("b", "2"), ("c", "3")}
    assert events[0] == Started(4, 1)
    assert [event.sentence for event in events[1:] if isinstance(event, Said)] == [
        *("b stored reused", "left out", "a", "a measured", "c", "c measured")
    ]


def test_with_another_fingerprint_it_is_done() -> None:
    store, does = Memory({("a", "old"): Came("a", "stored")}), Does()
    assert batch(store, does, []).run(JOBS[:1]).reused == frozenset()
    assert does.asked == ["a"]


def test_rerun_does_all() -> None:
    store, does = Memory({("b", "2"): Came("b", "stored")}), Does()
    done = batch(store, does, [], rerun=True).run(JOBS)
    assert does.asked == ["a", "b", "c"]
    assert done.results["b"].text == "measured"


def test_where_all_is_stored_nobody_is_asked() -> None:
    store, does = Memory({("a", "1"): Came("a", "stored")}), Does(stops_at="a")
    assert batch(store, does, []).run(JOBS[:1]).reused == {"a"}


def test_an_interrupt_leaves_what_has_ended_in_the_store() -> None:
    store = Memory()
    with pytest.raises(KeyboardInterrupt):
        batch(store, Does(stops_at="b"), []).run(JOBS)
    assert set(store.rows) == {("a", "1")}
    done = batch(store, Does(), []).run(JOBS)
    assert done.reused == {"a"}
