"""Steps and jobs that do what a test says, for executors and batches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wasmfit.builder import BuildError, BuildStep, FirmwareSpec, StepContext
from wasmfit.run.job import Artefact, Failed


class Works:
    """Steps that count how often each was made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def step(
        self, key: str, *needs: BuildStep, fails: Exception | None = None, task: bool = True, **more: Any
    ) -> BuildStep:
        """A step that writes its key, and the keys of what it needs, into a file."""

        def make(step: StepContext, made: Mapping[str, Path], place: Path) -> None:
            self.made.append(key)
            step.progress("working", 1, 2)
            if fails is not None:
                raise fails
            texts = [(folder / "text").read_text() for _, folder in sorted(made.items())]
            (place / "text").write_text(f"{key}({','.join(texts)})")

        by_key = {need.key: need for need in needs}
        return BuildStep("fake", key, f"step {key}", make, by_key, is_task=task, **more)


@dataclass(frozen=True)
class Came:
    """What a fake job comes to."""

    id: str
    text: str


@dataclass(frozen=True)
class FakeJob:
    """A job that needs steps, and says how it ended."""

    id: str
    steps: Sequence[BuildStep] = ()
    fingerprint: str = "print"
    priority: int = 0
    does: Callable[[StepContext], str] = field(default=lambda _step: "measured")

    def measure(self, step: StepContext, failed: Failed | None) -> Came:
        return Came(self.id, self.does(step) if failed is None else f"{failed.status.value}: {failed.reason}")

    @property
    def spec(self) -> FirmwareSpec:
        raise NotImplementedError("no worker is asked")

    @property
    def name(self) -> str:
        return self.id

    @property
    def given(self) -> Sequence[BuildStep]:
        return ()

    def artefacts(self, result: Came) -> Sequence[Artefact]:
        return [("fake", result.id)]

    def dumped(self, result: Came, worker: str) -> str:
        return f"{result.text} by {worker}"

    def received(self, text: str, folders: Mapping[str, Path], log: Path) -> Came:  # noqa: ARG002
        return Came(self.id, text)

    def given_up(self, reason: str, log: Path) -> Came:  # noqa: ARG002
        return Came(self.id, reason)


BROKEN = BuildError("it does not compile")
