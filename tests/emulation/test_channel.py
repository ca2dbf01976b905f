"""Reading what a firmware says, whatever it says."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.emulation import channel
from wasmfit.emulation.channel import Channel, HeapReport, HeapState, Log, Report, Rounds

WORDS = st.integers(0, 2**32 - 1)


def read(*lines: str) -> Report:
    reader = Channel()
    for line in lines:
        reader.take(line)
    return reader.report()


def test_a_good_run() -> None:
    assert read(
        "result 000003eb", "result ffffffff", "heap 00000004 00010000 00000001 00000002 00000003", "end ok"
    ) == Report(results=(0x3EB, 0xFFFFFFFF), heap=HeapReport(4, 0x10000, 1, 2, 3), end="ok")


def test_memory() -> None:
    report = read(
        "held 00010500 00010470 0002cff0 00000270 00030000",
        "requests 00000010 0000000e 00000005 00000004",
        "rounds 00000064 00000001 00000002 00000003 00000004",
    )
    assert report.heap_state == HeapState(0x10500, 0x10470, 0x2CFF0, 0x270, 0x30000)
    assert report.requests == (16, 14, 5, 4)
    assert report.rounds == Rounds(100, 1, 2, 3, 4)
    assert report.unread == 0


def test_nothing() -> None:
    assert read() == Report()


def test_a_failure() -> None:
    report = read("phase load", "fail unknown opcode 0xfd", "heap " + " ".join(["00000000"] * 5), "end fail")
    assert (report.phase, report.failure, report.end) == ("load", "unknown opcode 0xfd", "fail")


def test_a_panic() -> None:
    assert read("panic src/lib.rs 00000027").panic == "src/lib.rs:39"
    assert read("panic a b/c d.rs 00000001").panic == "a b/c d.rs:1"
    assert read("panic ").panic == ""
    cut = "ee7208bf3b6e93a7d7f96/library/alloc/src/alloc.rs"
    assert len(cut) == 48
    assert read(f"panic {cut} 0000023d").panic == "library/alloc/src/alloc.rs:573"


def test_a_fault() -> None:
    report = read(
        "fault 00008200 40000000 00000000 30000000",
        "fault 20007f90 fffffff9 00000001 00000000",
        "fault 00000003 00000002 00002188 00002150",
        "fault 20008004 000006cb 0000073e 81000000",
        "fault 00000001 00000002 00000003 00000004",
        "end fault",
    )
    assert len(report.fault) == 16
    assert report.fault[:2] == (0x8200, 0x40000000)
    assert report.unread == 1
    assert report.end == "fault"


def test_what_is_not_exactly_as_the_harness_writes_it_is_left_out() -> None:
    lines = [
        "result 3eb",
        "result 000003EB",
        "result 000003eb ",
        " result 000003eb",
        "result 1234\x1b[31m",
        "result",
        "heap 00000000",
        "held 00000000",
        "requests 00000000 00000000 00000000 00000000 00000000",
        "rounds 1 2 3 4 5",
        "fault 1 2 3 4",
        "phase elsewhere",
        "end",
        "end okay",
        "",
        "panic",
        "panic src/lib.rs",
        "\ufffd\ufffd",
    ]
    assert read(*lines) == Report(unread=len(lines))


def test_nothing_counts_after_the_end() -> None:
    assert read("end fault", "result 00000001", "end ok", "garbage") == Report(end="fault")


def test_reasons_are_made_printable_and_cut() -> None:
    report = read("fail \x1b[2J" + "x" * 1000)
    assert report.failure is not None
    assert report.failure.startswith("\\x1b[2Jxxx")
    assert len(report.failure) == 200


def test_results_are_bounded() -> None:
    reader = Channel()
    for _ in range(channel.MOST_RESULTS + 10):
        reader.take("result 00000001")
    assert len(reader.report().results) == channel.MOST_RESULTS


@given(st.lists(WORDS))
def test_results_arrive_as_sent(values: list[int]) -> None:
    assert read(*(f"result {value:08x}" for value in values), "end ok").results == tuple(values)


@given(st.lists(st.text() | st.from_regex(r"(result|heap|fault|panic|phase|fail|end)( \w{0,9})*.?")))
def test_no_line_is_too_strange(lines: list[str]) -> None:
    report = read(*lines)
    assert report.unread <= len(lines)
    for text in (report.failure, report.panic):
        assert text is None or text.isprintable()


@given(st.binary())
def test_no_bytes_are_too_strange(data: bytes) -> None:
    read(*data.decode(errors="replace").split("\n"))


def test_values_of_any_signature() -> None:
    report = read(
        "value 00000001 ffffffff",
        "value 00000000 00000007",
        "called 00000002 00000005 4f9f2cab",
        "called 00000000 00000005 4f9f2cab",
        "value 00000000 00000001",
        "called 00000002 00000005 4f9f2cab",
        "called 00000001 00000005 4f9f2cab",
        "called 00000000",
    )
    assert report.values == ((0x1_FFFF_FFFF, 7), ())
    assert report.logs == (Log(5, 0x4F9F2CAB),) * 2
    # A call whose values do not come to what it says is left out, and so is what follows from it.
    assert report.unread == 3


def test_what_a_module_logs() -> None:
    report = read("log 00000005 4f9f2cab", "said 68656c", "said 6c6f", "stub 00000003")
    assert report.log == Log(5, 0x4F9F2CAB, b"hello")
    assert report.stub == 3
    assert read("said 6c6f", "said 6", "log 5", "stub").unread == 4
