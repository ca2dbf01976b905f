"""What a cell runs, as whoever measures it sees it: its calls, what they must give, how it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from wasmfit.builder import digest, job
from wasmfit.emulation import DEFAULT_LIMITS, ExpectedCalls
from wasmfit.model import Cell, CheckedCall, ModuleClock, Runtime, StepKind, UserModule, Workload
from wasmfit.module import TABLE
from wasmfit.plan import BASELINE


class Subject(Protocol):
    """What a cell runs."""

    @property
    def expected(self) -> ExpectedCalls:
        """Its calls, and what must come of them."""

    @property
    def instructions(self) -> int:
        """After so many a run is given up."""

    @property
    def seconds(self) -> float | None:
        """After so many it is, where the user has said so."""

    @property
    def may_need_more(self) -> bool:
        """Whether the limit may be raised by what the first call has needed."""

    @property
    def memory_advice(self) -> str | None:
        """What would make its memory smaller, if anything is known."""

    @property
    def rounds_at(self) -> int | None:
        """Where the job says how often everything is done; ``None`` where it is always once."""

    @property
    def instances_at(self) -> int | None:
        """Where the job says how many instances are made; ``None`` where there is always one."""

    @property
    def is_run(self) -> bool:
        """Whether a runtime runs it: the baseline does not."""

    @property
    def clock(self) -> ModuleClock | None:
        """Its clocks, where their readings are marked."""

    @property
    def expectations(self) -> str:
        """Digest of what must come out, which no image holds."""

    @property
    def provenance(self) -> dict[str, Any]:
        """What a record says of where the module came from, besides its digest."""

    @property
    def is_cross_checked(self) -> bool:
        """Whether runtimes are compared with one another, since nobody has computed results beforehand."""

    def shown(self, calls: Sequence[CheckedCall]) -> tuple[CheckedCall, ...]:
        """Calls as they are recorded."""

    def replayed(self, command: Sequence[str]) -> list[str]:
        """A command with the words that name it."""


@dataclass(frozen=True)
class WorkloadSubject:
    """A workload of the catalogue; the baseline's is one whose arguments are added up."""

    workload: Workload

    @property
    def expected(self) -> ExpectedCalls:
        """The workload's calls."""
        return ExpectedCalls(self.workload.calls)

    @property
    def instructions(self) -> int:
        """The workload's limit."""
        return self.workload.limit

    @property
    def seconds(self) -> float | None:
        """As its instructions need."""
        return None

    @property
    def may_need_more(self) -> bool:
        """Its limit is its own."""
        return False

    @property
    def memory_advice(self) -> str | None:
        """It has the memory that it needs."""
        return None

    @property
    def rounds_at(self) -> int | None:
        """In the header."""
        return job.ROUNDS_AT

    @property
    def instances_at(self) -> int | None:
        """One: its embedding makes no more."""
        return None

    @property
    def is_run(self) -> bool:
        """The baseline's is another workload."""
        return True

    @property
    def clock(self) -> ModuleClock | None:
        """It has none."""
        return None

    @property
    def expectations(self) -> str:
        """Results, and the limit."""
        return digest.of([call.expected for call in self.workload.calls], self.workload.limit)

    @property
    def provenance(self) -> dict[str, Any]:
        """Its name says all."""
        return {}

    @property
    def is_cross_checked(self) -> bool:
        """Results were computed independently."""
        return False

    def shown(self, calls: Sequence[CheckedCall]) -> tuple[CheckedCall, ...]:
        """As they are."""
        return tuple(calls)

    def replayed(self, command: Sequence[str]) -> list[str]:
        """By its name."""
        return [*command, "--workload", self.workload.name]


@dataclass(frozen=True)
class ModuleSubject:
    """A module of the user's.

    Attributes:
        module: The module.
        is_run: Whether there is a runtime: the baseline returns what is not a result.
        runtime: Whose words are read; ``None`` where there is none.
    """

    module: UserModule
    is_run: bool
    runtime: Runtime | None = None

    @property
    def expected(self) -> ExpectedCalls:
        """The user's calls; nothing in particular must come of them where no runtime runs the module."""
        calls = self.module.calls
        if not self.is_run:
            nothing = {"expected": None, "log": None, "outs": ()}
            calls = tuple(call.model_copy(update=nothing) for call in calls)
        imports = [stub.label for stub in self.module.stubs]
        order = [
            (step.kind is StepKind.CALL, step.text)
            for step in self.module.steps
            if step.kind in (StepKind.BEFORE, StepKind.CALL)
            for _ in range(step.times)
        ]
        return ExpectedCalls(
            calls,
            self.module.signature,
            imports,
            order=order,
            trap_words=None if self.runtime is None else self.runtime.trap_words,
            refusals={} if self.runtime is None else self.runtime.refusals,
            advice=self.module.feature_advice,
            reads_time=self.module.clock is not None,
        )

    @property
    def instructions(self) -> int:
        """The user's limit; else nothing is known of the module."""
        return self.module.limit or DEFAULT_LIMITS.instructions

    @property
    def seconds(self) -> float | None:
        """The user's."""
        return self.module.timeout

    @property
    def may_need_more(self) -> bool:
        """Unless the user has said when it is to be given up."""
        return self.module.limit is None

    @property
    def memory_advice(self) -> str | None:
        """From the module itself."""
        return self.module.memory_advice

    @property
    def rounds_at(self) -> int | None:
        """Once: a module may keep state, and start functions may not be run again."""
        return None

    @property
    def instances_at(self) -> int | None:
        """In the header; without a runtime there is no instance."""
        return job.INSTANCES_AT if self.is_run else None

    @property
    def clock(self) -> ModuleClock | None:
        """The module's, where a runtime runs it."""
        return self.module.clock if self.is_run else None

    @property
    def expectations(self) -> str:
        """Calls with what they must give, and what answers imports."""
        of = self.module
        return digest.of(
            *(of.name, of.path, of.calls, of.steps, of.stubs, of.supplied, of.limit, of.timeout, of.clock),
            *(of.update_bytes, of.fresh, of.options),
        )

    @property
    def provenance(self) -> dict[str, Any]:
        """The file, and what answered its imports."""
        return {
            "module": str(self.module.path.absolute()),
            "stubs": {
                **{stub.label: stub.text for stub in self.module.stubs},
                **{name: f"the module's own: {rule}" for name, rule in self.module.supplied.items()},
            },
        }

    @property
    def is_cross_checked(self) -> bool:
        """The user need not have computed results. What tells the real time is right to differ."""
        return self.module.clock is None or not self.module.clock.real

    def shown(self, calls: Sequence[CheckedCall]) -> tuple[CheckedCall, ...]:
        """Without results, where nothing ran the module."""
        if self.is_run:
            return tuple(calls)
        return tuple(
            replace(call, result=None, results=None, shown=None, right=None, buffers=()) for call in calls
        )

    def replayed(self, command: Sequence[str]) -> list[str]:
        """The file after the command's name, and how it is called."""
        return [*command[:2], str(self.module.path.absolute()), *self._options(), *command[2:]]

    def _options(self) -> list[str]:
        words = []
        for call in self.module.calls[:1] if self.module.repeated else self.module.calls:
            words += ["--call", call.text]
            if call.expected is not None:
                words += ["--expect", ", ".join(value.text for value in call.expected)]
            if call.log is not None:
                words += ["--expect-log", call.log]
        for stub in self.module.stubs:
            # Rules that no user has named have their origin in front.
            if ": " not in stub.text:
                words += ["--import", f"{stub.label}={stub.text}"]
        for name, rule in self.module.supplied.items():
            if rule != TABLE:
                words += ["--import", f"{name}={rule}"]
        return [*words, *self.module.options]


def subject_of(cell: Cell) -> Subject:
    """What a cell runs."""
    if isinstance(cell.workload, UserModule):
        runtime = cell.build.runtime
        return ModuleSubject(cell.workload, runtime.name != BASELINE, runtime)
    return WorkloadSubject(cell.workload)
