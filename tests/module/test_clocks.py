"""Clocks whose readings are marked."""

import struct
from pathlib import Path

import pytest

from tests.wat import assembled
from wasmfit.builder import job
from wasmfit.errors import UsageError
from wasmfit.model import Rule
from wasmfit.module import load_user_module
from wasmfit.module.clocks import READINGS
from wasmfit.requests import ModuleRequest

TWO = (
    '(module (import "env" "ms" (func $ms (result i32))) (import "env" "us" (func $us (result f64)))'
    ' (import "env" "begin" (func $begin)) (import "env" "end" (func $end))'
    ' (func (export "run") (result f32) (f32.const 1)))'
)
REST = {"env.begin": "noop", "env.end": "noop"}


def test_a_real_clock_has_a_table_of_times(tmp_path: Path) -> None:
    imports = {"env.ms": "clock_ms:real", "env.us": "clock_us:real", **REST}
    module = load_user_module(ModuleRequest(path=assembled(TWO, tmp_path), calls=("run()",), imports=imports))
    assert module.clock is not None
    assert module.clock.real
    assert module.clock.scores is None
    first, second = (stub for stub in module.stubs if stub.rule is Rule.TIMES)
    assert (first.label, second.label) == ("env.ms", "env.us")
    of_first, of_second = (struct.unpack(f"<Q{READINGS}Q", stub.data) for stub in (first, second))
    assert (of_first[0], of_second[0]) == (1000, 1)
    assert of_first[1:] == of_second[1:]
    # The job says where they are, so that they can be changed in an image.
    blob = job.pack_any(module.path.read_bytes(), module)
    places = job.import_data(lambda at, size: blob[at : at + size])
    assert [rule for rule, _, _ in places] == [stub.rule for stub in module.stubs]
    in_blob = [blob[at : at + size] for rule, at, size in places if rule == Rule.TIMES]
    assert in_blob == [first.data, second.data]
    assert of_first[1:4] == (0, 1_000_000, 2_000_000)


@pytest.mark.parametrize(
    ("imports", "said"),
    [
        ({"env.ms": "clock_ms:real", "env.us": "clock_us", **REST}, "env.us goes by steps"),
        (
            {"env.ms": "clock_ms:real", "env.us": "1", "env.begin": "begin", "env.end": "end"},
            "the marks of both are the same",
        ),
        ({"env.ms": "clock_ms:reel", "env.us": "1", **REST}, "whose step is not a number"),
    ],
)
def test_what_does_not_go_together_is_said(tmp_path: Path, imports: dict[str, str], said: str) -> None:
    request = ModuleRequest(path=assembled(TWO, tmp_path), calls=("run()",), imports=imports)
    with pytest.raises(UsageError, match=said):
        load_user_module(request)


def test_a_benchmark_with_a_score_has_its_readings_marked(tmp_path: Path) -> None:
    text = TWO.replace('"ms"', '"clock_ms"').replace('"us"', '"other"')
    imports = {"env.other": "1", **REST}
    path = assembled(text, tmp_path)
    module = load_user_module(ModuleRequest(path=path, preset="coremark", imports=imports))
    assert module.clock is not None
    assert (module.clock.real, module.clock.scores) == (False, "iterations")
    (stub,) = (stub for stub in module.stubs if stub.rule is Rule.TIMES)
    assert struct.unpack_from("<4Q", stub.data) == (1000, 0, 11_000_000, 22_000_000)
    # Who marks a region as well has that, and no score.
    marked = {**imports, "env.begin": "begin", "env.end": "end"}
    module = load_user_module(ModuleRequest(path=path, preset="coremark", imports=marked))
    assert module.clock is None
    assert {stub.rule for stub in module.stubs} >= {Rule.CLOCK, Rule.REGION_BEGIN}
