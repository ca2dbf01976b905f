"""The board as the user's firmware sets it up: another clock, a cache that is off.

What can be assumed is data of the board's timing model, with its sources. An assumed value gives some events
other costs than the model's; nothing is measured again, since time is predicted when it is shown.
"""

from collections.abc import Iterable, Iterator, Mapping

from wasmfit.errors import UsageError
from wasmfit.model import Board, CycleCost, Timing
from wasmfit.words import escape_unprintable, listed


def costs_of(timing: Timing) -> dict[str, CycleCost]:
    """Event → what it costs on the board in cycles, with what is assumed of it."""
    known = None if timing.clock_hz is None else timing.range_of(timing.clock_hz)
    wait_states = timing.wait_states if known is None else known.wait_states
    cycles, waits = dict(timing.cycle_costs), dict(timing.wait_costs)
    for value in timing.chosen.values():
        for event in value.events:
            cycles.pop(event, None)
            waits.pop(event, None)
        cycles |= value.cycle_costs
        waits |= value.wait_costs
    return {event: _sum(cycles.get(event), waits.get(event), wait_states) for event in {**cycles, **waits}}


def _sum(cycles: CycleCost | None, waits: CycleCost | None, wait_states: float) -> CycleCost:
    ends = {
        end: (0 if cycles is None else getattr(cycles, end))
        + (0 if waits is None else getattr(waits, end) * wait_states)
        for end in ("low", "typical", "high")
    }
    return CycleCost(**ends)


def error_of(timing: Timing) -> float:
    """How far off a prediction may be in addition, with what is assumed."""
    return max(timing.error, *(value.error or 0 for value in timing.chosen.values()), 0)


def set_up(board: Board, clock_hz: int | None, assumed: Mapping[str, str]) -> Board:
    """The board, with what its firmware has set up otherwise.

    Args:
        board: The board, which has a timing model.
        clock_hz: Clock of the core; the board's own if it is not given.
        assumed: Name → value, of the model's ``setup``.

    Raises:
        UsageError: The model does not know the clock, a name or a value, or not both of two together.
    """
    timing = board.timing
    if timing is None:
        return board
    if clock_hz is not None and clock_hz != board.clock_hz and timing.range_of(clock_hz) is None:
        raise UsageError(
            f"The timing model of {board.name} does not know a clock of {clock_hz / 1e6:g} MHz.",
            f"It knows {_clocks(board, timing)}.",
        )
    for name, value in assumed.items():
        if name not in timing.setup or value not in timing.setup[name].values:
            raise UsageError(
                f"The timing model of {board.name} does not know {escape_unprintable(f'{name}={value}')}.",
                f"{_known(board, timing)}.",
            )
    together = timing.model_copy(
        update={
            "assumed": {**timing.assumed, **assumed},
            "clock_hz": None if clock_hz == board.clock_hz else clock_hz or timing.clock_hz,
        }
    )
    _refuse_clashes(board, together)
    return board.model_copy(update={"timing": together})


def _refuse_clashes(board: Board, timing: Timing) -> None:
    """Refuses two values that give the same event other costs: their costs together are not known."""
    chosen = [
        (f"{name}={timing.assumed[name]}", value.events)
        for name, value in timing.chosen.items()
        if name in timing.assumed
    ]
    for position, (first, events) in enumerate(chosen):
        for second, others in chosen[position + 1 :]:
            if events & others:
                raise UsageError(
                    f"The timing model of {board.name} knows {first} and {second}, but not together.",
                    f"Assume one of them. {_known(board, timing)}.",
                )


def _clocks(board: Board, timing: Timing) -> str:
    """The clocks that a model knows, in words; ranges that follow each other are one."""
    spans: list[tuple[int, int]] = []
    for low, high in sorted((one.min_hz, one.max_hz) for one in timing.clocks):
        if spans and low == spans[-1][1] + 1:
            spans[-1] = spans[-1][0], high
        else:
            spans.append((low, high))
    return listed([_span(low, high) for low, high in spans or [(board.clock_hz, board.clock_hz)]])


def _span(low: int, high: int) -> str:
    least, most = f"{low / 1e6:g}", f"{high / 1e6:g}"
    return f"{most} MHz" if least == most else f"{least} to {most} MHz"


def _known(board: Board, timing: Timing) -> str:
    """What can be assumed of a board, in words."""
    choices = [f"{name}={' or '.join(choice.values)}" for name, choice in timing.setup.items()]
    return f"It knows {', '.join(choices)}" if choices else f"It knows only clocks: {_clocks(board, timing)}"


def setup_lines(board: Board) -> Iterator[tuple[str, str]]:
    """What can be assumed of a board, option by option, with what is assumed where nothing is said."""
    timing = board.timing
    if timing is None:
        return
    if timing.clocks:
        yield "--clock", _clocks(board, timing)
    for name, choice in timing.setup.items():
        values = [
            f"{value}{' (default)' if value == choice.default else ''}{known.says and ': '}{known.says}"
            for value, known in choice.values.items()
        ]
        yield f"--assume {name}=", f"{choice.title}. {'; '.join(text.rstrip('.') for text in values)}"


def setup_notes(boards: Iterable[Board]) -> tuple[str, ...]:
    """What predictions assume otherwise than by default, a sentence for each board."""
    return tuple(filter(None, map(_note, boards)))


def _note(board: Board) -> str:
    timing = board.timing
    if timing is None or not timing.others_than_default:
        return ""
    others = timing.others_than_default
    clock = others.get("clock")
    parts = [] if clock is None else [f"a clock of {clock}"]
    parts += [f"{name}={value}" for name, value in others.items() if name != "clock"]
    return f"time on {board.name} is predicted as if its software had set up {listed(parts)}"
