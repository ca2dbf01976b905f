"""The user's end: jobs go to workers, results come back, each is kept once."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from distributed import Client

from wasmfit.builder import ArchiveError, Context, digest, packed
from wasmfit.errors import UsageError
from wasmfit.events import EventHandler
from wasmfit.run.job import Job, RemoteJob

from .address import scheduler_address, security
from .errors import ClusterError
from .session import Session

_CONNECT_SECONDS = 15
_CLOSE_SECONDS = 0.5

_LOGGERS = ("distributed", "distributed.client", "tornado.application")
"""Those to which Dask's configuration gives levels of their own."""

_CATALOGUE = ("cores", "targets", "boards", "profiles", "runtimes", "workloads", "bases")

R = TypeVar("R")


@dataclass(frozen=True)
class ClusterExecutor:
    """Dask workers.

    Attributes:
        address: ``tcp://…`` or ``tls://…`` of the scheduler, or the path of its scheduler file.
        catalogs: The user's catalogues besides the built-in one, which are sent along.
    """

    address: str
    catalogs: Sequence[Path] = ()

    @property
    def workers(self) -> int:
        """One, since how many there are is known when they are asked: estimates are upper bounds."""
        return 1

    def run(
        self,
        context: Context,
        jobs: Sequence[RemoteJob[R]],
        emit: EventHandler,
        keep: Callable[[Job[R], R], None],
    ) -> None:
        """As :meth:`wasmfit.run.executor.Executor.run`; results are kept in the calling thread.

        Raises:
            ClusterError: The scheduler cannot be reached, or is lost.
            WasmfitError: No worker has this wasmfit.
        """
        sent = dict(_catalogue(folder) for folder in self.catalogs)
        with connected(self.address) as client:
            Session(client, self.address, context, emit, keep, sent).run(jobs)


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at ``address``.

    Raises:
        UsageError: It is not an address, or needs certificates that there are none of.
        ClusterError: There is none.
    """
    # Dask tells losses to the log, at length; they are told to the user as sentences.
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    reachable = scheduler_address(address)
    allowed = security(reachable, "client")
    try:
        client = Client(reachable, security=allowed, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise ClusterError(
            f"No scheduler can be reached at {address}.",
            "Start one with `dask scheduler --host 127.0.0.1`; a tls:// one needs Dask's certificates "
            "(docs/cluster.md).",
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=_CLOSE_SECONDS)


def _catalogue(folder: Path) -> tuple[str, bytes]:
    """A catalogue's key and archive."""
    try:
        archive = packed(folder, _CATALOGUE)
    except ArchiveError as error:
        raise UsageError(
            f"The catalogue {folder} cannot be sent: {error.reason}.", "Copy what it links to."
        ) from error
    return digest.of(archive), archive
