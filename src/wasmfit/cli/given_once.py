"""Options that have one value and are given several times."""

from collections import Counter
from collections.abc import Iterable

from wasmfit.errors import UsageError


def refuse_repeated(options: Iterable[str]) -> None:
    """Refuses a command line that gives one of its options several times, of which only one could count.

    Args:
        options: The options with one value, as often as they are given.

    Raises:
        UsageError: One of them is there several times.
    """
    for option, times in Counter(options).items():
        if times > 1:
            count = "twice" if times == 2 else f"{times:,} times"
            raise UsageError(
                f"{option} is given {count}, and this command takes one.",
                "Leave out all but one, or give the command once for each.",
            )
