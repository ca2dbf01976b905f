"""However workers' words come, a listener hears of every title a start, progress, and one end."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.run import Event, TaskEnded, TaskProgress, TaskStarted
from wasmfit.run.cluster.forwarder import EventForwarder


def said(task: str, event: str, **more: object) -> dict[str, object]:
    return {"task": task, "event": event, **more}


def forwarder() -> tuple[EventForwarder, list[Event]]:
    told: list[Event] = []
    made = EventForwarder(told.append)
    made.expect("key", "title")
    return made, told


def test_a_task_from_start_to_end() -> None:
    listening, told = forwarder()
    listening.hear(said("key", "started", by="w1"))
    listening.hear(said("key", "progress", what="linking", done=1, total=2))
    listening.hear(said("key", "ended", error=None))
    start, progress, end = told
    assert start == TaskStarted("title")
    assert progress == TaskProgress("title", "linking", 1, 2)
    assert isinstance(end, TaskEnded)
    assert end.error is None


def test_a_task_whose_worker_died_starts_again() -> None:
    listening, told = forwarder()
    listening.hear(said("key", "started", by="w1"))
    listening.hear(said("key", "started", by="w2"))
    assert [type(event) for event in told] == [TaskStarted, TaskEnded, TaskStarted]
    assert isinstance(told[1], TaskEnded)
    assert told[1].error == "its worker was lost; again on another"
    assert listening.lost("key") == ("w1", "w2")
    assert [type(event) for event in told] == [TaskStarted, TaskEnded, TaskStarted, TaskEnded]


def test_a_task_that_ended_well_has_lost_nobody() -> None:
    listening, _ = forwarder()
    listening.hear(said("key", "started", by="w1"))
    listening.hear(said("key", "ended", error=None))
    assert listening.lost("key") == ()


def test_words_that_come_after_the_result_are_not_heard() -> None:
    listening, told = forwarder()
    listening.hear(said("key", "started", by="w1"))
    listening.over("key")
    listening.hear(said("key", "progress", what="linking", done=1, total=2))
    listening.hear(said("key", "ended", error="late"))
    assert [type(event) for event in told] == [TaskStarted, TaskEnded]


def test_others_tasks_are_none_of_ours() -> None:
    listening, told = forwarder()
    listening.hear(said("another", "started", by="w1"))
    assert told == []
    assert listening.lost("another") == ()


def test_commands_are_told_where_they_are_wanted() -> None:
    lines: list[str] = []
    made = EventForwarder(lambda _: None, lines.append)
    made.expect("key", "title")
    made.hear(said("key", "command", line="cc -c x.c"))
    assert lines == ["cc -c x.c"]


ANYTHING = st.none() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
MESSAGES = ANYTHING | st.fixed_dictionaries(
    {"task": st.sampled_from(["a", "b", "other"]) | ANYTHING},
    optional={
        "event": st.sampled_from(["started", "progress", "ended", "command", "over"]) | ANYTHING,
        "by": st.just("w") | ANYTHING,
        "what": st.just("x") | ANYTHING,
        "done": ANYTHING,
        "total": ANYTHING,
        "error": ANYTHING,
        "line": ANYTHING,
    },
)


@given(messages=st.lists(MESSAGES, max_size=30))
def test_any_words_make_well_formed_events(messages: list[object]) -> None:
    running: set[str] = set()

    def listen(event: Event) -> None:
        match event:
            case TaskStarted(title):
                assert title not in running
                running.add(title)
            case TaskProgress(title):
                assert title in running
            case TaskEnded(title):
                running.remove(title)

    listening = EventForwarder(listen)
    listening.expect("a", "A")
    listening.expect("b", "B")
    for message in messages:
        listening.hear(message)
        if isinstance(message, dict) and message.get("event") == "over" and isinstance(message["task"], str):
            listening.over(message["task"])
    listening.all_over()
    assert not running
