"""What a report shows, as one typed record: measurements, and what follows from them.

Parts that were not measured are ``None`` or empty, and the report says instead how to measure them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from wasmfit import __version__
from wasmfit.model import Board, Measurement, RuntimeFeatures

from .setting_rankings import SettingRanking


class OwnerClass(StrEnum):
    """Classes of owners of bytes, in the order in which bars are stacked."""

    RUNTIME = "runtime and its dependencies"
    STANDARD = "Rust's standard library"
    C_LIBRARY = "C library"
    HARNESS = "harness and start-up"
    EMBEDDING = "embedding"
    MODULE = "module"
    OTHER = "padding, tables, shared constants"


@dataclass(frozen=True)
class RuntimeNote:
    """What a report shows of a runtime's build apart from its metrics.

    Attributes:
        name: Name in the measurements.
        family: The runtime that it is a variant of; builds of a family have the same colour.
        title: The family's name in words.
        bound: Whether it loads no module, but shows what the module costs as compiled code.
        colour: The number of the family's colour, the same in every report; ``None`` for any.
    """

    name: str
    family: str
    title: str
    bound: bool = False
    colour: int | None = None


@dataclass(frozen=True)
class ByteNode:
    """Bytes of an image, and their parts.

    Attributes:
        name: A memory, section, owner or family of symbols. Hostile text: it comes from the ELF file.
        bytes: How many; those of ``rows`` add up to it, if there are any.
        rows: Its parts.
        count: How many nodes it represents: more than 1 if others were merged into it.
    """

    name: str
    bytes: int
    rows: tuple["ByteNode", ...] = ()
    count: int = 1


@dataclass(frozen=True)
class ImageTree:
    """An image's bytes: memory → section → owner → family of symbols.

    Attributes:
        cell: Id of the cell with that image.
        root: The whole.
    """

    cell: str
    root: ByteNode


@dataclass(frozen=True)
class FlameGraph:
    """Where a cell's instructions were spent.

    Attributes:
        cell: Its id.
        phases: The phases that were profiled.
        root: The tree of calls; ``bytes`` are instructions in a function and in what it called.
    """

    cell: str
    phases: tuple[str, ...]
    root: ByteNode


@dataclass(frozen=True)
class TrendPoint:
    """A metric at one time or of one version.

    Attributes:
        at: When, or which version.
        value: The metric's value.
        change: What it changed by and why, as a clause; ``None`` for the first point.
    """

    at: str
    value: float
    change: str | None = None


@dataclass(frozen=True)
class Trend:
    """One metric of one cell, over versions or time.

    Attributes:
        cell: The cell's id; without its version if versions are compared.
        metric, unit: The metric.
        over: ``time`` or ``version``.
        points: The oldest first; consecutive equal ones are one.
        measurements: How many measurements these are.
    """

    cell: str
    metric: str
    unit: str
    over: str
    points: tuple[TrendPoint, ...]
    measurements: int


@dataclass(frozen=True)
class ReportDocument:
    """Everything that a report shows.

    Attributes:
        title: Its heading.
        measurements: Every cell, baselines first.
        boards: The boards of these cells.
        runtimes: Their runtimes.
        rankings: Which runtime fits, for every setting.
        owner_classes: Owner of bytes → its class, for colours.
        images: Bytes of images; one of each build and setting is enough.
        images_omitted: How many more images there are, of which the report has no bytes.
        flames: Where instructions were spent.
        features: Features measured; ``None`` if none were.
        feature_titles: Feature → its heading.
        history: Metrics over versions or time; ``None`` if they were not looked up.
        notes: What the measurements rest on, where they were found and not made.
        made_at: UTC time, ISO 8601.
        wasmfit: Version of wasmfit.
    """

    title: str
    measurements: tuple[Measurement, ...]
    boards: tuple[Board, ...]
    runtimes: tuple[RuntimeNote, ...]
    rankings: tuple[SettingRanking, ...]
    owner_classes: Mapping[str, OwnerClass] = field(default_factory=dict)
    images: tuple[ImageTree, ...] = ()
    images_omitted: int = 0
    flames: tuple[FlameGraph, ...] = ()
    features: tuple[RuntimeFeatures, ...] | None = None
    feature_titles: Mapping[str, str] = field(default_factory=dict)
    history: tuple[Trend, ...] | None = None
    notes: tuple[str, ...] = ()
    made_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    wasmfit: str = __version__
