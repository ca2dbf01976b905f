"""What each call logged, told from how the log stood behind every call."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.emulation import logs
from wasmfit.emulation.channel import Log, Report

KEPT = 192
EMPTY = Log(0, 0x811C9DC5)


def reported(*texts: bytes) -> Report:
    """What a firmware says whose calls log these texts: their digests, and the first bytes of all."""
    stood, log = [], EMPTY
    for text in texts:
        log = logs.extended(log, text)
        stood.append(log)
    whole = b"".join(texts)
    return Report(
        values=((),) * len(texts),
        logs=tuple(stood),
        log=Log(log.length, log.digest, whole[:KEPT]) if whole else None,
    )


def test_the_digest_is_fnv_1a() -> None:
    # Published test vectors of the function.
    assert logs.extended(EMPTY, b"a") == Log(1, 0xE40C292C)
    assert logs.extended(EMPTY, b"foobar") == Log(6, 0xBF9CF968)
    assert logs.extended(EMPTY, b"") == EMPTY


@given(st.lists(st.text(), min_size=1), st.data())
def test_each_call_is_held_against_its_own_text(texts: list[str], data: st.DataObject) -> None:
    report = reported(*(text.encode() for text in texts))
    call = data.draw(st.integers(0, len(texts) - 1))
    assert logs.is_right(report, call, texts[call])
    assert not logs.is_right(report, call, texts[call] + "x")
    assert logs.shown(report, call).isprintable()


def test_what_a_call_logged_is_shown_where_it_was_kept() -> None:
    report = reported(b"one\n", b"", b"x" * 180, b"yy" * 8)
    assert [logs.shown(report, call) for call in (0, 1, 3)] == ["'one\\n'", "nothing", "16 other bytes"]
    assert logs.shown(report, 2).startswith("'xxxx")
