"""Modules that want more than a call: commands, reactors, buffers, a region of interest, on every runtime."""

from pathlib import Path
from typing import Any

import pytest

import wasmfit
from tests.wat import GUESTS, guest
from wasmfit.home import Home
from wasmfit.model import Measurement, Run, Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

QUICK = ("wasm3", "wamr", "spacewasm", "wasefire", "wasm2c", "tinywasm")
"""Runtimes that are built in seconds."""
ALLOCATOR = 5
"""Instructions that a call may take more or less than another with the same work, by how the heap is."""
ARCHITECTURES = ("nrf52840dk", "esp32c6")


def measured(home: Home, path: Path, *calls: str, **more: Any) -> dict[str, Measurement]:
    more.setdefault("runtimes", QUICK)
    comparison = wasmfit.compare(module=path, calls=calls, home=home.root, **more)
    return {f"{one.runtime}/{one.board}": one for one in comparison.measurements if one.runtime != "baseline"}


def all_ran(rows: dict[str, Measurement]) -> dict[str, Run]:
    assert rows
    ran = {}
    for row, one in rows.items():
        assert one.status is Status.OK, (row, one.reason)
        assert one.run is not None
        ran[row] = one.run
    return ran


def test_a_reactor_is_initialised_and_calls_may_prepare(warm_home: Home, tmp_path: Path) -> None:
    path = guest("reactor", tmp_path)
    all_ran(measured(warm_home, path, "get(2)", expect="42"))
    rows = measured(warm_home, path, "get(two())", before=["init(3)"], expect="45", times=5)
    for run in all_ran(rows).values():
        assert [call.shown for call in run.calls] == ["45"] * 5
    for one in measured(warm_home, path, "get(2)", before=["fails()"]).values():
        assert one.status is Status.TRAPPED
        assert "in fails(), which comes before what is measured" in (one.reason or "")


def test_a_command_runs_once_with_arguments_and_input(warm_home: Home, tmp_path: Path) -> None:
    path, stdin = guest("command", tmp_path), tmp_path / "input"
    stdin.write_text("a line\n")
    streams = {"args": ["x", "last"], "stdin": stdin}
    for run in all_ran(measured(warm_home, path, expect_stdout="lasta line\n", **streams)).values():
        assert [call.text for call in run.calls] == ["_start()"]
        assert run.instructions.first_call
        assert run.instructions.call is None
    for one in measured(warm_home, path, args=["x", "y", "z"], stdin=stdin).values():
        assert one.status is Status.TRAPPED
        assert "exited with code 1" in (one.reason or "")
    for one in measured(warm_home, path, expect_stdout="other", **streams).values():
        assert one.status is Status.WRONG_RESULT


def test_bytes_go_in_and_come_out(warm_home: Home, tmp_path: Path) -> None:
    path = guest("filter", tmp_path)
    (tmp_path / "frame.bin").write_bytes(bytes(range(10)))
    frame = tmp_path / "frame.bin"
    stubs = {"env.sample": "1"}
    for call in (
        f"process(in:@{frame}, out:10) -> 0x0102030405060708090a",
        f"process(in@in_ptr():@{frame}, out@out_ptr():10) -> 0x0102030405060708090a",
        f"process(in@512:@{frame}, 10, out@600:10) -> 0x0102030405060708090a",
    ):
        for run in all_ran(measured(warm_home, path, call, expect="45", imports=stubs)).values():
            assert [one.right for one in run.calls] == [True, True, True]
            (buffer,) = run.calls[-1].buffers
            assert (buffer.first, buffer.length, buffer.right) == ("0102030405060708090a", 10, True)
    wrong = measured(warm_home, path, f"process(in:@{frame}, out:10) -> 'xxxxxxxxxx'", imports=stubs)
    for row, one in wrong.items():
        assert one.status is Status.WRONG_RESULT, (row, one.reason)
        assert "than expected: byte 0 is 0x01, not 0x78" in (one.reason or ""), row
    beyond = measured(warm_home, path, "process(in@65530:'0123456789', out:10)", imports=stubs)
    for row, one in beyond.items():
        assert one.status is Status.TRAPPED, row
        assert one.reason == "a buffer does not lie in the module's memory, before call 1", row


def does_everything(home: Home, folder: Path, board: str, runtimes: tuple[str, ...]) -> None:
    """A reactor, a command, buffers and a region of interest, each with what must come out."""
    where: dict[str, Any] = {"boards": [board], "runtimes": runtimes}
    (folder / "input").write_text("a line\n")
    all_ran(measured(home, guest("reactor", folder), "get(two())", before=["init(3)"], expect="45", **where))
    streams = {"args": ["x", "last"], "stdin": folder / "input", "expect_stdout": "lasta line\n"}
    all_ran(measured(home, guest("command", folder), **streams, **where))
    call, sample = "process(in:'abc', out:3) -> 'bcd'", {"env.sample": "1"}
    all_ran(measured(home, guest("filter", folder), call, imports=sample, expect="294", **where))


def test_risc_v_does_everything(warm_home: Home, tmp_path: Path) -> None:
    does_everything(warm_home, tmp_path, "esp32c6", QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("board", ARCHITECTURES)
def test_runtimes_that_take_long_to_build_do_everything(warm_home: Home, tmp_path: Path, board: str) -> None:
    does_everything(warm_home, tmp_path, board, ("wasmi", "wasmtime", "wamr-aot"))


def test_samples_come_from_a_file(warm_home: Home, tmp_path: Path) -> None:
    samples = tmp_path / "adc.txt"
    samples.write_text("5, 6\n7\n")
    stubs = {"env.sample": f"@{samples}"}
    calls, expected = ["adc()"] * 4, ["5", "6", "7", "5"]
    all_ran(measured(warm_home, guest("filter", tmp_path), *calls, expect=expected, imports=stubs))


@pytest.mark.parametrize("board", ARCHITECTURES)
def test_the_region_is_what_the_module_marks(warm_home: Home, tmp_path: Path, board: str) -> None:
    calls = ["run(1, 1, 1)", "run(1, 1, 1)", "run(1, 301, 1)", "run(90, 301, 70)", "run(1, 301, 1)"]
    rows = measured(
        warm_home, guest("marked", tmp_path), *calls, preset="embench", boards=[board], expect=["0"] * 5
    )
    for row, run in all_ran(rows).items():
        _, small, large, padded, last = run.calls
        for call in run.calls:
            assert call.region is not None, row
            assert call.instructions is not None, row
            assert call.region < call.instructions, row
        # What is looped over before and after is not part of it; what is looped over within is all of it.
        assert large.region == padded.region == last.region, row
        assert small.region is not None
        assert small.instructions is not None
        assert last.region is not None
        assert last.instructions is not None
        # What surrounds it is the same, but for a few steps of the allocator.
        difference = (last.region - small.region) - (last.instructions - small.instructions)
        assert abs(difference) <= ALLOCATOR, row
        # An iteration is some instructions of wasm, and at least as many of the core: none is lost.
        assert last.region - small.region >= 300 * 2, row
        assert run.instructions.region == last.region
        assert run.activity.region is not None
        assert run.activity.region.instructions == last.region
        assert run.predicted is not None
        assert run.predicted.region is not None
        assert run.predicted.call is not None
        assert run.predicted.region.cycles < run.predicted.call.cycles


@pytest.mark.parametrize("board", ARCHITECTURES)
def test_each_call_may_have_an_instance_of_its_own(warm_home: Home, tmp_path: Path, board: str) -> None:
    path = guest("counts", tmp_path)
    calls = ("next(2)", "next(3)", "next(4)")
    more: dict[str, Any] = {"boards": [board], "runtimes": ("wasm3", "wamr")}
    together = measured(warm_home, path, *calls, expect=["2", "5", "9"], **more)
    own = {"fresh_instance": True, "before": ["set(100)"], "expect": ["102", "103", "104"]}
    fresh = measured(warm_home, path, *calls, **own, **more)
    kept, apart = all_ran(together), all_ran(fresh)
    for row, run in apart.items():
        assert len({call.instructions for call in run.calls}) == 1, row
        # All three are cold: as many instructions as the first has where they share an instance.
        assert run.calls[-1].instructions == kept[row].calls[0].instructions, row
        assert run.instructions.first_call == run.instructions.call, row
        assert run.least_ram is not None
        assert run.least_ram.bytes is not None
        # Further instances are of the run of one call as well.
        assert run.instance_ram is not None
        shared = kept[row].instance_ram
        assert shared is not None
        assert run.instance_ram.instances == (1, 2, 4), (row, run.instance_ram.reason)
        assert run.instance_ram.per_instance == pytest.approx(shared.per_instance, abs=64)
    for row, one in measured(
        warm_home, path, "next(1)", "next(-1)", "next(1)", fresh_instance=True, **more
    ).items():
        assert one.status is Status.TRAPPED, row
        assert "in call 2, each of which has an instance of its own" in (one.reason or ""), row


def test_a_region_without_an_end_is_said(warm_home: Home, tmp_path: Path) -> None:
    path = guest("marked", tmp_path)
    for call, said in (("nested()", "begins again"), ("open()", "does not end")):
        for one in measured(warm_home, path, call, preset="embench").values():
            assert one.status is Status.WRONG_RESULT
            assert said in (one.reason or "")


@pytest.mark.parametrize("board", ARCHITECTURES)
def test_coremark_comes_to_an_end(warm_home: Home, tmp_path: Path, board: str) -> None:
    floats = ("wasm3", "wamr", "spacewasm", "wasm2c", "tinywasm")
    path = guest("coremark", tmp_path)
    rows = measured(warm_home, path, preset="coremark", boards=[board], runtimes=floats)
    for run in all_ran(rows).values():
        # Ten iterations in eleven seconds.
        assert [call.shown for call in run.calls] == ["0.90909094"]
        # The same ten by predicted time: the second of two stretches.
        assert run.score is not None
        assert run.predicted is not None
        assert run.predicted.first_call is not None
        assert run.score.of == "iterations"
        assert run.score.own == pytest.approx(10 / 11)
        assert run.score.per_s_low is not None
        assert run.score.per_s_high is not None
        assert run.score.per_s_low < run.score.per_s < run.score.per_s_high
        assert run.score.per_s > 20 / run.predicted.first_call.time_s


@pytest.mark.parametrize("board", ARCHITECTURES)
def test_a_real_clock_tells_predicted_time(warm_home: Home, tmp_path: Path, board: str) -> None:
    path = guest("waits", tmp_path)
    clock = {"env.clock_ms": "clock_ms:real", "env.clock_us": "clock_us:real"}
    # So many runs of a loop between two readings, three times; the sum of what has passed is returned.
    rows = measured(
        warm_home, path, "run(5000)", "run(50000)", imports=clock, boards=[board], runtimes=("wasm3", "wamr")
    )
    sums = set()
    for row, run in all_ran(rows).items():
        assert run.clock is not None, row
        assert run.clock.readings == 12, row
        assert run.clock.passes > 1, row
        assert run.clock.error_s is not None
        assert run.clock.error_s < 1e-3, row
        assert run.predicted is not None
        assert run.predicted.call is not None
        # Microseconds by the module's own reckoning are those that the model has for the call.
        short, long = (int(call.shown or "") for call in run.calls)
        assert long == pytest.approx(run.predicted.call.time_s * 1e6, rel=0.02), row
        assert long == pytest.approx(10 * short, rel=0.1), row
        sums.add(long)
    # Time differs between runtimes, and nobody calls that a wrong result.
    assert len(sums) > 1
    again = measured(
        warm_home,
        path,
        *("run(5000)", "run(50000)"),
        imports=clock,
        boards=[board],
        runtimes=("wasm3",),
        rerun=True,
    )
    assert {int(run.calls[-1].shown or "") for run in all_ran(again).values()} <= sums


def test_a_program_that_waits_for_the_clock_comes_to_an_end(warm_home: Home, tmp_path: Path) -> None:
    # Many more readings than are told apart: what the module waits for comes nevertheless.
    clock = {"env.clock_ms": "clock_ms:real", "env.clock_us": "clock_us:real"}
    rows = measured(
        warm_home, guest("waits", tmp_path), "wait(20)", imports=clock, times=1, runtimes=("wasm3",)
    )
    for run in all_ran(rows).values():
        assert run.clock is not None
        assert run.clock.readings > 64
        assert run.predicted is not None
        assert run.predicted.first_call is not None
        assert run.clock.error_s is not None
        # Later polls cost a little more than those that are told apart; the record says what that makes.
        assert run.clock.error_s < 0.002
        # The clock begins at its first reading, before which the call's code is compiled.
        assert 0.018 < run.predicted.first_call.time_s < 0.025


def test_a_limit_is_the_users_and_says_how_to_raise_it(warm_home: Home, tmp_path: Path) -> None:
    clock = {"env.clock_ms": "clock_ms"}
    path = guest("coremark", tmp_path)
    (one,) = measured(warm_home, path, "run()", imports=clock, limit="3M", runtimes=("wasm3",)).values()
    assert one.status is Status.TIMEOUT
    assert one.reason == (
        "reached the limit of 3,000,000 instructions in phase call (1 of 3); no call has come back: "
        "--limit 30M allows for more"
    )


def test_imported_memory_and_globals_are_the_modules_own(warm_home: Home, tmp_path: Path) -> None:
    path = tmp_path / "own.wat"
    path.write_text((GUESTS / "imports-everything.wat").read_text())
    rows = measured(warm_home, path, "run(4)", imports={"env.base": "2000", "env.scale": "3"})
    for row, run in all_ran(rows).items():
        assert run.calls[0].shown == str(ord("x") + 3), row
    for one in rows.values():
        assert one.provenance.stubs["env.memory"] == "the module's own: 1"
        assert one.provenance.module_sha256


def test_a_refusal_has_one_status_and_says_what_helps(warm_home: Home, tmp_path: Path) -> None:
    # A table's index in five bytes, as compilers leave it for the linker: wasm3 takes one. It looks at the
    # export when that is looked up, and at what the export calls when it is called.
    code = bytes.fromhex("4100 11 00 8080808000 0b".replace(" ", ""))
    called = bytes.fromhex("1000 0b".replace(" ", ""))
    bodies = [bytes([len(one) + 1, 0]) + one for one in (code, called)]
    section = bytes([len(bodies)]) + b"".join(bodies)
    exports = b"\x02\x05early\x00\x00\x04late\x00\x01"
    path = tmp_path / "long-index.wasm"
    path.write_bytes(
        b"\0asm\1\0\0\0"
        + bytes.fromhex("0104 0160 0000 0303 0200 00 0404 0170 0001".replace(" ", ""))
        + bytes([7, len(exports)])
        + exports
        + bytes([10, len(section)])
        + section
    )
    for call in ("early()", "late()"):
        (one,) = measured(warm_home, path, call, runtimes=("wasm3",)).values()
        assert one.status is Status.UNSUPPORTED, one.reason
        assert "LEB encoded value overflow" in (one.reason or "")
        assert "-mcpu=mvp" in (one.reason or "")
