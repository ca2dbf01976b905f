"""What docs/disagreements.md says of calls, replayed: a runtime answers so; Node and others do not."""

import shutil
from pathlib import Path

import pytest

from tests.hostile.differential import Case, End, Verdict, cases_of, context_of, in_node, verdict
from tests.hostile.suite_calls import Interpreter
from tests.wat import compiled
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.plan import select_builds

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed"),
]

MODULES = Path(__file__).parents[1] / "hostile" / "disagreements"
ARGUMENTS = {
    "select_of_zero": ("7",),
    "grow_past_zero": ("1",),
    "grow_by_too_much": ("-1",),
    "fast_interpreter": ("0", "7"),
}
NODE = {
    "select_of_zero": End(("9",)),
    "no_elements": End(("7",)),
    "fast_interpreter": End(("20",)),
    "compare_unreachable": End(("7",)),
    "grow_past_zero": End(("ffffffff",)),
    "grow_by_too_much": End(("ffffffff",)),
    "select_unreachable": End(status=Status.TRAPPED, reason="unreachable"),
    "loop_unreachable": End(status=Status.TRAPPED, reason="unreachable"),
}
FOUND = {
    "wasmi@2.0.0": {"select_of_zero": End(("5",))},
    "tinywasm@0.10.0": {
        "select_unreachable": End(
            status=Status.UNSUPPORTED, reason="unknown error: logical operand width mismatch"
        )
    },
    "wasefire-float@0.5.0": {
        "loop_unreachable": End(status=Status.UNSUPPORTED, reason="wasefire-interpreter: Invalid")
    },
    "wasm3@0.5.0": {
        "no_elements": End(status=Status.UNSUPPORTED, reason="memory allocation failed"),
        "compare_unreachable": End(status=Status.UNSUPPORTED, reason="no operation found for opcode"),
        "grow_past_zero": End(("0",)),
        "grow_by_too_much": End(("1",)),
    },
    "wamr-fast@2.4.3": {"fast_interpreter": End(("538127b6",))},
    "wamr-classic@2.4.3": {},
}


def test_every_module_is_found_with_something() -> None:
    names = {path.stem for path in MODULES.glob("*.wat")}
    assert names == {name for of_runtime in FOUND.values() for name in of_runtime} == set(NODE)


@pytest.mark.parametrize("label", FOUND)
def test_a_runtime_answers_as_the_page_says(warm_home: Home, tmp_path: Path, label: str) -> None:
    cases = []
    for number, name in enumerate(sorted(NODE), 1):
        path = compiled(MODULES / f"{name}.wat", tmp_path, name=f"g{number:06}")
        (case,) = cases_of(path)
        arguments = ARGUMENTS.get(name, case.arguments)
        cases.append(Case(number, path, case.export, case.params, case.results, arguments))
    context = context_of(warm_home, (label,), ("nrf52840dk",))
    (build,) = select_builds(context.catalog, (label,))
    interpreter = Interpreter(context, build, context.catalog.board("nrf52840dk"))
    node, ends = in_node(cases), interpreter.ends(cases, tmp_path / "log")
    assert dict(zip(sorted(NODE), node, strict=True)) == NODE
    for name, expected, end in zip(sorted(NODE), node, ends, strict=True):
        if name in FOUND[label]:
            assert end == FOUND[label][name]
        else:
            assert verdict(expected, end) in (Verdict.VALUE, Verdict.TRAP, Verdict.UNTOLD), name
