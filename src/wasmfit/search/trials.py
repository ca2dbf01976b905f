"""A trial: settings → ordinary cells, built, run, checked and stored as any other."""

from collections.abc import Sequence
from dataclasses import dataclass

from wasmfit.analysis.tuning import Trial
from wasmfit.builder import Context, cargo, firmware
from wasmfit.model import Base, Board, Build, Cell, Profile, Workload
from wasmfit.plan import Plan
from wasmfit.run import CellEnded, Event, EventHandler, Pipeline, Started
from wasmfit.store import Store

from .apply import Tuned, applied
from .space import Settings, Space


@dataclass(frozen=True)
class Trials:
    """Measures settings of one runtime on one board.

    Attributes:
        context: What to build with.
        store: Where measurements go, and come from if they are there.
        space: What may be set.
        build, profile: What settings change.
        workloads: What is run.
        board, base: On what.
        emit: Told of builds; cells and trials are told by whoever asked for them.
        rerun: Measure again what is stored.
    """

    context: Context
    store: Store
    space: Space
    build: Build
    profile: Profile
    workloads: Sequence[Workload]
    board: Board
    base: Base
    emit: EventHandler
    rerun: bool = False

    def cells(self, tuned: Tuned) -> tuple[Cell, ...]:
        """The cells of settings."""
        return tuple(
            Cell(
                build=tuned.build,
                workload=workload,
                board=self.board,
                base=self.base,
                profile=tuned.profile,
            )
            for workload in self.workloads
        )

    def measure(self, number: int, settings: Settings) -> Trial:
        """Measures settings.

        Raises:
            KeyboardInterrupt: The user's; cells that have ended are stored.
            StoreError: The store cannot be used.
        """
        tuned = applied(self.space, self.build, self.profile, settings)
        # Trials are not runs of the user's: `diff` and `history` are about what was compared.
        pipeline = Pipeline(self.context, self.store, self._tell, None, self.rerun)
        # No image without the runtime: what the harness takes is there in every trial.
        done = pipeline.run(Plan(self.cells(tuned), (), ()))
        if tuned.changes:
            self._tidy(tuned)
        return Trial(
            number,
            tuned.changes,
            self.space.given_up(tuned.changes),
            tuned.build,
            tuned.profile,
            done.measurements,
            done.reused == len(done.measurements),
        )

    def _tell(self, event: Event) -> None:
        if not isinstance(event, Started | CellEnded):
            self.emit(event)

    def _tidy(self, tuned: Tuned) -> None:
        """Removes cargo's folder of a profile that no other build has: half a hundred megabytes each.

        Images and logs stay, which measurements refer to.
        """
        cargo.clear(firmware.target_folder(self.context, self.board, tuned.profile, tuned.build))
