"""What pydantic finds wrong with what a user wrote → the error that the user sees."""

from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from wasmfit.errors import UsageError
from wasmfit.words import closest, escape_unprintable, problem_text

_KIND = "usage"
_LONGEST_VALUE = 80  # characters


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The known name that is meant, or all of them."""
    names = list(known)
    close = closest(name, names)
    return f"Did you mean {close}?" if close else f"Known are: {', '.join(names)}."


def problem(message: str, remedy: str) -> PydanticCustomError:
    """What a validator raises: a whole sentence, and a remedy."""
    return PydanticCustomError(_KIND, "{message} {remedy}", {"message": message, "remedy": remedy})


def sentence(details: ErrorDetails) -> tuple[str, str]:
    """The message and the remedy of one problem; without the name of the field."""
    if details["type"] == _KIND:
        return details["ctx"]["message"], details["ctx"]["remedy"]
    value = details.get("input")
    shown = f" (it is {value!r:.{_LONGEST_VALUE}})" if isinstance(value, str | int | float) else ""
    return escape_unprintable(f"{problem_text(details['msg'])}{shown}."), ""


_NUMBERS = {"int_parsing": "a whole number", "float_parsing": "a number"}
"""What pydantic finds of a text that is none → what it should be."""


def value_problem(error: ValidationError) -> str:
    """What is wrong with a value of an option, without its name, which stands in front of it."""
    details = error.errors()[0]
    if details["type"] in _NUMBERS:
        shown = escape_unprintable(repr(details.get("input")), _LONGEST_VALUE)
        return f"{shown} is not {_NUMBERS[details['type']]}."
    return escape_unprintable(problem_text(details["msg"]))


def usage_error(error: ValidationError) -> UsageError:
    """The first problem, as an error; a field is named where the sentence does not do so itself."""
    details = error.errors()[0]
    message, remedy = sentence(details)
    if details["type"] != _KIND:
        message = f"{'.'.join(map(str, details['loc']))}: {message}"
    return UsageError(message, remedy)
