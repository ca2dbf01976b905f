"""RAM of further instances, on device images."""

from pathlib import Path

import pytest

import wasmfit
from tests.wat import assembled
from wasmfit.home import Home
from wasmfit.model import InstanceRam, Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]

PAGE = 65_536
RUNTIMES = ["wasm3", "wamr-classic", "spacewasm"]


def further(home: Home, place: Path, memory: str, name: str) -> dict[str, InstanceRam]:
    text = f'(module {memory} (func (export "run") (result i32) (i32.const 7)))'
    module = assembled(text, place, name)
    compared = wasmfit.compare(
        module=module, calls=["run()"], expect=["7"], runtimes=RUNTIMES, home=home.root
    )
    found = {}
    for cell in compared.measurements:
        assert cell.status is Status.OK, cell.reason
        assert cell.run is not None
        if cell.runtime != "baseline":
            assert cell.run.instance_ram is not None, cell.runtime
            found[cell.runtime] = cell.run.instance_ram
    return found


def test_each_instance_has_a_memory_of_its_own(warm_home: Home, tmp_path: Path) -> None:
    without = further(warm_home, tmp_path, "", "bare")
    with_page = further(warm_home, tmp_path, '(memory (export "memory") 1)', "paged")
    for runtime in RUNTIMES:
        bare, paged = without[runtime], with_page[runtime]
        assert bare.instances == (1, 2, 4)
        assert bare.per_instance is not None
        assert 0 < bare.per_instance < PAGE // 2
        # Two pages fit into 256 KiB with all else, and four do not.
        assert paged.instances == (1, 2)
        assert paged.per_instance is not None
        assert paged.per_instance - bare.per_instance == pytest.approx(PAGE, abs=1_024)
        assert (paged.reason or "").startswith("with 4 instances, out-of-memory")
