"""Whether a runtime has what somebody needs, and how that is known."""

import difflib
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wasmfit.errors import UsageError
from wasmfit.model import FeatureVerdict, Group, Measurement, RuntimeFeatures
from wasmfit.words import printable


class Answer(StrEnum):
    """Whether it is there.

    Attributes:
        UNMEASURED: Nobody has looked, and nothing is declared.
    """

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True)
class Evidence:
    """What is known of a feature of a runtime.

    Attributes:
        feature: Its name, one of :data:`NEEDS`.
        answer: Whether it is there.
        reason: What says so, or what stands in the way.
        measured: Whether it was measured on a device image; else it is declared by the catalogue.
    """

    feature: str
    answer: Answer
    reason: str
    measured: bool

    @property
    def how(self) -> str:
        """How it is known, in words."""
        return "measured" if self.measured else "declared, not measured"


Source = Callable[[Measurement, str], Evidence | None]
"""Cell and feature → what is known; ``None`` where a source knows nothing. Sources are asked in order."""

NEEDS: Mapping[str, str] = {
    "mvp": "WebAssembly 1.0",
    "sign-extension": "sign-extension operators",
    "saturating-conversions": "saturating conversions of floats",
    "bulk-memory": "bulk memory operations",
    "reference-types": "reference types",
    "multi-value": "several results",
    "simd": "128-bit SIMD",
    "relaxed-simd": "relaxed SIMD",
    "tail-calls": "tail calls",
    "extended-const": "extended constant expressions",
    "multi-memory": "several memories",
    "memory64": "64-bit memories",
    "exceptions": "exception handling",
    "gc": "garbage collection",
    "threads": "threads and atomics",
    "custom-page-sizes": "custom page sizes",
    "component-model": "the component model",
    "fuel": "an endless loop can be stopped: by fuel, metering or yielding",
    "validation": "the device checks the module",
    "in-place": "the module runs from flash, without a copy in RAM",
    "no-host-step": "modules are loaded as compilers make them",
}
"""What can be needed, in words."""

_MEASURED_AS: Mapping[str, str] = {"fuel": "endless-loop"}
"""Needs that are measured under another name."""


def features_of(needs: Iterable[str], known: Container[str]) -> list[str]:
    """The measurable features that tell of needs."""
    names = (_MEASURED_AS.get(need, need) for need in needs)
    return [name for name in names if name in known]


def needs_of(words: str | None) -> tuple[str, ...]:
    """A comma-separated list of needs.

    Raises:
        UsageError: One of them is unknown; the message has the list.
    """
    wanted = tuple(dict.fromkeys(word for part in (words or "").split(",") if (word := part.strip())))
    for word in wanted:
        if word not in NEEDS:
            close = difflib.get_close_matches(word, NEEDS, n=1, cutoff=0.6)
            hint = f"Perhaps you meant {close[0]}. " if close else ""
            raise UsageError(
                f"Nothing that can be needed is called {printable(word)!r}.",
                f"{hint}Known are: {', '.join(NEEDS)}.",
            )
    return wanted


def evidence(one: Measurement, feature: str, sources: tuple[Source, ...]) -> Evidence:
    """What the first source that knows anything says."""
    for source in sources:
        found = source(one, feature)
        if found is not None:
            return found
    return Evidence(feature, Answer.UNMEASURED, "not measured, and the catalogue declares nothing", False)


def suite(runtimes: Iterable[RuntimeFeatures]) -> Source:
    """What the W3C suite said of the runtimes' device images."""
    known = {
        (one.runtime, one.version, feature.feature): feature for one in runtimes for feature in one.features
    }

    def source(one: Measurement, feature: str) -> Evidence | None:
        found = known.get((one.runtime, one.version, _MEASURED_AS.get(feature, feature)))
        if found is None:
            return None
        if found.verdict is FeatureVerdict.UNMEASURABLE:
            return Evidence(feature, Answer.UNMEASURED, f"not measurable: {found.reason}", False)
        whose = "our own scripts" if found.group is Group.BEHAVIOUR else "the W3C suite"
        told = f"{found.passed:,} of {found.total:,} assertions of {whose} hold"
        reason = f"{told}; {found.reason}" if found.reason else told
        return Evidence(feature, Answer(found.verdict.value), reason, True)

    return source


def declared(one: Measurement, feature: str) -> Evidence | None:
    """What the catalogue's facts say, which come with a measurement."""
    rule = _DECLARED.get(feature)
    if rule is None:
        return None
    name, answers = rule
    fact = one.facts.get(name)
    if fact is None:
        return None
    answer = next((answer for begins, answer in answers if fact.startswith(begins)), Answer.UNMEASURED)
    return Evidence(feature, answer, f"{name}: {fact}", False)


_DECLARED: Mapping[str, tuple[str, tuple[tuple[str, Answer], ...]]] = {
    "validation": (
        "validation",
        (
            ("validates", Answer.YES),
            ("partial", Answer.PARTLY),
            ("trusts", Answer.NO),
            ("the host", Answer.NO),
            ("none", Answer.NO),
        ),
    ),
    "in-place": (
        "module bytes",
        (("in place", Answer.YES), ("copied", Answer.NO), ("none", Answer.YES)),
    ),
    "no-host-step": ("host step", (("none", Answer.YES), ("", Answer.NO))),
}
"""Feature → the fact that tells, and what it begins with."""
