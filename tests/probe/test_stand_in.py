"""The whole way to a board, with QEMU's GDB server in the place of probe-rs's."""

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emulation.runner import HANG, OK, Runner
from tests.probe import stand_in
from wasmfit.model import BoardMeasurement
from wasmfit.probe import BoardError, BoardRunner
from wasmfit.probe.probe_rs import Probe, ProbeRs
from wasmfit.toolchain import ProcessRunner

OnBoard = Callable[[str], Runner]
CALLS = ((OK, 1), (OK, 2), (OK, 3))


def test_a_counter_of_cycles_that_counts_instructions_agrees_with_the_plugin(on_board: OnBoard) -> None:
    """QEMU's mcycle counts instructions here: each phase has as many as the emulation's own plugin counts."""
    runner = on_board("esp32c6")
    execution = runner(*CALLS)
    run = stand_in.run(runner.firmware.image(CALLS), runner.board)
    assert run.finished
    assert run.counter == "mcycle"
    assert run.report.results == tuple(call.result for call in execution.run.calls)
    assert [phase.cycles for phase in run.of("call")] == [call.instructions for call in execution.run.calls]
    assert [phase.cycles for phase in run.of("load")] == [execution.run.instructions.load]
    assert [phase.cycles for phase in run.of("instantiate")] == [execution.run.instructions.instantiate]


def test_a_cortex_m_without_a_counter_is_timed_by_the_host(on_board: OnBoard) -> None:
    runner = on_board("nrf52840dk")
    run = stand_in.run(runner.firmware.image(CALLS), runner.board)
    assert run.finished
    assert run.counter is None
    assert run.report.end == "ok"
    assert len(run.of("call")) == len(CALLS)
    assert all(phase.cycles is None and phase.seconds > 0 for phase in run.phases)


def test_a_firmware_that_hangs_is_given_up(on_board: OnBoard) -> None:
    runner = on_board("nrf52840dk")
    run = stand_in.run(runner.firmware.image([(HANG, 0)]), runner.board, seconds=2)
    assert not run.finished
    assert run.report.end is None


FAKE = """\
#!{python}
import os, sys
from pathlib import Path
from tests.probe.fake_probe_rs import main
main(sys.argv[1:], Path({folder!r}))
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProbeRs:
    """A program that answers as probe-rs does and runs what it is to flash in QEMU."""
    program = tmp_path / "probe-rs"
    program.write_text(FAKE.format(python=sys.executable, folder=str(tmp_path)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return ProbeRs(program, ProcessRunner())


def test_flash_run_and_sum_up(on_board: OnBoard, fake: ProbeRs) -> None:
    runner = on_board("esp32c6")
    (probe,) = fake.probes()
    execution = runner(*CALLS)
    image = runner.firmware.image(CALLS)
    found = BoardRunner(fake, probe).measure(image, runner.board, execution.run, log=None)
    assert isinstance(found, BoardMeasurement)
    assert (found.chip, found.flashed, found.runs) == ("esp32c6", 12_288, 5)
    assert found.call is not None
    assert found.call.cycles == execution.run.instructions.call


def test_a_chip_that_is_not_there_is_said_by_probe_rs(on_board: OnBoard, fake: ProbeRs) -> None:
    runner = on_board("nrf52840dk")
    probe = Probe("Other", "0000:0000", "None")
    with pytest.raises(BoardError, match=r"probe-rs does not flash it: .*probe could not be found"):
        BoardRunner(fake, probe).measure(
            runner.firmware.image(CALLS), runner.board, runner(*CALLS).run, log=None
        )
