"""What cargo gets by Git, got by a cargo that can.

Systems depend on forks that are in no registry. Debian's cargo is linked with a libgit2 that it was not made
for, and gets nothing by Git, whatever its configuration. But the cargos of all toolchains share a folder, and
what one has got, another takes. So where the chosen one fails, those of rustup's toolchains are asked.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from wasmfit.toolchain import cargos

from .context import Context, StepContext

_SECONDS = 1800

REMEDY = (
    "rustup's cargo can: with a toolchain of rustup's installed, wasmfit lets its cargo get them, "
    "whichever compiler builds"
)


def fetched(
    context: Context, step: StepContext, package: Path, target: str, environment: Mapping[str, str]
) -> bool:
    """Lets the cargos of rustup get everything that a package depends on; whether one of them could.

    Args:
        context: Whose cargo could not.
        step: Told what is done.
        package: The package's folder; its lockfile is completed.
        target: The target that it is built for.
        environment: That of the build.
    """
    for cargo in cargos(context.toolchain.rust):
        if cargo.program == context.toolchain.rust.cargo.path:
            continue
        step.progress(f"the cargo of {cargo.name} fetches", 0, 0)
        path = os.pathsep.join((str(cargo.program.parent), environment.get("PATH", "")))
        finished = context.runner.run(
            [str(cargo.program), "fetch", "--target", target],
            cwd=package,
            env={**environment, "PATH": path, **cargo.environment},
            log=step.log,
            timeout=_SECONDS,
        )
        if finished.code == 0:
            return True
    return False
