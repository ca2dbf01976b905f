"""Wasmtime's published command and the host program that we build from its crate make the same modules."""

from pathlib import Path

import pytest

from wasmfit.builder import Context, StepContext, guest, host, host_tool
from wasmfit.builder.digest import Shared
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Build, builds
from wasmfit.toolchain import ProcessRunner, Versions, find

pytestmark = [pytest.mark.real, pytest.mark.slow]

NEWEST = [
    build
    for build in builds(Catalog.load().runtimes["wasmtime"])
    if build.version == builds(Catalog.load().runtimes["wasmtime"])[0].version
]

TARGET = Catalog.load().board("nrf52840dk").target
WORKLOADS = ("add-with-extra", "crc32", "json", "matmul-f32", "sha256")


@pytest.fixture(scope="module")
def context(warm_home: Home) -> Context:
    runner = ProcessRunner()
    toolchain = find(Versions(warm_home.tools, runner), {}, ())
    return Context(Catalog.load(), warm_home, toolchain, runner)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("build", NEWEST, ids=lambda build: build.name)
def test_they_make_the_same_modules(context: Context, build: Build, tmp_path: Path) -> None:
    step = StepContext(tmp_path / "log")
    published, built = host_tool.find(context, build), host.built(context, build)
    assert published is not None, "there is a wheel for this platform"
    for name in WORKLOADS:
        wasm = guest.step(context, context.catalog.workload(name), build.runtime.guest_cpu, Shared())
        wasm.ensure(context.cache, step)
        made = [
            host.prepared(context, build, TARGET, program, wasm).ensure(context.cache, step) / host.PREPARED
            for program in (published.step(context), built)
        ]
        assert made[0].read_bytes() == made[1].read_bytes(), name
