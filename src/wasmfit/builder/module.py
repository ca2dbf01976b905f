"""A cell → its wasm module: built from a workload's sources, or the user's as it is."""

import hashlib
from pathlib import Path

from wasmfit.model import Cell, UserModule

from . import guest
from .context import Context, Step
from .errors import BuildError


def key(context: Context, cell: Cell) -> str:
    """Digest of all that decides what the module is."""
    if isinstance(cell.workload, UserModule):
        return cell.workload.sha256
    return guest.key(context, cell.workload, cell.build.runtime.guest_cpu)


def module(context: Context, step: Step, cell: Cell) -> Path:
    """The module's file, in the cache: what is measured does not change while it is.

    Raises:
        BuildError: It does not compile, or the user's file is another one since it was read.
    """
    wanted = cell.workload
    if not isinstance(wanted, UserModule):
        return guest.module(context, step, wanted, cell.build.runtime.guest_cpu)

    def make(place: Path) -> None:
        data = wanted.path.read_bytes()
        if hashlib.sha256(data).hexdigest() != wanted.sha256:
            raise BuildError(f"{wanted.path} was changed while it was measured; run it again")
        (place / "module.wasm").write_bytes(data)

    return context.cache.get("modules", wanted.sha256, make) / "module.wasm"
