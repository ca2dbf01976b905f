"""A worker: one of Dask's, with our plugin, under a nanny that starts it again when it dies."""

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import dask
from dask.utils import parse_bytes
from distributed import Nanny
from distributed.comm.addressing import get_address_host
from distributed.comm.core import connect
from distributed.system import MEMORY_LIMIT

from wasmfit.catalog import Catalog
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.home import Home
from wasmfit.toolchain import CCompiler, ProcessRunner, Toolchain, Versions, find

from . import resources
from .address import scheduler_address, security
from .errors import ClusterError
from .plugin import WasmfitPlugin

_REACH_SECONDS = 15
_LEAVE_SECONDS = 5
_START_SECONDS = 300
"""For the worker's own process to start, on a machine that is busy with other things."""


@dataclass(frozen=True)
class WorkerOptions:
    """What a worker is started with.

    Attributes:
        scheduler: Address of the scheduler, or ``None`` where ``scheduler_file`` has it.
        name: Its name among the workers; Dask's choice if it has none.
        listen: The address of this machine at which other workers reach it.
        amounts: Resources that are used up, besides the usual ones or in their place.
        memory: As Dask takes it (``4GiB``); beyond it the worker is started again.
    """

    scheduler: str
    name: str | None
    listen: str
    amounts: Mapping[str, float]
    memory: str


def chosen(address: str | None, file: Path | None) -> str:
    """The scheduler's address, given or in a scheduler's file.

    Raises:
        UsageError: There is neither, or both, or the file is not one.
    """
    if (address is None) == (file is None):
        raise UsageError(
            "A worker needs a scheduler.", "Name one with --scheduler ADDRESS or --scheduler-file FILE."
        )
    return scheduler_address(str(file) if address is None else address)


def serve(offer: WorkerOptions, home: Home, say: Callable[[str], None]) -> None:
    """Works until it is told to stop, or the scheduler has gone.

    Raises:
        UsageError: Others could not reach it.
        MissingToolError: There is no Rust, or no C compiler.
        ClusterError: The scheduler cannot be reached, or has gone.
    """
    _require_reachable(offer)
    tools = _found(home)
    counted = {resources.QEMU: float(os.cpu_count() or 1), resources.BUILD: 1.0, **offer.amounts}
    memory = _bytes(offer.memory)
    has = {resources.MEMORY: float(memory), **counted, **resources.capabilities(tools)}
    # Each unit of a resource may be at work at once.
    threads = max(1, sum(int(amount) for name, amount in counted.items() if name != resources.MEMORY))
    amounts = ", ".join(f"{name}={has[name]:.12g}" for name in (*counted, resources.MEMORY))
    say(f"It has {amounts}; it is {'; '.join(resources.capabilities(tools))}.")
    dask.config.set({"distributed.worker.profile.enabled": False})
    logging.getLogger("distributed").setLevel(logging.ERROR)
    asyncio.run(_serve(offer, home, memory, has, threads, say))


async def _serve(
    offer: WorkerOptions,
    home: Home,
    memory: int,
    has: Mapping[str, float],
    threads: int,
    say: Callable[[str], None],
) -> None:
    allowed = security(offer.scheduler, "worker")
    try:
        reached = await connect(
            offer.scheduler, timeout=_REACH_SECONDS, **allowed.get_connection_args("worker")
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise ClusterError(
            f"No scheduler can be reached at {offer.scheduler}.",
            "Start one with `dask scheduler --host 127.0.0.1`; a tls:// one needs Dask's certificates "
            "(docs/cluster.md).",
        ) from error
    await reached.close()
    nanny = Nanny(
        offer.scheduler,
        nthreads=threads,
        name=offer.name,
        resources=dict(has),
        memory_limit=memory,
        host=offer.listen,
        dashboard_address=f"{offer.listen}:0",
        local_directory=str(home.work / "dask"),
        security=allowed,
        death_timeout=_START_SECONDS,
        plugins=(WasmfitPlugin(home.root),),
        silence_logs=logging.ERROR,
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        await nanny
    except (OSError, RuntimeError, ValueError, TimeoutError) as error:
        raise ClusterError(f"The worker could not be started: {error}.", "Is its --name taken?") from error
    say(f"Working for {offer.scheduler} at {nanny.worker_address}. Ctrl-C ends it.")
    gone = asyncio.ensure_future(nanny.finished())
    told = asyncio.ensure_future(stopped.wait())
    await asyncio.wait((gone, told), return_when=asyncio.FIRST_COMPLETED)
    if not told.done():
        raise ClusterError(f"The scheduler at {offer.scheduler} has gone.", "Start it, and then the worker.")
    with contextlib.suppress(TimeoutError):
        # It takes leave of a scheduler that may have gone meanwhile; its process ends with ours anyway.
        await asyncio.wait_for(nanny.close(timeout=_LEAVE_SECONDS), 2 * _LEAVE_SECONDS)


def _require_reachable(offer: WorkerOptions) -> None:
    """A worker on loopback is of use to a scheduler on the same machine alone."""
    if _loops(offer.listen) and not _loops(get_address_host(offer.scheduler)):
        raise UsageError(
            f"The scheduler {offer.scheduler} is on another machine, and cannot reach {offer.listen} here.",
            "Name the address of this machine that others reach: --listen ADDRESS.",
        )


def _bytes(memory: str) -> int:
    """Bytes of memory that the worker may take: what the user says, or all that there is."""
    if memory == "auto":
        return int(MEMORY_LIMIT)
    try:
        # Dask takes a unit alone for one of it.
        wanted = int(parse_bytes(memory)) if memory[:1].isdigit() else 0
    except ValueError:
        wanted = 0
    if wanted <= 0:
        raise UsageError(f"--memory takes a size, and {memory!r} is not one.", "For example: --memory 4GiB")
    return min(wanted, int(MEMORY_LIMIT))


def _loops(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _found(home: Home) -> Toolchain:
    """Every tool that is here; one that is missing keeps only those cells away that need it."""
    catalog = Catalog.load()
    versions = Versions(home.tools, ProcessRunner())
    compilers: dict[str, CCompiler] = {}
    emulators = []
    for name, target in catalog.targets.items():
        try:
            compilers |= find(versions, {name: target.c}, ()).c
        except MissingToolError:
            continue
    for board in catalog.boards.values():
        try:
            find(versions, {}, [board.emulator])
        except MissingToolError:
            continue
        emulators.append(board.emulator)
    return find(versions, {name: compiler.target for name, compiler in compilers.items()}, emulators)
