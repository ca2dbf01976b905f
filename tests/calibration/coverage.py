"""Which share of published figures is inside the error bars: pure functions on what was measured."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from wasmfit.model import Activity
from wasmfit.timing import predict

from .checks import Model, Native, Ran


@dataclass(frozen=True)
class Loop:
    """A loop that others have measured on a board.

    Attributes:
        board, title: Where, and what.
        activity: What the core does in a round.
        cycles: Cycles of a round, measured.
        assumed: How the board was set up, where not as by default.
        source: Where that stands.
    """

    board: str
    title: str
    activity: Activity
    cycles: float
    source: str
    assumed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SetUp:
    """How much longer a program took on a board that was set up otherwise.

    Attributes:
        board: The board.
        assumed: How it was set up.
        ratio: Times as long.
        source: Where that stands, and of what program.
    """

    board: str
    assumed: Mapping[str, str]
    ratio: float
    source: str


@dataclass(frozen=True)
class Held:
    """A published figure, held against what is predicted for it.

    Attributes:
        board: The board, or the boards whose models predict it.
        what: What the figure is of.
        low, predicted, high: The prediction with its error bar, in the figure's unit.
        published: The figure.
        fitted: Whether a cost of the model was fitted to it: then it is not a test.
    """

    board: str
    what: str
    low: float
    predicted: float
    high: float
    published: float
    fitted: bool = False

    @property
    def is_inside(self) -> bool:
        """Whether the figure is inside the error bar."""
        return self.low <= self.published <= self.high

    @property
    def width(self) -> float:
        """From the low to the high end of the bar, as a part of the prediction."""
        return (self.high - self.low) / self.predicted


@dataclass(frozen=True)
class Coverage:
    """How many figures of a board are inside the bars.

    Attributes:
        board: The board.
        inside, total: Figures inside, and all.
        fitted: Those of them that a cost was fitted to.
        width: Of the bars, from low to high, as a part of the prediction: the middle one.
    """

    board: str
    inside: int
    total: int
    fitted: int
    width: float

    @property
    def share(self) -> float:
        """The part that is inside."""
        return self.inside / self.total


def coverage(figures: Iterable[Held]) -> list[Coverage]:
    """The share of figures inside the bar, board by board."""
    boards: dict[str, list[Held]] = {}
    for figure in figures:
        boards.setdefault(figure.board, []).append(figure)
    return [
        Coverage(
            board,
            sum(figure.is_inside for figure in figures),
            len(figures),
            sum(figure.fitted for figure in figures),
            median(figure.width for figure in figures),
        )
        for board, figures in sorted(boards.items())
    ]


def held_means(
    models: Mapping[str, Model],
    published: Mapping[tuple[str, str], float],
    cells: Mapping[tuple[str, str], Sequence[Ran]],
    fitted_boards: Container[str],
) -> Iterator[Held]:
    """The published means over programs, which are of runtime and board."""
    for (runtime, board), figure in published.items():
        low, predicted, high = models[board].mean(cells[runtime, board])
        what = f"{runtime}, cycles an instruction"
        yield Held(board, what, low, predicted, high, figure, board in fitted_boards)


def held_loops(models: Mapping[str, Model], loops: Iterable[Loop]) -> Iterator[Held]:
    """What others have measured of loops on the boards."""
    for loop in loops:
        model = models[loop.board].set_up(loop.assumed)
        found = predict(loop.activity, model.core, model.timing, 1)
        what = f"{loop.title}, cycles a round"
        # At 1 Hz, seconds are cycles that are not rounded.
        yield Held(loop.board, what, found.time_low_s, found.time_s, found.time_high_s, loop.cycles)


def held_setups(
    models: Mapping[str, Model], figures: Iterable[SetUp], cells: Sequence[Ran]
) -> Iterator[Held]:
    """How much longer code takes on boards that are set up otherwise: one program's ratio."""
    for figure in figures:
        model = models[figure.board]
        other = model.set_up(figure.assumed)
        for one in cells:
            if one.board == figure.board:
                low, predicted, high = other.per_instruction(one)
                default = model.per_instruction(one)[1]
                what = f"{one.program}, times as long with {_words(figure.assumed)}"
                yield Held(
                    figure.board,
                    what,
                    low / default,
                    predicted / default,
                    high / default,
                    figure.ratio,
                    fitted=True,
                )


def _words(assumed: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in assumed.items())


def held_natively(natives: Iterable[Native]) -> Iterator[Held]:
    """The chips against each other, whose figure is of both boards."""
    for one in natives:
        boards, what = f"{one.faster}, {one.slower}", "CoreMark a MHz, of the first by the second"
        yield Held(boards, what, one.low, one.predicted, one.high, one.published)
