"""Calls that have an instance of their own."""

from pathlib import Path
from typing import Any

import pytest

from tests.wat import guest
from wasmfit.builder import job
from wasmfit.errors import UsageError
from wasmfit.model import StepKind, UserModule
from wasmfit.module import load_user_module
from wasmfit.requests import ModuleRequest
from wasmfit.run.fresh import with_one_call


def loaded(folder: Path, *calls: str, **more: Any) -> UserModule:
    request = ModuleRequest.model_validate({"path": guest("filter", folder), "calls": calls, **more})
    return load_user_module(request)


def filtering(folder: Path) -> UserModule:
    calls = ("process(in:'abc', out:3) -> 'bcd'", "process(in:'abc', out:3) -> 'xxx'")
    return loaded(folder, *calls, before=["adc()"], imports={"env.sample": "1"}, fresh_instance=True)


def test_what_prepares_is_done_for_each_call(tmp_path: Path) -> None:
    module = filtering(tmp_path)
    # Set-up and two allocations; then what is filled, called and read, twice.
    assert [step.kind for step in module.steps[:3]] == [StepKind.BEFORE] * 3
    assert module.fresh == ((3, 7), (7, 11))
    for number in (0, 1):
        one = with_one_call(module, number)
        assert one.calls == (module.calls[number],)
        assert one.steps == (*module.steps[:3], *module.steps[3 + 4 * number : 7 + 4 * number])


def test_the_job_says_where_the_times_of_its_steps_are(tmp_path: Path) -> None:
    module = filtering(tmp_path)
    blob = bytearray(job.pack_any(module.path.read_bytes(), module))
    places = job.step_times(lambda at, size: bytes(blob[at : at + size]))
    assert len(places) == len(module.steps)
    assert {blob[at : at + 4].hex() for at in places} == {"01000000"}
    several = loaded(tmp_path, "adc()", times=5, imports={"env.sample": "1"})
    blob = bytearray(job.pack_any(several.path.read_bytes(), several))
    (at,) = job.step_times(lambda at, size: bytes(blob[at : at + size]))
    assert blob[at] == 5


def test_a_single_call_is_made_once(tmp_path: Path) -> None:
    sample = {"env.sample": "1"}
    (tmp_path / "filter.toml").write_text("fresh_instance = true\n")
    module = loaded(tmp_path, "adc()", imports=sample)
    assert (len(module.calls), module.fresh, module.steps[0].times) == (1, ((0, 1),), 1)
    assert "--fresh-instance" in module.options
    for wrong in ({"times": 3}, {"calls": ["adc()"] * 17}):
        with pytest.raises(UsageError, match="each --call is made once"):
            loaded(tmp_path, **{"calls": ("adc()",), "imports": sample, **wrong})


def test_a_real_clock_and_fresh_instances_do_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its clock begins again"):
        loaded(tmp_path, "adc()", imports={"env.sample": "clock_ms:real"}, fresh_instance=True)
