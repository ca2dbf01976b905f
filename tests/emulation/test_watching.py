"""How far a run is, by what the plugin has written."""

import threading
from pathlib import Path

from wasmfit.emulation.watching import so_far, watched

HEAD = "counter 2\nmeasures alu\n"
BEGUN = "mark 1 100 0x20000000\nsince 5\nmark 2 200 0x20000000\n"
FIRST, IDLE, SECOND = (
    f"mark {number} {count} 0x20000000\n" for number, count in ((3, 300), (4, 9_300), (3, 9_400))
)


def test_it_is_the_call_at_hand_and_what_came_before_it(tmp_path: Path) -> None:
    record = tmp_path / "record"
    assert so_far(record) is None
    for text, said in (
        (HEAD + BEGUN, None),
        (HEAD + BEGUN + FIRST, (1, 300)),
        (HEAD + BEGUN + FIRST + IDLE, (1, 9_300)),
        (HEAD + BEGUN + FIRST + IDLE + SECOND, (2, 9_400)),
        # A line that is being written is not read.
        (HEAD + BEGUN + FIRST + "mark 4 93", (1, 300)),
        ("mark 3 x 1\nmark\n", None),
    ):
        record.write_text(text)
        assert so_far(record) == said


def test_who_asks_is_told_when_there_is_more(tmp_path: Path) -> None:
    record, told, more = tmp_path / "record", list[tuple[int, int]](), threading.Event()

    def tell(call: int, instructions: int) -> None:
        told.append((call, instructions))
        more.set()

    with watched(record, tell, every=0.01):
        record.write_text(HEAD + BEGUN + FIRST)
        assert more.wait(20)
        more.clear()
        record.write_text(HEAD + BEGUN + FIRST + IDLE + SECOND)
        assert more.wait(20)
    assert told == [(1, 300), (2, 9_400)]
    before = threading.active_count()
    with watched(record, None):
        assert threading.active_count() == before
