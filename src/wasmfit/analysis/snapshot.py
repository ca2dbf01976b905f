"""One side of a comparison: the measurements of a run, a version, a profile or a file."""

import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from pydantic import ValidationError

from wasmfit.errors import UsageError
from wasmfit.globs import NamePatterns
from wasmfit.input_file import contents
from wasmfit.model import Measurement, Size
from wasmfit.model.contract import SCHEMA
from wasmfit.store import RecordedRun
from wasmfit.store.measurements import Reader, StoredCell
from wasmfit.words import escape_unprintable, problem_text

AddPredictions = Callable[[Measurement], Measurement]
"""Adds predictions to a measurement, which are computed when it is shown."""

LARGEST_FILE = 256 << 20
"""Bytes of the largest JSON file that is read: 10,000 cells take a quarter of that."""

_BASELINE = "baseline@"
_LATEST = re.compile(r"latest(?:~(\d{1,6}))?")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_SIMPLE = re.compile(r"[a-z][a-z0-9-]{0,60}")
_CHECKOUT = re.compile(r"@[^/]*[+.](?:g[0-9a-f]{9}(?:\.dirty)?|source)(?=/)")


class SnapshotKey(Enum):
    """What identifies a cell of a side, and so which cell of another side it is compared with."""

    CELL = "cell"
    VERSION = "version"
    PROFILE = "profile"


@dataclass(frozen=True)
class Snapshot:
    """Cells, by the names that they have on both sides of a comparison.

    Attributes:
        title: What it is, in words.
        key: What identifies its cells.
        entries: Name → the stored cell, or its record.
        baselines: Module, board, base and profile → the image without a runtime.
        reader: Reads records; ``None`` if ``entries`` has all of them.
        add_predictions: Adds predictions to a record.
        run: The run that it shows, if it shows one.
        id_of_name: Makes a cell's name its id here, whether it was measured or not.
    """

    title: str
    key: SnapshotKey
    entries: Mapping[str, StoredCell | Measurement]
    baselines: Mapping[str, StoredCell | Measurement]
    reader: Reader | None
    add_predictions: AddPredictions
    run: RecordedRun | None = None
    id_of_name: Callable[[str], str] = str
    _sizes: dict[str, Size | None] = field(default_factory=dict)

    def measurement(self, name: str, *, predictions: bool = True) -> Measurement | None:
        """A cell's record as it is shown, with its baseline; ``None`` if it is not understood.

        Args:
            name: The cell's name.
            predictions: With predictions, which take as long as everything else.
        """
        measurement = self._read(self.entries[name])
        if measurement is None:
            return None
        if measurement.size is not None and measurement.baseline is None:
            baseline = self._baseline(measurement)
            if baseline is not None:
                measurement = measurement.model_copy(update={"baseline": baseline})
        return self.add_predictions(measurement) if predictions else measurement

    def _read(self, entry: StoredCell | Measurement) -> Measurement | None:
        if isinstance(entry, Measurement):
            return entry
        return None if self.reader is None else self.reader.measurement(entry)

    def _baseline(self, measurement: Measurement) -> Size | None:
        setting = "/".join((measurement.module, measurement.board, measurement.base, measurement.profile))
        if setting not in self._sizes:
            entry = self.baselines.get(setting)
            baseline = None if entry is None else self._read(entry)
            self._sizes[setting] = None if baseline is None else baseline.size
        return self._sizes[setting]

    @property
    def pinned(self) -> str | None:
        """A specification of the same run, for when `latest` is another; ``None`` if it is not a run."""
        return None if self.run is None else f"run:{self.run.number}"

    def of_set(self, names: Iterable[str] | None = None) -> frozenset[str]:
        """The ids of those that were never measured here, and are of the measured set.

        Args:
            names: Names of cells; all, if not given.
        """
        return frozenset(entry.cell for entry in self._stored(names) if entry.is_of_set)

    def stored_here(self, names: Iterable[str] | None = None) -> frozenset[str]:
        """The ids of those whose measurements are in the store; names as for :meth:`of_set`."""
        stored = self._stored(names)
        return frozenset(entry.cell for entry in stored if entry.number is not None and not entry.is_of_set)

    def _stored(self, names: Iterable[str] | None) -> Iterator[StoredCell]:
        found = (self.entries.get(name) for name in (self.entries if names is None else names))
        return (entry for entry in found if isinstance(entry, StoredCell))

    def lacking(self, other: "Snapshot") -> tuple[str, ...]:
        """The ids that cells of another side would have here, where they were not measured."""
        return tuple(self.id_of_name(name) for name in other.entries if name not in self.entries)

    def selected(self, globs: Sequence[str]) -> "Snapshot":
        """The cells whose name or id matches one of the globs; all, if there are none."""
        if not globs:
            return self
        wanted = NamePatterns(globs)
        matching = {
            name: entry
            for name, entry in self.entries.items()
            if wanted.match(name) or wanted.match(cell_of(entry))
        }
        return replace(self, entries=matching)


def _is_of_set(entry: StoredCell | Measurement) -> bool:
    return isinstance(entry, StoredCell) and entry.is_of_set


def measured_here(old: Snapshot, new: Snapshot) -> tuple[Snapshot, Snapshot]:
    """Two sides without the cells that both have of the measured set alone, unless they have no others."""
    names = {name for side in (old, new) for name, entry in side.entries.items() if not _is_of_set(entry)}
    if not names:
        return old, new
    kept = (
        replace(side, entries={name: entry for name, entry in side.entries.items() if name in names})
        for side in (old, new)
    )
    return next(kept), next(kept)


def cell_of(entry: StoredCell | Measurement) -> str:
    """The cell's id."""
    return entry.id if isinstance(entry, Measurement) else entry.cell


def _baselines(entries: Iterable[StoredCell | Measurement]) -> dict[str, StoredCell | Measurement]:
    baselines = {}
    for entry in entries:
        build, _, setting = cell_of(entry).partition("/")
        if build.startswith(_BASELINE):
            baselines[setting] = entry
    return baselines


def newest(reader: Reader, add_predictions: AddPredictions) -> Snapshot:
    """The newest measurement of every cell in the store."""
    entries = reader.newest()
    named = {entry.cell: entry for entry in entries}
    return Snapshot(
        "the newest measurement of each cell",
        SnapshotKey.CELL,
        named,
        _baselines(entries),
        reader,
        add_predictions,
    )


def resolve(spec: str, reader: Reader, add_predictions: AddPredictions) -> Snapshot:
    """The snapshot that a user's word names.

    It is a run's number, ``latest`` or ``latest~2``, a run's label, a file of ``--format json``, a branch or
    commit (the newest run recorded at it), ``NAME@VERSION`` or ``profile:NAME`` (the newest measurement of
    every such cell); tried in this order. A word that could be two of these is preceded by ``run:``,
    ``label:``, ``branch:``, ``commit:``, ``version:``, ``profile:`` or ``file:``.

    Raises:
        UsageError: It is none of these, or a file cannot be read.
    """
    kind, separator, word = spec.partition(":")
    if separator and kind in _KINDS:
        snapshot = _KINDS[kind](word, reader, add_predictions)
        if snapshot is None:
            raise _unknown(spec, reader)
        return snapshot
    for find in (_run, _label, _file, _branch, _commit, _version):
        snapshot = find(spec, reader, add_predictions)
        if snapshot is not None:
            return snapshot
    raise _unknown(spec, reader)


def _run(word: str, reader: Reader, add_predictions: AddPredictions) -> Snapshot | None:
    if latest := _LATEST.fullmatch(word):
        return _nth(int(latest.group(1) or 0), reader, add_predictions)
    if word.isascii() and word.isdecimal() and len(word) <= 18:
        return _newest_run(lambda run: run.number == int(word), reader, add_predictions)
    return None


def _nth(back: int, reader: Reader, add_predictions: AddPredictions) -> Snapshot:
    runs = reader.runs()
    if back >= len(runs):
        have = f"there {'is' if len(runs) == 1 else 'are'} {len(runs)}" if runs else "there is none"
        raise UsageError(
            f"latest{f'~{back}' if back else ''} needs {back + 1} recorded run{'s' if back else ''}, "
            f"and {have}.",
            "`wasmfit compare` and `wasmfit bench` record one each.",
        )
    return _snapshot(runs[back], reader, add_predictions)


def _label(word: str, reader: Reader, add_predictions: AddPredictions) -> Snapshot | None:
    return _newest_run(lambda run: run.metadata.label == word, reader, add_predictions)


def _branch(word: str, reader: Reader, add_predictions: AddPredictions) -> Snapshot | None:
    return _newest_run(lambda run: run.metadata.branch == word, reader, add_predictions)


def _commit(word: str, reader: Reader, add_predictions: AddPredictions) -> Snapshot | None:
    if not _COMMIT.fullmatch(word.lower()):
        return None
    return _newest_run(
        lambda run: (run.metadata.commit or "").startswith(word.lower()), reader, add_predictions
    )


def _newest_run(
    matches: Callable[[RecordedRun], bool], reader: Reader, add_predictions: AddPredictions
) -> Snapshot | None:
    run = next(filter(matches, reader.runs()), None)
    return None if run is None else _snapshot(run, reader, add_predictions)


def _snapshot(run: RecordedRun, reader: Reader, add_predictions: AddPredictions) -> Snapshot:
    entries = reader.shown(run.number)
    return Snapshot(
        run.title, SnapshotKey.CELL, _named(entries), _baselines(entries), reader, add_predictions, run
    )


def _version(word: str, reader: Reader, add_predictions: AddPredictions) -> Snapshot | None:
    name, separator, version = word.partition("@")
    if not (name and separator and version):
        return None
    builds: dict[str, dict[str, StoredCell | Measurement]] = {}
    entries = reader.newest()
    for entry in entries:
        build, _, rest = entry.cell.partition("/")
        if build == word or build.startswith((f"{word}.", f"{word}+")):
            builds.setdefault(build, {})[rest] = entry
    released = [build for build in builds if "+" not in build]
    chosen = [word] if word in builds else released or list(builds)
    if len(chosen) > 1:
        raise UsageError(f"{word} could be {', '.join(chosen)}.", "Name one of them.")
    if not chosen:
        return None
    return Snapshot(
        chosen[0],
        SnapshotKey.VERSION,
        builds[chosen[0]],
        _baselines(entries),
        reader,
        add_predictions,
        id_of_name=lambda name: f"{chosen[0]}/{name}",
    )


def _profile(word: str, reader: Reader, add_predictions: AddPredictions) -> Snapshot | None:
    entries = reader.newest()
    named: dict[str, StoredCell | Measurement] = {
        rest: entry
        for entry in entries
        for rest, _, profile in [entry.cell.rpartition("/")]
        if profile == word
    }
    if not named:
        return None
    return Snapshot(
        f"profile {word}",
        SnapshotKey.PROFILE,
        named,
        _baselines(entries),
        reader,
        add_predictions,
        id_of_name=lambda name: f"{name}/{word}",
    )


def _file(word: str, _reader: Reader, add_predictions: AddPredictions) -> Snapshot | None:
    path = Path(word)
    # A word that does not look like a file name, such as a branch, does not name a file.
    if not (path.suffix == ".json" or (path.is_file() and "." in path.name)):
        return None
    return from_file(path, add_predictions)


def _any_file(word: str, _reader: Reader, add_predictions: AddPredictions) -> Snapshot | None:
    return from_file(Path(word), add_predictions)


def from_file(path: Path, add_predictions: AddPredictions) -> Snapshot:
    """What ``wasmfit compare --format json`` or ``bench`` wrote to a file.

    Raises:
        UsageError: It cannot be read, or is something else.
    """
    what = f"{escape_unprintable(str(path))} is not a result of `wasmfit compare --format json`"
    try:
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            raise UsageError(f"{what}: it is larger than {LARGEST_FILE:,} B.")
        data = json.loads(contents(path))
    except OSError as error:
        raise UsageError(f"{escape_unprintable(str(path))} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{what}: {escape_unprintable(str(error))}.") from error
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise UsageError(f'{what}: it has no list "cells".')
    if data.get("schema") != SCHEMA:
        raise UsageError(
            f"{what} that this wasmfit knows: its schema is {escape_unprintable(repr(data.get('schema')))}, "
            f"and {SCHEMA} is known.",
            "Write it again.",
        )
    cells = [_cell(what, number, cell) for number, cell in enumerate(data["cells"])]
    seen: set[str] = set()
    for cell in cells:
        if cell.id in seen:
            raise UsageError(f"{what}: it has the cell {escape_unprintable(cell.id)} twice.")
        seen.add(cell.id)
    return Snapshot(str(path), SnapshotKey.CELL, _named(cells), _baselines(cells), None, add_predictions)


def _cell(what: str, number: int, cell: object) -> Measurement:
    try:
        return Measurement.model_validate(cell, strict=False)
    except (ValidationError, RecursionError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": "too deep"}
        location = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{what} that this wasmfit understands: cells[{number}].{escape_unprintable(location)}: "
            f"{escape_unprintable(problem_text(first['msg']))}.",
            "Write it again with this version of wasmfit.",
        ) from error


def _named(entries: Iterable[StoredCell | Measurement]) -> dict[str, StoredCell | Measurement]:
    """Cells by their ids; a checkout's without its commit, so that two commits' are compared.

    If that would give two cells the same name, both keep their ids.
    """
    listed = list(entries)
    names = [_CHECKOUT.sub("@checkout", cell_of(entry)) for entry in listed]
    counts = Counter(names)
    return {
        name if counts[name] == 1 else cell_of(entry): entry
        for name, entry in zip(names, listed, strict=True)
    }


_KINDS: Mapping[str, Callable[[str, Reader, AddPredictions], Snapshot | None]] = {
    "run": _run,
    "label": _label,
    "branch": _branch,
    "commit": _commit,
    "version": _version,
    "profile": _profile,
    "file": _any_file,
}


def _unknown(spec: str, reader: Reader) -> UsageError:
    runs = reader.runs()
    words = dict.fromkeys(
        word for run in runs for word in (run.metadata.label, run.metadata.branch, str(run.number)) if word
    )
    builds = dict.fromkeys(cell.partition("/")[0] for cell in reader.cells())
    profiles = dict.fromkeys(f"profile:{cell.rpartition('/')[2]}" for cell in reader.cells())
    known = [*words, *builds, *profiles, "latest"]
    close = difflib.get_close_matches(spec, known, n=3, cutoff=0.6)
    kind, _, word = spec.partition(":")
    near = difflib.get_close_matches(word, [name.removeprefix("profile:") for name in profiles], cutoff=0.7)
    if kind == "profile" and _SIMPLE.fullmatch(word) and not near:
        return UsageError(
            f"Nothing was measured in the profile {word}.",
            f"To measure it: wasmfit compare --profile {word}",
        )
    if close:
        remedy = f"Perhaps you meant {' or '.join(map(escape_unprintable, close))}."
    else:
        remedy = (
            "Known are runs (a number, a label, latest, latest~1), branches and commits that runs were "
            "recorded at, NAME@VERSION, profile:NAME, and JSON files; `wasmfit history --runs` has runs."
        )
    return UsageError(f"No measurements are named {escape_unprintable(spec)!r}.", remedy)
