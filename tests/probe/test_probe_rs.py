"""What probe-rs 0.32.0 prints and draws, and what users ask of it.

What is recorded without a probe is its own output; the list of three probes and the layout are as its sources
write them.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wasmfit.errors import MissingToolError, UsageError
from wasmfit.probe.probe_rs import Flashed, Probe, ProbeRs, attached, choose, flashed, reason
from wasmfit.toolchain import Finished, ProcessRunner

RECORDED = Path(__file__).parent / "recorded"

JLINK = Probe("J-Link", "1366:1051:001050255503", "J-Link")
DAP = Probe("Debug Probe (CMSIS-DAP)", "2e8a:000c:E6614103E7452D2F", "CMSIS-DAP")
FTDI = Probe("Dual RS232-HS", "0403:6010-1", "FTDI", accessible=False)


def test_the_list_of_probes_is_read() -> None:
    assert attached((RECORDED / "list.txt").read_text()) == [JLINK, DAP, FTDI]


def test_no_probe_is_an_empty_list() -> None:
    assert attached((RECORDED / "list-without-probe.txt").read_text()) == []


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("download-without-probe.txt", "No connected probes were found"),
        (
            "gdb-without-usb.txt",
            "Failed to open the debug probe: The debug probe could not be created: A USB error occurred: "
            "/sys/bus/usb/devices/ not found (errno 2)",
        ),
    ],
)
def test_an_error_is_told_with_its_causes_and_nothing_else(recorded: str, said: str) -> None:
    assert reason(Finished(("probe-rs",), 1, (RECORDED / recorded).read_text(), 0.0)) == said


@given(some.text())
def test_any_text_of_a_failure_is_one_line(text: str) -> None:
    said = reason(Finished(("probe-rs",), 1, text, 0.0))
    assert said.isprintable()
    assert 0 < len(said) <= 300


@given(some.text())
def test_any_text_is_a_list_of_probes(text: str) -> None:
    for one in attached(text):
        assert one.selector.isprintable()
        assert one.name.isprintable()


def test_the_probe_that_is_meant() -> None:
    assert choose([JLINK], None) == JLINK
    assert choose([JLINK, DAP], "2e8a:000c") == DAP
    assert choose([JLINK, DAP], "1366:1051:001050255503") == JLINK
    with pytest.raises(MissingToolError, match="No debug probe is attached"):
        choose([], None)
    with pytest.raises(UsageError, match="More than one probe"):
        choose([JLINK, DAP], None)
    with pytest.raises(UsageError, match="No probe fits 'beef:0001'"):
        choose([JLINK], "beef:0001")
    with pytest.raises(UsageError, match="may not be used"):
        choose([FTDI], None)


def test_the_sectors_in_the_layout_are_what_was_flashed() -> None:
    assert flashed((RECORDED / "layout.svg").read_text()) == Flashed(sectors=3, bytes=3 * 4096)


@given(some.text())
def test_any_text_is_a_layout_or_none(text: str) -> None:
    assert flashed(text) is None or "CornflowerBlue" in text


def test_a_layout_that_makes_no_sense_is_none() -> None:
    group = '<g fill="CornflowerBlue"><text>0x001000</text><text>0x000000</text></g>'
    assert flashed(group) is None


def test_without_probe_rs_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match=r"probe-rs is not installed.*cargo install probe-rs-tools"):
        ProbeRs.find(ProcessRunner())
