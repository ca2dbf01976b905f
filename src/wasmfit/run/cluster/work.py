"""What is sent to workers and comes back, as data: JSON text, with artefacts as bytes next to it."""

from wasmfit.home import Home
from wasmfit.model import Record, Status
from wasmfit.run.job import Failed, log_of


class RunSetting(Record):
    """What is the same for all jobs of a run.

    Attributes:
        catalogs: Keys of the catalogues besides the built-in one.
        c_targets: Targets whose C compiler the plan needs.
        boards: Boards whose emulator it needs.
        echo: Whether to tell every command line.
    """

    catalogs: tuple[str, ...]
    c_targets: tuple[str, ...]
    boards: tuple[str, ...]
    echo: bool


class JobRequest(Record):
    """Work for a job.

    Attributes:
        task: The Dask key under which it is told what happens.
        job: Its name: see :func:`wasmfit.run.named.job_of`.
    """

    task: str
    job: str
    setting: RunSetting


class StepResult(Record):
    """How a shared step ended; the artefact's archive travels with it.

    Attributes:
        kind, key: Of the artefact.
        title: The step's title, which names the log.
        status, reason: Of its failure; ``None`` where it went well.
        log: What it logged, if it failed.
    """

    kind: str
    key: str
    title: str
    status: Status | None = None
    reason: str | None = None
    log: str = ""

    def failure(self, home: Home) -> Failed | None:
        """How the jobs end that needed it, where logs are in ``home``."""
        return None if self.status is None else Failed(self.status, self.reason, log_of(home, self.title))


class JobResult(Record):
    """How a job ended; the archives of its artefacts travel with it.

    Attributes:
        result: Its record as JSON, with the worker's paths.
        logs: Title → text of the logs that belong to it.
    """

    result: str
    logs: dict[str, str]
