"""What a report shows, as one typed record: measurements, and what others found out about them.

Parts that were not measured are ``None`` or empty, and the report says in their place how to measure them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from wasmfit import __version__
from wasmfit.model import Board, Measurement, RuntimeFeatures

from .answer import Answer, answers
from .requirements import Wanted


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
class TrendPoint:
    """A figure at one time or of one version.

    Attributes:
        at: When, or which version.
        value: The figure.
        moved: What it changed by and why, as a sentence, where it is not the first.
    """

    at: str
    value: float
    moved: str | None = None


@dataclass(frozen=True)
class Trend:
    """One figure of one cell, over versions or time.

    Attributes:
        cell: The cell's id; without its version where versions are compared.
        figure, unit: The figure.
        over: ``time`` or ``version``.
        points: The oldest first; equal ones behind one another are one.
        seen: How many measurements these are.
    """

    cell: str
    figure: str
    unit: str
    over: str
    points: tuple[TrendPoint, ...]
    seen: int


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
        images_left_out: How many more there are of which the report has no bytes.
        flames: Where instructions were spent.
        features: Features measured; ``None`` if nobody measured any.
        feature_titles: Feature → its heading.
        history: Figures over versions or time; ``None`` where nobody looked.
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
    images_left_out: int = 0
    flames: tuple[Flame, ...] = ()
    features: tuple[RuntimeFeatures, ...] | None = None
    feature_titles: Mapping[str, str] = field(default_factory=dict)
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
    images_left_out: int = 0,
    flames: Sequence[Flame] = (),
    features: Sequence[RuntimeFeatures] | None = None,
    feature_titles: Mapping[str, str] | None = None,
    history: Sequence[Trend] | None = None,
    wanted: Wanted | None = None,
) -> ReportDocument:
    """The document of some measurements.

    Args:
        measurements: The cells.
        boards: At least the boards of the cells.
        runtimes: What is known of their runtimes.
        title, owner_classes, images, images_left_out, flames, features, feature_titles, history: As in
            :class:`ReportDocument`.
        wanted: What there is room for, and what is needed.
    """
    used = {one.board for one in measurements}
    bounds = frozenset(one.name for one in runtimes if one.bound)
    return ReportDocument(
        title=title,
        measurements=tuple(measurements),
        boards=tuple(board for board in boards if board.name in used),
        runtimes=tuple(runtimes),
        answers=answers(measurements, boards, bounds, wanted, features or ()),
        owner_classes=dict(owner_classes or {}),
        images=tuple(images),
        images_left_out=images_left_out,
        flames=tuple(flames),
        features=None if features is None else tuple(features),
        feature_titles=dict(feature_titles or {}),
        history=None if history is None else tuple(history),
    )
