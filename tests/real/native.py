"""The suite's glue of a runtime, built for this computer instead of a device: the same sources."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from wasmfit.builder import Context, PackageSpec, StepContext, cargo, firmware
from wasmfit.builder.cargo import Options
from wasmfit.catalog import Catalog
from wasmfit.conformance import Part
from wasmfit.conformance.execute import PartMeasured, over
from wasmfit.conformance.script import modules
from wasmfit.emulation import SuiteEnd, SuiteRun
from wasmfit.model import Build, Embedding


def program(context: Context, log: Path, build: Build) -> Path:
    """Builds the program that replays records from its standard input."""
    made = _package(context.catalog, build)
    work = context.home.work / "native" / build.label
    built = cargo.build(context, StepContext(log), made, Options(), work=work, target=work / "target")
    return built.file("native")


def _package(catalog: Catalog, build: Build) -> cargo.Package:
    """The firmware's package: the glue as a library, the computer's harness, a program around both."""
    profile = catalog.profile("reference")
    device = firmware.package(catalog, PackageSpec(build, profile, embedding=Embedding.CONFORMANCE))
    harness = catalog.harness
    glue = next(place for place in device.files if place.endswith("/suite.rs"))
    manifest = {
        **device.manifest,
        "package": {"name": "native", "version": "0.0.0", "edition": "2024", "publish": False},
        "lib": {"name": "glue", "path": glue},
        "bin": [{"name": "native", "path": "harness/host/main.rs"}],
        "dependencies": {
            **device.manifest["dependencies"],  # type: ignore[dict-item]
            "wasmfit-harness": {"path": "harness"},
        },
        # As the device's, but for what takes long and changes no answer.
        "profile": {"release": {"opt-level": 1, "debug": False, "codegen-units": 16}},
    }
    harness_manifest = {
        "package": {"name": "wasmfit-harness", "version": "0.1.0", "edition": "2024", "publish": False},
        "lib": {"name": "harness", "path": "host/lib.rs"},
    }
    sources = {place: path for place, path in device.files.items() if place.startswith("firmware-")}
    return replace(
        device,
        name="native",
        manifest=manifest,
        files={**sources, "harness/host": harness / "host", "harness/src": harness / "src"},
        manifests={"harness/Cargo.toml": harness_manifest},
        locked=False,
    )


def measured(program: Path, part: Part) -> PartMeasured:
    """Runs a part on it."""

    def run(data: bytes, on_answer: Callable[[str], None]) -> SuiteRun:
        finished = subprocess.run([program], input=data, capture_output=True, timeout=600, check=False)
        for line in finished.stdout.decode(errors="replace").splitlines():
            if line.startswith("="):
                on_answer(line[1:])
        whole = finished.returncode == 0
        return SuiteRun(
            SuiteEnd.WHOLE if whole else SuiteEnd.CRASHED, f"exit code {finished.returncode}", 0, 0.0
        )

    return over(part, list(modules(part.modules)), run)
