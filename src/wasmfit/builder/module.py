"""The file of a module: the name that all have, and the user's, which is taken as it is."""

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from wasmfit.model import UserModule

from .context import StepContext
from .errors import BuildError
from .step import BuildStep

NAME = "module.wasm"


def step(module: UserModule) -> BuildStep:
    """Copies the user's module into the cache: what is measured does not change while it is."""
    key = module.sha256 if module.wasm is None else hashlib.sha256(module.wasm).hexdigest()
    return BuildStep("modules", key, f"module {module.name}", partial(_make, module))


def _make(module: UserModule, _step: StepContext, _built: Mapping[str, Path], artefact: Path) -> None:
    data = module.path.read_bytes()
    if hashlib.sha256(data).hexdigest() != module.sha256:
        raise BuildError(f"{module.path} was changed while it was measured; run it again")
    (artefact / NAME).write_bytes(data if module.wasm is None else module.wasm)
