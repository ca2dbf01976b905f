"""Modules of the user's on every runtime: any signature, any imports, and nothing compiled for them."""

import itertools
import json
import os
import random
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wasmfit
from tests.wat import assembled, guest
from wasmfit.analysis.comparison import Comparison
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.model import Measurement, Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

STUBS = {"env.clock_ms": "clock_ms", "env.log": "log", "env.five": "5.5", "other.noise": "random"}
CALL = "run(1, 2.5, 3.25, -4)"
# Nothing runs in the baseline; the others are left out with a reason.
NOT_RUN = frozenset({"baseline", "native", "eccles", "myrmic", "synth", "toywasm", "wasm-interpreter"})
QUICK = ("wasm3", "wamr", "spacewasm", "wasefire", "wasm2c")
"""Runtimes that are built in seconds."""


def rows(comparison: Comparison) -> dict[str, Measurement]:
    return {one.runtime: one for one in comparison.measurements if one.runtime not in NOT_RUN}


def results(one: Measurement) -> list[str | None]:
    assert one.run is not None
    return [call.shown for call in one.run.calls]


def measured(home: Home, path: Path, *calls: str, runtimes: tuple[str, ...] = (), **more: Any) -> Comparison:
    return wasmfit.compare(module=path, calls=calls, runtimes=runtimes, home=home.root, **more)


@pytest.fixture(scope="module")
def mixed(warm_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """A module with all types of values and four imports, on the newest version of every runtime."""
    path = guest("mixed", tmp_path_factory.mktemp("mixed"))
    return measured(warm_home, path, CALL, expect="17.375", imports=STUBS, rerun=True)


def test_every_runtime_gives_the_right_result_and_reads_the_same_log(mixed: Comparison) -> None:
    known = rows(mixed)
    refused = {runtime for runtime, one in known.items() if one.status is not Status.OK}
    assert refused == {"wasefire"}  # which has no floats
    assert known["wasefire"].status is Status.UNSUPPORTED
    assert len(known) >= 12
    for runtime, one in known.items():
        if runtime in refused:
            continue
        # 1 + clock + 2.5 + 3.25 * 5.5 - 4, and the clock is 1 ms later at each reading.
        assert results(one) == ["17.375", "18.375", "19.375"], runtime
        assert one.run is not None
        assert one.run.logged is not None
        assert one.run.logged.length == 3 * 21
        assert one.run.logged.text == "hello from the module" * 3
        assert one.run.calls[0].right is True
        assert one.run.calls[1].right is None
        assert one.run.instructions.call
        assert one.provenance.glue == "any"
        assert one.provenance.stubs["env.five"] == "5.5"
    assert len({one.run.logged.digest for one in known.values() if one.run and one.run.logged}) == 1


def test_rows_that_cannot_be_measured_say_why(mixed: Comparison) -> None:
    ends = {one.runtime: (one.status, one.reason or "") for one in mixed.measurements}
    assert ends["native"][0] is Status.UNSUPPORTED
    assert "source" in ends["native"][1]
    assert ends["myrmic"][0] is Status.UNAVAILABLE
    assert ends["wasm-interpreter"][0] is Status.UNAVAILABLE
    assert not mixed.failed


def test_the_baseline_has_no_results_of_the_module(mixed: Comparison) -> None:
    baseline = mixed.measurements[0]
    assert (baseline.runtime, baseline.status) == ("baseline", Status.OK)
    assert baseline.run is not None
    assert all(call.shown is None and call.right is None for call in baseline.run.calls)
    others = [one for one in mixed.measurements if one.size is not None]
    assert all(one.baseline == baseline.size for one in others)


def test_the_json_holds_what_was_called(mixed: Comparison) -> None:
    cell = next(one for one in mixed.to_dict()["cells"] if one["runtime"] == "wasm3")
    assert json.loads(json.dumps(cell)) == cell
    assert cell["id"] == "wasm3@0.5.0/mixed/nrf52840dk/bare/reference"
    assert cell["run"]["calls"][0]["text"] == CALL
    assert cell["run"]["calls"][0]["results"] == [0x4031600000000000]
    assert cell["provenance"]["module"].endswith("mixed.wasm")
    assert "mixed.wasm" in cell["provenance"]["replay"]
    assert "--expect 17.375" in cell["provenance"]["replay"]


def worked() -> float:
    """Seconds of a processor that wasmfit and all that it started have had so far.

    By the clock it would be as long as a machine that is busy with other things makes it.
    """
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def test_nothing_is_compiled_for_another_module_and_all_runtimes_take_seconds(
    mixed: Comparison, warm_home: Home, tmp_path: Path
) -> None:
    seconds = []
    # Modules that no run of these tests has had before: the folder of artefacts outlives them.
    for number in (secrets.randbelow(1 << 30) for _ in range(3)):
        body = f"(i32.add (local.get 0) (i32.const {number}))"
        text = f'(module (func (export "f") (param i32) (result i32) {body}))'
        path = assembled(text, tmp_path, f"new{number}")
        commands: list[str] = []
        before = worked()
        comparison = measured(
            warm_home, path, "f(1)", expect=str(number + 1), rerun=True, echo=commands.append
        )
        assert {one.status for one in rows(comparison).values()} == {Status.OK}
        seconds.append(worked() - before)
        assert not [one for one in commands if "cargo" in one.split()[0]]
        # What becomes C is compiled, and the few files of its run time with it.
        compiled = [one for one in commands if "gcc" in one.split()[0] and " -c " in one]
        assert compiled
        assert all("wasm2c" in one or "wasm-rt" in one or "module.c" in one for one in compiled), compiled
    assert len(rows(comparison)) == len(rows(mixed))
    # One processor's work for all runtimes: by the clock it is no more, where nothing else is to be done.
    assert min(seconds) < 20


def test_an_edited_module_is_another_measurement(warm_home: Home, tmp_path: Path) -> None:
    def run(value: int) -> Measurement:
        path = assembled(f'(module (func (export "f") (result i32) (i32.const {value})))', tmp_path)
        return rows(measured(warm_home, path, "f()", runtimes=("wasm3",)))["wasm3"]

    first, second, again = run(1), run(2), run(1)
    assert (results(first)[0], results(second)[0]) == ("1", "2")
    assert first.provenance.module_sha256 != second.provenance.module_sha256
    assert again.provenance.measured_at == first.provenance.measured_at
    assert again == first


def quick(home: Home, path: Path, *calls: str, **more: Any) -> dict[str, Measurement]:
    return rows(measured(home, path, *calls, runtimes=QUICK, **more))


def test_integers_of_64_bits(warm_home: Home, tmp_path: Path) -> None:
    for one in quick(warm_home, guest("floats", tmp_path), "wide(-3, 0x100000000)").values():
        if one.status is Status.OK:
            assert results(one)[0] == str(-3 << 32)
        else:
            assert one.runtime in ("wasefire", "spacewasm"), one.reason


def test_floats_and_nan(warm_home: Home, tmp_path: Path) -> None:
    path = guest("floats", tmp_path)
    known = quick(warm_home, path, "root(2)", "root(-1)", "root(inf)", expect=["1.4142135", "nan", "inf"])
    assert known["wasm3"].status is Status.OK
    assert results(known["wasm3"]) == ["1.4142135", "nan", "inf"]
    right = [one for one in known.values() if one.status is Status.OK]
    assert len(right) >= 6
    assert known["wasefire"].status is Status.UNSUPPORTED
    near = quick(warm_home, path, "mean(1, 2.1)", expect="1.55~1e-9")
    assert near["wasm2c"].status is Status.OK
    far = quick(warm_home, path, "mean(1, 2.1)", expect="1.56~1e-9")
    assert far["wasm3"].status is Status.WRONG_RESULT
    assert far["wasm3"].reason == "mean(1, 2.1) gave 1.55, not 1.56~1e-09"


def test_several_results_and_none(warm_home: Home, tmp_path: Path) -> None:
    path = guest("several", tmp_path)
    known = quick(warm_home, path, "swap(7, -2)", expect="-2, 7")
    assert {runtime for runtime, one in known.items() if one.status is Status.OK} >= {
        "wasm3",
        "wamr-classic",
        "wamr-fast",
        "wasefire",
    }
    for runtime, one in known.items():
        if one.status is not Status.OK:
            assert (runtime, one.status) in {
                ("spacewasm", Status.UNSUPPORTED),
                ("wasm2c", Status.UNSUPPORTED),
            }, one.reason
    nothing = quick(warm_home, path, "nothing()")
    assert results(nothing["wasm3"]) == ["nothing"] * 3


def test_a_start_function_has_run(warm_home: Home, tmp_path: Path) -> None:
    for runtime, one in quick(warm_home, guest("starts", tmp_path), "next()", expect="42").items():
        assert one.status is Status.OK, (runtime, one.reason)
        assert results(one) == ["42", "43", "44"]


def test_traps_of_the_module_and_of_a_stub(warm_home: Home, tmp_path: Path) -> None:
    path = guest("traps", tmp_path)
    stubbed = quick(warm_home, path, "run(2)", "run(0)", imports={"env.abort": "trap"})
    divided = quick(warm_home, path, "run(2)", "run(0)", imports={"env.abort": "noop"})
    for runtime in stubbed:
        assert stubbed[runtime].status is Status.TRAPPED
        assert (stubbed[runtime].reason or "").startswith("the stub of env.abort traps: ")
        assert divided[runtime].status is Status.TRAPPED
        assert "stub" not in (divided[runtime].reason or "")
        assert results(divided[runtime]) == ["5", None]


def test_wasi(warm_home: Home, tmp_path: Path) -> None:
    path = guest("wasi", tmp_path)
    for runtime, one in quick(warm_home, path, "run()").items():
        assert one.status is Status.OK, (runtime, one.reason)
        # The second reading of the clock, in ns; errno 52; 100 times the 6 bytes written.
        assert results(one)[0] == str(1_000_000 + 52 + 600)
        assert one.run is not None
        assert one.run.logged is not None
        assert one.run.logged.text.startswith("hello\\n")
    # It ends itself with 0, which is a good end.
    for runtime, one in quick(warm_home, path, "quit()").items():
        assert one.status is Status.OK, (runtime, one.reason)
        assert results(one) == ["nothing"] * 3


def test_what_a_runtime_refuses_is_its_row(warm_home: Home, tmp_path: Path) -> None:
    known = quick(warm_home, guest("simd", tmp_path), "run()", expect="7")
    assert {one.status for one in known.values()} == {Status.UNSUPPORTED}
    reasons = {runtime: one.reason or "" for runtime, one in known.items()}
    assert "unknown opcode" in reasons["wasm3"]
    assert "unsupported opcode fd" in reasons["wamr-classic"]
    assert "InvalidOpcode(253)" in reasons["spacewasm"]
    assert "the host step refused the module" in reasons["wasefire"]
    assert "SIMDe" in reasons["wasm2c"]


def test_code_that_does_not_validate_is_refused_by_those_who_look(warm_home: Home, tmp_path: Path) -> None:
    path = assembled('(module (func (export "f") (result i32) (i32.const 1)))', tmp_path)
    data = path.read_bytes()
    # The constant has become an f32: its type is wrong, its form is not.
    path.write_bytes(data.replace(b"\x41\x01\x0b", b"\x01\x01\x0b"))
    known = quick(warm_home, path, "f()")
    assert known["spacewasm"].status is Status.UNSUPPORTED
    assert known["wamr-classic"].status is Status.UNSUPPORTED
    assert all(one.reason for one in known.values() if one.status is not Status.OK)


def test_a_runtime_that_disagrees_is_marked(warm_home: Home, tmp_path: Path) -> None:
    # Wasefire's memory.grow succeeds up to the maximum, whatever there is.
    known = quick(warm_home, guest("grows", tmp_path), "run(1)", "run(3)")
    assert known["wasefire"].status is Status.WRONG_RESULT
    assert "runtimes have run(3) gave -1" in (known["wasefire"].reason or "")
    assert known["wasm3"].status is Status.OK


def test_what_fits_no_board_of_that_kind_is_not_built(warm_home: Home, tmp_path: Path) -> None:
    commands: list[str] = []
    path = guest("seventeen-pages", tmp_path)
    known = quick(warm_home, path, "run()", rerun=True, echo=commands.append)
    assert {one.status for one in known.values()} == {Status.DOES_NOT_FIT}
    # The emulator runs for the baseline alone.
    assert sum("firmware.elf" in one and "qemu" in one.split()[0] for one in commands) == 1


def functions(count: int) -> Iterator[str]:
    for number in range(count):
        body = " ".join(
            f"(local.set 0 (i32.xor (local.get 0) (i32.const {number * 7 + i})))" for i in range(40)
        )
        yield f"(func $f{number} (param i32) (result i32) {body} (local.get 0))"


def test_twenty_kilobytes_of_code(warm_home: Home, tmp_path: Path) -> None:
    count = 80
    calls = " ".join(f"(local.set 0 (call $f{number} (local.get 0)))" for number in range(count))
    run = f'(func (export "run") (param i32) (result i32) {calls} (local.get 0))'
    text = f"(module {' '.join(functions(count))} {run})"
    path = assembled(text, tmp_path)
    assert 20_000 < path.stat().st_size < 40_000
    value = 5
    for number, i in itertools.product(range(count), range(40)):
        value ^= number * 7 + i
    known = quick(warm_home, path, "run(5)", expect=str(value))
    assert known["wamr-classic"].status is Status.OK
    assert known["wasefire"].status is Status.OK
    for one in known.values():
        assert one.status in (Status.OK, Status.OUT_OF_MEMORY, Status.UNSUPPORTED), (one.runtime, one.reason)


def test_names_may_hold_anything(warm_home: Home, tmp_path: Path) -> None:
    path = guest("odd-names", tmp_path)
    call = "odd name! */ ü'\"()"
    known = quick(warm_home, path, call, expect="8", imports={"a.b.c d*/": "4"}, stub_all=True)
    for runtime, one in known.items():
        if runtime == "spacewasm":
            # It takes names of 31 bytes at the most.
            assert (one.status, one.reason) == (
                Status.UNSUPPORTED,
                "refused to load the module: HostNameError",
            )
        else:
            assert one.status is Status.OK, (runtime, one.reason)


def test_broken_code_ends_as_something_and_checked_runtimes_never_fault(
    warm_home: Home, tmp_path: Path
) -> None:
    whole = guest("wasi", tmp_path).read_bytes()
    generator = random.Random(7)  # noqa: S311
    path, ends = tmp_path / "broken.wasm", set()
    for _ in range(12):
        data = bytearray(whole)
        for _ in range(generator.randint(1, 3)):
            # In the code, which wasmfit itself does not look at.
            data[generator.randrange(len(whole) - 70, len(whole))] = generator.randrange(256)
        path.write_bytes(data)
        try:
            known = quick(warm_home, path, "run()", stub_all=True)
        except UsageError:
            continue
        for runtime, one in known.items():
            ends.add(one.status)
            assert one.status is Status.OK or one.reason, runtime
            assert one.status not in (Status.BUILD_FAILED, Status.TIMEOUT), (runtime, one.reason)
            # wasm3 validates in part, and WAMR's mini loader not at all.
            assert one.status is not Status.FAULTED or runtime in ("wasm3", "wamr-mini"), one.reason
    assert {Status.OK, Status.UNSUPPORTED, Status.TRAPPED} <= ends
