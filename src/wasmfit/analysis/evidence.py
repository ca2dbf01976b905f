"""Whether a runtime has the features that are required, and how that is known."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wasmfit.errors import UsageError
from wasmfit.model import FeatureVerdict, Group, Measurement, RuntimeFeatures
from wasmfit.words import closest, counted, escape_unprintable


class Support(StrEnum):
    """Whether a runtime has a feature.

    Attributes:
        UNMEASURED: It was not measured, and the catalogue declares nothing.
    """

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True)
class SupportEvidence:
    """What is known of a feature of a runtime.

    Attributes:
        feature: Its name, one of :data:`REQUIRABLE_FEATURES`.
        support: Whether the runtime has it.
        reason: What shows that, or what is missing.
        measured: Whether it was measured on a device image; else it is declared by the catalogue.
        is_nearly_all: Whether it is had partly, and at least :data:`NEARLY` of its assertions hold.
    """

    feature: str
    support: Support
    reason: str
    measured: bool
    is_nearly_all: bool = False

    @property
    def suffices(self) -> bool:
        """Whether that is enough where the feature is required; what does not hold is told."""
        return self.support is Support.YES or self.is_nearly_all

    @property
    def how(self) -> str:
        """How it is known, in words."""
        return "measured" if self.measured else "declared, not measured"


NEARLY = 0.99
"""Share of a feature's assertions from which on a runtime that has it partly is taken to have it."""

EvidenceSource = Callable[[Measurement, str], SupportEvidence | None]
"""Cell and feature → what is known; ``None`` if a source knows nothing. Sources are asked in order."""

REQUIRABLE_FEATURES: Mapping[str, str] = {
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
"""The features that can be required, in words."""

_MEASURED_AS: Mapping[str, str] = {"fuel": "endless-loop"}
"""Features that are measured under another name."""


def measurable_features(required: Iterable[str], known: Container[str]) -> list[str]:
    """The features to measure, out of those known, for the features that are required."""
    names = (_MEASURED_AS.get(feature, feature) for feature in required)
    return [name for name in names if name in known]


def parse_features(text: str | None) -> tuple[str, ...]:
    """A comma-separated list of features that are required.

    Raises:
        UsageError: One of them is unknown; the message has the list.
    """
    names = tuple(dict.fromkeys(name for part in (text or "").split(",") if (name := part.strip())))
    for name in names:
        if name not in REQUIRABLE_FEATURES:
            close = closest(name, REQUIRABLE_FEATURES, 0.6)
            hint = f"Perhaps you meant {close}. " if close else ""
            raise UsageError(
                f"There is no feature named {escape_unprintable(name)!r} that can be required.",
                f"{hint}Known are: {', '.join(REQUIRABLE_FEATURES)}.",
            )
    return names


def evidence(measurement: Measurement, feature: str, sources: tuple[EvidenceSource, ...]) -> SupportEvidence:
    """What the first source says that knows anything."""
    for source in sources:
        known = source(measurement, feature)
        if known is not None:
            return known
    return SupportEvidence(
        feature, Support.UNMEASURED, "not measured, and the catalogue declares nothing", False
    )


def suite_source(runtimes: Iterable[RuntimeFeatures]) -> EvidenceSource:
    """What the W3C suite found on the runtimes' device images."""
    measured = {
        (runtime.runtime, runtime.version, feature.feature): feature
        for runtime in runtimes
        for feature in runtime.features
    }

    def source(measurement: Measurement, name: str) -> SupportEvidence | None:
        feature = measured.get((measurement.runtime, measurement.version, _MEASURED_AS.get(name, name)))
        if feature is None:
            return None
        if feature.verdict is FeatureVerdict.UNMEASURABLE:
            return SupportEvidence(name, Support.UNMEASURED, f"not measurable: {feature.reason}", False)
        suite = "our own scripts" if feature.group is Group.BEHAVIOUR else "the W3C suite"
        passed = f"{feature.passed:,} of {counted(feature.total, 'assertion')} of {suite} hold"
        reason = f"{passed}; {feature.reason}" if feature.reason else passed
        nearly = feature.verdict is FeatureVerdict.PARTLY and feature.passed >= NEARLY * feature.total
        return SupportEvidence(name, Support(feature.verdict.value), reason, True, nearly)

    return source


def declared_source(measurement: Measurement, feature: str) -> SupportEvidence | None:
    """What the catalogue's facts declare, which come with a measurement."""
    rule = _DECLARED.get(feature)
    if rule is None:
        return None
    fact_name, beginnings = rule
    fact = measurement.facts.get(fact_name)
    if fact is None:
        return None
    support = next(
        (support for beginning, support in beginnings if fact.startswith(beginning)), Support.UNMEASURED
    )
    return SupportEvidence(feature, support, f"{fact_name}: {fact}", False)


_DECLARED: Mapping[str, tuple[str, tuple[tuple[str, Support], ...]]] = {
    "validation": (
        "validation",
        (
            ("validates", Support.YES),
            ("partial", Support.PARTLY),
            ("trusts", Support.NO),
            ("the host", Support.NO),
            ("none", Support.NO),
        ),
    ),
    "in-place": (
        "module bytes",
        (("in place", Support.YES), ("copied", Support.NO), ("none", Support.YES)),
    ),
    "no-host-step": ("host step", (("none", Support.YES), ("", Support.NO))),
}
"""Feature → the fact that it follows from, and how that fact begins for each answer."""
