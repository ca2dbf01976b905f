"""Programs of host steps, really built, fed with mutated modules; thousands in ``make maint-fuzz``."""

import pytest

from tests.hostile.feed import feed
from tests.hostile.steps import command_of, host_step_builds, target
from wasmfit.builder import Context, StepContext
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.toolchain import ProcessRunner, Versions, find

pytestmark = pytest.mark.real

SOME = 60


def test_host_steps_take_mutants_or_refuse_them_in_words(warm_home: Home) -> None:
    runner = ProcessRunner()
    context = Context(Catalog.load(), warm_home, find(Versions(warm_home.tools, runner), {}, ()), runner)
    step = StepContext(warm_home.logs / "hostile.log")
    chosen = host_step_builds(context)
    assert {build.runtime.name for build in chosen} >= {"wasmtime", "wasefire", "wasm2c"}
    for build in chosen:
        fed = target(build.runtime.name, command_of(context, step, build))
        taken = [fed.takes(seed) for seed in fed.seeds()]
        assert any(taken), f"{build.label} takes none of the modules that it should"
        found = next(feed(fed, range(2_000_000, 2_000_000 + SOME)), None)
        assert found is None, f"{build.label}: mutant {found.number}: {found.what}"
