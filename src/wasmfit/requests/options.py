"""How something is measured, whatever it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Self

from wasmfit.events import EventHandler, null_handler
from wasmfit.model import Record

from . import fields


class RunSettings(Record):
    """How cells are measured, as a command line or a file says it.

    Attributes:
        on: ``probe``, or ``probe:SELECTOR``: a board that images run on as well, reached through probe-rs.
        rerun: Whether what is in the store is measured again.
        measured: Whether nothing is built or run, and answers come from what was measured before: here, or
            for the measured set that comes with wasmfit.
        rerun_failed: Whether what is in the store and failed is measured again.
        jobs: Builds and emulators at a time on this machine; as many as processors, if not given.
        label: A name for this run, by which ``diff``, ``check`` and ``history`` find it.
        catalogs: Folders laid out as the built-in catalogue, whose entries are added to it.
        no_fence: Whether emulated images run without the fence that keeps this machine's files from them.
        cluster: Address or file of a Dask scheduler whose workers do the work.
    """

    on: fields.On = None
    rerun: fields.Rerun = False
    measured: fields.Measured = False
    rerun_failed: fields.RerunFailed = False
    jobs: fields.Jobs = None
    label: fields.Label = None
    catalogs: fields.Catalogs = ()
    no_fence: fields.NoFence = False
    cluster: fields.Cluster = None


class RunOptions(RunSettings):
    """How cells are measured, and who is told.

    Attributes:
        home: wasmfit's folder; ``WASMFIT_HOME`` or the user's cache folder if it is not given.
        command: What the run is recorded as; the library's function, if not given.
        event_handler: Told what happens, from several threads, one event at a time.
        echo: Called with the command line of every child process.
    """

    home: Path | None = None
    command: str | None = None
    event_handler: EventHandler = null_handler
    echo: Callable[[str], None] | None = None

    def recorded_as(self, command: str) -> Self:
        """The same, with what the run is recorded as if nothing is said of that."""
        return self if self.command is not None else self.model_copy(update={"command": command})

    def answered(self) -> Self:
        """The same for an answer from what was measured before."""
        return self.model_copy(
            update={"measured": True, "on": None, "rerun": False, "label": None, "cluster": None}
        )

    def unrecorded(self) -> Self:
        """The same for what runs in the emulator alone, and is not recorded as a run of its own."""
        return self.model_copy(update={"on": None, "label": None})
