"""What a report shows, as one typed record: measurements, and what others found out about them.

Parts that were not measured are ``None`` or empty, and the report says in their place how to measure them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from wasmfit import __version__
from wasmfit.model import Board, Measurement

from .answer import Answer, answers


class OwnerClass(StrEnum):
    """Classes of owners of bytes, in the order in which bars are stacked."""

    RUNTIME = "runtime and its dependencies"
    STANDARD = "Rust's standard library"
    C_LIBRARY = "C library"
    HARNESS = "harness and start-up"
    GLUE = "glue"
    MODULE = "module"
    OTHER = "padding, tables, shared constants"


@dataclass(frozen=True)
class RuntimeNote:
    """What to know of a runtime's build besides its figures.

    Attributes:
        name: Name in the measurements.
        family: The runtime that it is a variant of; builds of a family have one colour.
        title: The family's name in words.
        bound: Whether it loads no module, but stands for what the module costs as compiled code.
        colour: The family's colour, by number, so that it has the same in every report; ``None`` for any.
    """

    name: str
    family: str
    title: str
    bound: bool = False
    colour: int | None = None


@dataclass(frozen=True)
class ByteNode:
    """Bytes of an image, and what they are made of.

    Attributes:
        name: A memory, section, owner or family of symbols. Hostile text: it comes from the ELF file.
        bytes: How many; those of ``rows`` add up to it where there are any.
        rows: Its parts.
        count: How many things of that level it stands for: more than 1 for what others were folded into.
    """

    name: str
    bytes: int
    rows: tuple["ByteNode", ...] = ()
    count: int = 1


@dataclass(frozen=True)
class ImageBytes:
    """An image's bytes: memory → section → owner → family of symbols.

    Attributes:
        cell: Id of the cell whose image it is.
        root: The whole.
    """

    cell: str
    root: ByteNode


@dataclass(frozen=True)
class Flame:
    """Where a cell's instructions were spent.

    Attributes:
        cell: Its id.
        phases: The phases looked at.
        root: The tree of calls; ``bytes`` are instructions in a function and in what it called.
    """

    cell: str
    phases: tuple[str, ...]
    root: ByteNode


@dataclass(frozen=True)
class FeatureFound:
    """What the conformance suite found of one feature of a runtime.

    Attributes:
        feature: Its name.
        verdict: What was found.
        passed, total: How many of the suite's assertions passed, of how many.
        reason: The evidence: the first that failed, or why it cannot be measured.
    """

    feature: str
    verdict: Literal["yes", "partly", "no", "unmeasurable"]
    passed: int | None = None
    total: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class RuntimeFeatures:
    """The features of a runtime that were measured."""

    runtime: str
    version: str
    features: tuple[FeatureFound, ...]


@dataclass(frozen=True)
class Trend:
    """One figure of one cell, over versions or time.

    Attributes:
        cell: The cell's id, or what stands for several.
        measure: The figure, with its unit.
        points: Version or date → value, the oldest first.
        moved: Which change moved it, as a sentence.
    """

    cell: str
    measure: str
    points: tuple[tuple[str, float], ...]
    moved: str | None = None


@dataclass(frozen=True)
class ReportDocument:
    """All that a report shows.

    Attributes:
        title: Its heading.
        measurements: Every cell, baselines first.
        boards: The boards of these cells.
        runtimes: Their runtimes.
        answers: Which runtime fits, for every setting.
        owner_classes: Owner of bytes → the class of owners that it is of, for colours.
        images: Bytes of images; one of each build and setting is enough.
        flames: Where instructions were spent.
        features: Features measured; ``None`` if nobody measured any.
        history: Figures over versions or time; ``None`` likewise.
        made_at: UTC time, ISO 8601.
        wasmfit: Version of wasmfit.
    """

    title: str
    measurements: tuple[Measurement, ...]
    boards: tuple[Board, ...]
    runtimes: tuple[RuntimeNote, ...]
    answers: tuple[Answer, ...]
    owner_classes: Mapping[str, OwnerClass] = field(default_factory=dict)
    images: tuple[ImageBytes, ...] = ()
    flames: tuple[Flame, ...] = ()
    features: tuple[RuntimeFeatures, ...] | None = None
    history: tuple[Trend, ...] | None = None
    made_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    wasmfit: str = __version__


def document(
    measurements: Sequence[Measurement],
    *,
    boards: Sequence[Board],
    runtimes: Sequence[RuntimeNote],
    title: str = "Which WebAssembly runtime fits?",
    owner_classes: Mapping[str, OwnerClass] | None = None,
    images: Sequence[ImageBytes] = (),
    flames: Sequence[Flame] = (),
    features: Sequence[RuntimeFeatures] | None = None,
    history: Sequence[Trend] | None = None,
) -> ReportDocument:
    """The document of some measurements.

    Args:
        measurements: The cells.
        boards: At least the boards of the cells.
        runtimes: What is known of their runtimes.
        title, owner_classes, images, flames, features, history: As in :class:`ReportDocument`.
    """
    used = {one.board for one in measurements}
    bounds = frozenset(one.name for one in runtimes if one.bound)
    return ReportDocument(
        title=title,
        measurements=tuple(measurements),
        boards=tuple(board for board in boards if board.name in used),
        runtimes=tuple(runtimes),
        answers=answers(measurements, boards, bounds),
        owner_classes=dict(owner_classes or {}),
        images=tuple(images),
        flames=tuple(flames),
        features=None if features is None else tuple(features),
        history=None if history is None else tuple(history),
    )
