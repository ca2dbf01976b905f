"""One side of a comparison: what was measured of many cells, of a run, a version, a profile or a file."""

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import ValidationError

from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Size
from wasmfit.store import RecordedRun
from wasmfit.store.measurements import Kept, Reader
from wasmfit.words import printable

from .comparison import SCHEMA

Complete = Callable[[Measurement], Measurement]
"""Adds what is looked up when a measurement is shown: predictions."""

LARGEST_FILE = 256 << 20
"""Bytes of a JSON file that is read: 10,000 cells take a quarter of that."""

_BASELINE = "baseline@"
_LATEST = re.compile(r"latest(?:~(\d{1,6}))?")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_CHECKOUT = re.compile(r"@[^/]*[+.](?:g[0-9a-f]{9}(?:\.dirty)?|source)(?=/)")


class By(Enum):
    """What tells the cells of a side apart, and so which of another side's each is held against."""

    CELL = "cell"
    VERSION = "version"
    PROFILE = "profile"


@dataclass(frozen=True)
class Snapshot:
    """Cells, by what they are called on both sides of a comparison.

    Attributes:
        title: What it is, in words.
        by: What tells its cells apart.
        entries: Name → what is kept of the cell, or its record.
        baselines: Module, board, base and profile → the image without a runtime.
        reader: Reads records; ``None`` where all are at hand.
        complete: Completes what is read.
        run: The run that it is, if it is one.
    """

    title: str
    by: By
    entries: Mapping[str, Kept | Measurement]
    baselines: Mapping[str, Kept | Measurement]
    reader: Reader | None
    complete: Complete
    run: RecordedRun | None = None
    _sizes: dict[str, Size | None] = field(default_factory=dict)

    def measurement(self, name: str, *, predictions: bool = True) -> Measurement | None:
        """A cell's record as it is shown, its baseline beside it; ``None`` where it is not understood.

        Args:
            name: The cell's.
            predictions: With predictions, which take as long as all else.
        """
        entry = self.entries[name]
        one = self._read(entry)
        if one is None:
            return None
        if one.size is not None and one.baseline is None:
            baseline = self._baseline(one)
            one = one if baseline is None else one.model_copy(update={"baseline": baseline})
        return self.complete(one) if predictions else one

    def _read(self, entry: Kept | Measurement) -> Measurement | None:
        if isinstance(entry, Measurement):
            return entry
        return None if self.reader is None else self.reader.measurement(entry)

    def _baseline(self, one: Measurement) -> Size | None:
        setting = "/".join((one.module, one.board, one.base, one.profile))
        if setting not in self._sizes:
            entry = self.baselines.get(setting)
            read = None if entry is None else self._read(entry)
            self._sizes[setting] = None if read is None else read.size
        return self._sizes[setting]

    @property
    def pinned(self) -> str | None:
        """What stands for the same run later, when `latest` is another; ``None`` for what is no run."""
        return None if self.run is None else f"run:{self.run.number}"

    def selected(self, globs: Sequence[str]) -> "Snapshot":
        """The cells whose name or id matches one of the globs; all, where there are none."""
        if not globs:
            return self
        kept = {
            name: entry
            for name, entry in self.entries.items()
            if any(fnmatchcase(name, glob) or fnmatchcase(cell_of(entry), glob) for glob in globs)
        }
        return replace(self, entries=kept)


def cell_of(entry: Kept | Measurement) -> str:
    """The cell's id."""
    return entry.id if isinstance(entry, Measurement) else entry.cell


def _baselines(entries: Iterable[Kept | Measurement]) -> dict[str, Kept | Measurement]:
    found = {}
    for entry in entries:
        build, _, setting = cell_of(entry).partition("/")
        if build.startswith(_BASELINE):
            found[setting] = entry
    return found


def newest(reader: Reader, complete: Complete) -> Snapshot:
    """The newest measurement of every cell in the store."""
    entries = reader.newest()
    named = {kept.cell: kept for kept in entries}
    return Snapshot(
        "the newest measurement of each cell", By.CELL, named, _baselines(entries), reader, complete
    )


def resolve(spec: str, reader: Reader, complete: Complete) -> Snapshot:
    """What a user's word stands for.

    It is a run's number, ``latest`` or ``latest~2``, a run's label, a file of ``--format json``, a branch or
    commit (the newest run recorded at it), ``NAME@VERSION`` or ``profile:NAME`` (the newest measurement of
    every such cell); looked for in this order. Where a word could be two of these, ``run:``, ``label:``,
    ``branch:``, ``commit:``, ``version:``, ``profile:`` or ``file:`` before it says which.

    Raises:
        UsageError: It is nothing of these, or a file cannot be read.
    """
    kind, separator, word = spec.partition(":")
    if separator and kind in _KINDS:
        found = _KINDS[kind](word, reader, complete)
        if found is None:
            raise _nothing(spec, reader)
        return found
    for find in (_run, _label, _file, _branch, _commit, _version):
        found = find(spec, reader, complete)
        if found is not None:
            return found
    raise _nothing(spec, reader)


def _run(word: str, reader: Reader, complete: Complete) -> Snapshot | None:
    if latest := _LATEST.fullmatch(word):
        return _nth(int(latest.group(1) or 0), reader, complete)
    if word.isascii() and word.isdecimal() and len(word) <= 18:
        return _of(lambda run: run.number == int(word), reader, complete)
    return None


def _nth(back: int, reader: Reader, complete: Complete) -> Snapshot:
    runs = reader.runs()
    if back >= len(runs):
        have = f"there {'is' if len(runs) == 1 else 'are'} {len(runs)}" if runs else "there is none"
        raise UsageError(
            f"latest{f'~{back}' if back else ''} needs {back + 1} recorded run{'s' if back else ''}, "
            f"and {have}.",
            "`wasmfit compare` and `wasmfit bench` record one each.",
        )
    return _snapshot(runs[back], reader, complete)


def _label(word: str, reader: Reader, complete: Complete) -> Snapshot | None:
    return _of(lambda run: run.origin.label == word, reader, complete)


def _branch(word: str, reader: Reader, complete: Complete) -> Snapshot | None:
    return _of(lambda run: run.origin.branch == word, reader, complete)


def _commit(word: str, reader: Reader, complete: Complete) -> Snapshot | None:
    if not _COMMIT.fullmatch(word.lower()):
        return None
    return _of(lambda run: (run.origin.commit or "").startswith(word.lower()), reader, complete)


def _of(wanted: Callable[[RecordedRun], bool], reader: Reader, complete: Complete) -> Snapshot | None:
    run = next(filter(wanted, reader.runs()), None)
    return None if run is None else _snapshot(run, reader, complete)


def _snapshot(run: RecordedRun, reader: Reader, complete: Complete) -> Snapshot:
    entries = reader.shown(run.number)
    return Snapshot(run.title, By.CELL, _named(entries), _baselines(entries), reader, complete, run)


def _version(word: str, reader: Reader, complete: Complete) -> Snapshot | None:
    name, separator, version = word.partition("@")
    if not (name and separator and version):
        return None
    builds: dict[str, dict[str, Kept | Measurement]] = {}
    entries = reader.newest()
    for kept in entries:
        build, _, rest = kept.cell.partition("/")
        if build == word or build.startswith((f"{word}.", f"{word}+")):
            builds.setdefault(build, {})[rest] = kept
    released = [build for build in builds if "+" not in build]
    chosen = [word] if word in builds else released or list(builds)
    if len(chosen) > 1:
        raise UsageError(f"{word} could be {', '.join(chosen)}.", "Name one of them.")
    if not chosen:
        return None
    return Snapshot(chosen[0], By.VERSION, builds[chosen[0]], _baselines(entries), reader, complete)


def _profile(word: str, reader: Reader, complete: Complete) -> Snapshot | None:
    entries = reader.newest()
    named: dict[str, Kept | Measurement] = {
        rest: kept for kept in entries for rest, _, profile in [kept.cell.rpartition("/")] if profile == word
    }
    if not named:
        return None
    return Snapshot(f"profile {word}", By.PROFILE, named, _baselines(entries), reader, complete)


def _file(word: str, _reader: Reader, complete: Complete) -> Snapshot | None:
    path = Path(word)
    # Of a word without a file's look, such as a branch's name, a file of that name is not meant.
    if not (path.suffix == ".json" or (path.is_file() and "." in path.name)):
        return None
    return from_file(path, complete)


def _any_file(word: str, _reader: Reader, complete: Complete) -> Snapshot | None:
    return from_file(Path(word), complete)


def from_file(path: Path, complete: Complete) -> Snapshot:
    """What ``wasmfit compare --format json`` or ``bench`` wrote to a file.

    Raises:
        UsageError: It cannot be read, or is something else.
    """
    what = f"{printable(str(path))} is no result of `wasmfit compare --format json`"
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(f"{what}: it is larger than {LARGEST_FILE:,} B.")
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{printable(str(path))} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{what}: {printable(str(error))}.") from error
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise UsageError(f'{what}: it has no list "cells".')
    if data.get("schema") != SCHEMA:
        raise UsageError(
            f"{what} that this wasmfit knows: its schema is {printable(repr(data.get('schema')))}, "
            f"and {SCHEMA} is known.",
            "Write it anew.",
        )
    cells = [_cell(what, number, cell) for number, cell in enumerate(data["cells"])]
    seen: set[str] = set()
    for cell in cells:
        if cell.id in seen:
            raise UsageError(f"{what}: it has the cell {printable(cell.id)} twice.")
        seen.add(cell.id)
    return Snapshot(str(path), By.CELL, _named(cells), _baselines(cells), None, complete)


def _cell(what: str, number: int, cell: object) -> Measurement:
    try:
        return Measurement.model_validate(cell, strict=False)
    except (ValidationError, RecursionError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": "too deep"}
        place = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{what} that this wasmfit understands: cells[{number}].{printable(place)}: "
            f"{printable(str(first['msg']))}.",
            "Write it anew with this version of wasmfit.",
        ) from error


def _named(entries: Iterable[Kept | Measurement]) -> dict[str, Kept | Measurement]:
    """Cells by their ids; a checkout's without its commit, so that two commits' are held against each other.

    Where that would make one of two, both keep their ids.
    """
    listed = list(entries)
    short = [_CHECKOUT.sub("@checkout", cell_of(entry)) for entry in listed]
    seen: dict[str, int] = {}
    for name in short:
        seen[name] = seen.get(name, 0) + 1
    return {
        name if seen[name] == 1 else cell_of(entry): entry for name, entry in zip(short, listed, strict=True)
    }


_KINDS: Mapping[str, Callable[[str, Reader, Complete], Snapshot | None]] = {
    "run": _run,
    "label": _label,
    "branch": _branch,
    "commit": _commit,
    "version": _version,
    "profile": _profile,
    "file": _any_file,
}


def _nothing(spec: str, reader: Reader) -> UsageError:
    runs = reader.runs()
    words = dict.fromkeys(
        word for run in runs for word in (run.origin.label, run.origin.branch, str(run.number)) if word
    )
    builds = dict.fromkeys(cell.partition("/")[0] for cell in reader.cells())
    profiles = dict.fromkeys(f"profile:{cell.rpartition('/')[2]}" for cell in reader.cells())
    known = [*words, *builds, *profiles, "latest"]
    close = difflib.get_close_matches(spec, known, n=3, cutoff=0.6)
    if close:
        remedy = f"Perhaps you meant {' or '.join(printable(one) for one in close)}."
    else:
        remedy = (
            "Known are runs (a number, a label, latest, latest~1), branches and commits that runs were "
            "recorded at, NAME@VERSION, profile:NAME, and JSON files; `wasmfit history --runs` has runs."
        )
    return UsageError(f"Nothing that was measured is called {printable(spec)!r}.", remedy)
