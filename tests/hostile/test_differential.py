"""What an end on a device is, next to Node's."""

import shutil
from pathlib import Path

import pytest

from tests.wat import compiled
from wasmfit.model import Status, ValueType

from .differential import Case, End, Verdict, in_node, verdict

SOURCE = """(module
  (func (export "i") (param i64) (result i64) local.get 0 i64.const -1 i64.mul)
  (func (export "f") (param f32) (result f32) local.get 0 f32.const 0 f32.mul)
  (func (export "n") (param f64) (result f64) local.get 0 f64.const 0 f64.div)
  (func (export "t") (param i32) (result i32) i32.const 1 local.get 0 i32.div_s))"""


def trap(words: str) -> End:
    return End(status=Status.TRAPPED, reason=words)


def refused(words: str) -> End:
    return End(status=Status.UNSUPPORTED, reason=words)


@pytest.mark.parametrize(
    ("node", "device", "expected"),
    [
        (End(("1",)), End(("1",)), Verdict.VALUE),
        (End(("1",)), End(("2",)), Verdict.DISAGREES),
        (End(("1",)), End(("1", "1")), Verdict.DISAGREES),
        (trap("divide by zero"), trap("[trap] integer divide by zero"), Verdict.TRAP),
        (trap("divide by zero"), trap("unreachable"), Verdict.DISAGREES),
        (trap("divide by zero"), trap("Trap"), Verdict.UNTOLD),
        (trap("divide by zero"), trap("call stack exhausted"), Verdict.STACK),
        (End(("1",)), trap("call stack exhausted"), Verdict.STACK),
        (End(("1",)), trap("unreachable"), Verdict.DISAGREES),
        (End(status=Status.TRAPPED), End(("1",)), Verdict.DISAGREES),
        (trap("data segment 0 is out of bounds"), refused("data segment out of bounds"), Verdict.TRAP),
        (trap("table index is out of bounds"), refused("table underflow"), Verdict.TRAP),
        (trap("unreachable"), refused("data segment out of bounds"), Verdict.REFUSED),
        (End(("1",)), refused("data segment out of bounds"), Verdict.REFUSED),
        (End(("1",)), End(status=Status.UNSUPPORTED, reason="a"), Verdict.REFUSED),
        (End(("1",)), End(status=Status.OUT_OF_MEMORY, reason="a"), Verdict.MEMORY),
        (End(("1",)), End(status=Status.DOES_NOT_FIT, reason="a"), Verdict.MEMORY),
        (End(("1",)), End(status=Status.FAULTED, reason="a"), Verdict.DISAGREES),
        (End(("1",)), End(status=Status.TIMEOUT, reason="a"), Verdict.DISAGREES),
        (End(("1",)), End(status=Status.BUILD_FAILED, reason="a"), Verdict.DISAGREES),
    ],
)
def test_a_verdict(node: End, device: End, expected: Verdict) -> None:
    assert verdict(node, device) is expected


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_what_node_makes_of_calls(tmp_path: Path) -> None:
    source = tmp_path / "g000001.wat"
    source.write_text(SOURCE)
    path = compiled(source, tmp_path)
    kinds = {"i": ValueType.I64, "f": ValueType.F32, "n": ValueType.F64, "t": ValueType.I32}
    given = [("i", "1"), ("f", "-1.5"), ("n", "0.0"), ("t", "1"), ("t", "0")]
    cases = [Case(1, path, name, (kinds[name],), (kinds[name],), (text,)) for name, text in given]
    ends = in_node(cases)
    assert [end.values for end in ends] == [("ffffffffffffffff",), ("80000000",), ("nan",), ("1",), None]
    assert ends[-1].status is Status.TRAPPED
    broken = tmp_path / "g000002.wasm"
    broken.write_bytes(b"no module")
    assert in_node([Case(2, broken, "i", (), (), ())])[0].status is Status.UNSUPPORTED
