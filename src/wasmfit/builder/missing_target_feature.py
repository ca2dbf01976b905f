"""What is missing on a target that a build needs, told from the tools' own complaints.

Nothing here knows of runtimes or targets: the compiler names the thing that is missing, and is then asked
whether it is really missing there. So an ordinary mistake that looks alike stays a failed build.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from wasmfit.model import Status
from wasmfit.words import escape_unprintable

from .context import Context, StepContext
from .errors import BuildError

_SECONDS = 60

_ERROR = re.compile(r"^error(\[E\d+\])?: ", re.MULTILINE)
_LINKER_ERROR = re.compile(r"^\S*ld\S*: error: ", re.MULTILINE)
_PLACE = re.compile(r"^\s*--> (.+?):\d+:\d+$", re.MULTILINE)
_CRATE = re.compile(r"(?:^|/)([A-Za-z][\w-]*?)-(\d+\.\d+\.\d+[\w.+-]*)/")

_GATED = re.compile(r'target_has_atomic = "(\w+)"')
"""The compiler quotes the condition on which an item exists."""

_METHOD = re.compile(
    r"no method named `(?:compare_exchange(?:_weak)?|compare_and_swap|swap|fetch_\w+)` found for .*`&?Atomic"
)
"""Methods that read, modify and write at once."""

_TYPE = re.compile(r"\bAtomic[IU](8|16|32|64|128)\b")
_UNRESOLVED = re.compile(r"unresolved import|cannot find (?:type|struct)|no `Atomic\w+` in")

_SYMBOL = re.compile(r"undefined symbol: __(?:atomic|sync)_\w*?_(1|2|4|8|16)\b")
"""What C compilers call where the core has no such instruction: the number is that of bytes."""


@dataclass(frozen=True)
class MissingFeature:
    """Something that is missing.

    Attributes:
        atomic: The value that ``target_has_atomic`` would have where it is not missing.
        said: The tool's own words.
        where: Crate and version that need it, where that is known.
    """

    atomic: str
    said: str
    where: str | None = None

    @property
    def what(self) -> str:
        """What is missing, in words."""
        width = "" if self.atomic in ("ptr", "32") else f" of {self.atomic} bits"
        return f"atomic compare-and-swap{width}"


def missing_features(output: str) -> Iterator[MissingFeature]:
    """Everything that a compiler or linker says it misses, in the order in which it says so."""
    for text in _complaints(output, _ERROR):
        first = text.splitlines()[0]
        atomic = _atomic(first, text)
        if atomic is not None:
            yield MissingFeature(atomic, escape_unprintable(first, 200), _where(text))
    for text in _complaints(output, _LINKER_ERROR):
        symbol = _SYMBOL.search(text.splitlines()[0])
        if symbol is not None:
            yield MissingFeature(str(8 * int(symbol[1])), escape_unprintable(symbol[0], 200))


def failure(context: Context, step: StepContext, target: str, output: str, otherwise: str) -> BuildError:
    """How a build ends that a tool gave up: ``unsupported`` where what it asked for is missing on the target.

    Args:
        output: What the tool said.
        otherwise: The reason where nothing is found to be missing.
    """
    for feature in missing_features(output):
        if _is_missing(context, step, target, feature):
            where = "" if feature.where is None else f" in {feature.where}"
            return BuildError(
                f"needs {feature.what}, which {target} lacks: {feature.said}{where}", Status.UNSUPPORTED
            )
    return BuildError(otherwise)


def _complaints(output: str, start: re.Pattern[str]) -> Iterator[str]:
    starts = [match.start() for match in start.finditer(output)]
    for begin, end in pairwise([*starts, len(output)]):
        yield output[begin:end]


def _atomic(first: str, text: str) -> str | None:
    gated = _GATED.search(text)
    if gated is not None:
        return gated[1]
    if _METHOD.search(first):
        return "ptr"
    named = _TYPE.search(first)
    return named[1] if named is not None and _UNRESOLVED.search(first) else None


def _where(text: str) -> str | None:
    location = _PLACE.search(text)
    crate = None if location is None else _CRATE.search(location[1])
    return None if crate is None else escape_unprintable(f"{crate[1]} {crate[2]}")


def _is_missing(context: Context, step: StepContext, target: str, feature: MissingFeature) -> bool:
    """Whether the compiler says so of the target too."""
    command = [str(context.toolchain.rust.rustc.path), "--print", "cfg", "--target", target]
    asked = context.runner.run(command, log=step.log, timeout=_SECONDS)
    return asked.code == 0 and f'target_has_atomic="{feature.atomic}"' not in asked.output
