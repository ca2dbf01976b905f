"""What an answer makes of an assertion."""

from dataclasses import dataclass, replace

from wasmfit.model import AssertionOutcome
from wasmfit.words import escape_unprintable

from .match import all_match, signed
from .script import Command

LONGEST = 160
"""Characters kept of what was said."""


@dataclass(frozen=True)
class ActionAnswer:
    """How an action ended, as the firmware says it (``harness/src/suite/stop.rs``).

    Attributes:
        how: ``ok``, ``got``, ``tight``, ``load``, ``link``, ``trap``, ``thrown``, ``stopped``, ``refused``,
            ``memory`` or ``absent``.
        words: Values, or the runtime's words.
        instructions: What it took, where that is counted.
    """

    how: str
    words: str
    instructions: int | None = None


@dataclass(frozen=True)
class Judged:
    """An assertion's outcome, what was said where it does not hold, and the number that was measured, if any:
    instructions of a call with a budget, or bytes."""

    outcome: AssertionOutcome
    words: str = ""
    number: int | None = None


_PASSED = Judged(AssertionOutcome.PASSED)

_SEGMENTS = ("data segment", "elements segment", "element segment", "out of bounds")
"""How the suite says that a segment misses its memory or table: WebAssembly 1.0 calls that an error of
linking, 2.0 a trap. Either way the module must not come to life, and no code runs."""


def answer(text: str) -> tuple[int, ActionAnswer] | None:
    """An answer with its record's number; ``None`` where the line is none."""
    number, _, rest = text.partition(" ")
    how, _, words = rest.partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) <= 9 and how):
        return None
    return int(number), ActionAnswer(how, words)


def judge(command: Command, came: ActionAnswer, absent: str = "") -> Judged:
    """The outcome of an assertion.

    Args:
        command: The assertion.
        came: What the firmware answered.
        absent: Why there is no instance to do it with.
    """
    if command.budget is not None:
        return _within(command, came, absent)
    match came.how:
        case "got" if command.do in _MEASURED:
            return _measured(command, came)
        case "memory":
            return Judged(AssertionOutcome.OUT_OF_MEMORY, _words(came))
        case "absent":
            return Judged(AssertionOutcome.REFUSED, absent or "its module was refused")
        case "refused":
            return Judged(AssertionOutcome.REFUSED, _words(came))
    return _JUDGES[command.expect or "valid"](command, came)


_MEASURED = ("grown", "more", "rounds")


def _measured(command: Command, came: ActionAnswer) -> Judged:
    """A number of bytes, to be no larger than expected."""
    kind, _, value = came.words.strip().partition(":")
    if kind != "i32" or not all_match(command.results, [came.words.strip()]):
        number = signed(value)
        words = _words(came) if number is None else f"{number:,} B"
        return Judged(AssertionOutcome.FAILED, words, number)
    return Judged(AssertionOutcome.PASSED, number=signed(value))


def _within(command: Command, came: ActionAnswer, absent: str) -> Judged:
    """A call with a budget: what is said of the stop is of interest where it holds, too."""
    if came.how == "stopped" and command.expect == "trap":
        return Judged(AssertionOutcome.PASSED, _words(came), came.instructions)
    plain = judge(replace(command, budget=None), came, absent)
    if plain.outcome is not AssertionOutcome.PASSED:
        return plain
    if command.expect == "trap":
        return Judged(AssertionOutcome.TRAPPED, _words(came))
    return replace(plain, number=came.instructions)


def _returns(command: Command, came: ActionAnswer) -> Judged:
    match came.how:
        case "got" | "tight" if all_match(command.results, came.words.split()):
            return _PASSED
        case "tight":
            # As where memory cannot grow since there is no more: code that works gives another answer then.
            return Judged(AssertionOutcome.OUT_OF_MEMORY, f"no more memory, so {_words(came)}")
        case "got":
            return Judged(AssertionOutcome.FAILED, _words(came) or "nothing returned")
        case "trap":
            return Judged(AssertionOutcome.TRAPPED, _words(came))
    return _otherwise(came)


def _traps(command: Command, came: ActionAnswer) -> Judged:
    if came.how == "trap" or (came.how == "link" and _misses(command)):
        return _PASSED
    return _otherwise(came)


def _throws(_command: Command, came: ActionAnswer) -> Judged:
    if came.how == "thrown":
        return _PASSED
    return Judged(AssertionOutcome.TRAPPED, _words(came)) if came.how == "trap" else _otherwise(came)


def _is_refused(_command: Command, came: ActionAnswer) -> Judged:
    return _PASSED if came.how == "load" else _otherwise(came)


def _is_unlinkable(command: Command, came: ActionAnswer) -> Judged:
    if came.how == "link" or (came.how == "trap" and _misses(command)):
        return _PASSED
    return _otherwise(came)


def _is_accepted(_command: Command, came: ActionAnswer) -> Judged:
    return _PASSED if came.how == "ok" else _otherwise(came)


_JUDGES = {
    "return": _returns,
    "trap": _traps,
    "exhaustion": _traps,
    "exception": _throws,
    "invalid": _is_refused,
    "malformed": _is_refused,
    "unlinkable": _is_unlinkable,
    "valid": _is_accepted,
}


def _misses(command: Command) -> bool:
    return command.do == "instantiate" and command.message.startswith(_SEGMENTS)


def _otherwise(came: ActionAnswer) -> Judged:
    """An end that was not hoped for, and has no rule of its own."""
    match came.how:
        case "ok":
            return Judged(AssertionOutcome.FAILED, "accepted")
        case "got" | "tight":
            return Judged(AssertionOutcome.FAILED, f"returned {_words(came)}".rstrip())
        case "load":
            return Judged(AssertionOutcome.REFUSED, _words(came))
        case "link":
            return Judged(AssertionOutcome.REFUSED, f"not linked: {_words(came)}")
        case "stopped":
            return Judged(AssertionOutcome.TIMED_OUT, f"its budget was too small: {_words(came)}")
        case "thrown":
            return Judged(AssertionOutcome.FAILED, f"an exception came out: {_words(came)}")
        case "trap":
            return Judged(AssertionOutcome.TRAPPED, _words(came))
    return Judged(AssertionOutcome.FAILED, f"answered {escape_unprintable(came.how, 20)}")


def _words(came: ActionAnswer) -> str:
    return escape_unprintable(came.words.strip(), LONGEST)
