"""The measured set: measurements and verdicts that come with wasmfit, in one compressed file.

It is a ZIP archive of ``set.json``, which lists everything, of ``cells/MODULE.jsonl``, which holds the
records of the cells with that module line by line as the store has them, and of ``features.jsonl``. A command
reads the list and the modules that it shows.
"""

import json
import lzma
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from wasmfit.errors import UsageError
from wasmfit.model import Measurement, RuntimeFeatures, Status
from wasmfit.words import escape_unprintable

BUILT_IN = Path(__file__).parent / "measured.zip"
"""The set that comes with this wasmfit."""

SET_SCHEMA = 1

_LIST = "set.json"
_FEATURES = "features.jsonl"
_FIXED_TIME = (2020, 1, 1, 0, 0, 0)
"""The time of every member, so that equal sets are equal files."""


@dataclass(frozen=True)
class SetEntry:
    """What the list says of a cell, or of the features of a runtime.

    Attributes:
        cell: The cell's id; of features, ``RUNTIME@VERSION/features/BOARD/bare/PROFILE``.
        line: Its line in its member.
        status: How a cell ended; ``ok`` of features.
        measured_at: UTC time, ISO 8601.
        system: The system that it was measured on.
        wasmfit: The version of wasmfit that measured it.
        inputs: What it was measured from: part → digest (:mod:`wasmfit.catalog.inputs`).
    """

    cell: str
    line: int
    status: Status
    measured_at: str
    system: str
    wasmfit: str
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class SetCell:
    """A measurement to be put into a set.

    Attributes:
        measurement: The record.
        system: The system that it was measured on.
        inputs: What it was measured from.
    """

    measurement: Measurement
    system: str
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class SetFeatures:
    """Verdicts on a runtime to be put into a set; ``wasmfit`` is the version that measured them."""

    features: RuntimeFeatures
    wasmfit: str
    system: str
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class MeasuredSet:
    """The set in the file ``path``; one that does not exist is empty."""

    path: Path = BUILT_IN
    _members: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def cells(self) -> Mapping[str, SetEntry]:
        """Id → what the list says, in the order of the list.

        Raises:
            UsageError: The file cannot be read.
        """
        return {entry.cell: entry for entry in self._listed("cells")}

    @cached_property
    def features(self) -> Mapping[str, SetEntry]:
        """The same of features.

        Raises:
            UsageError: The file cannot be read.
        """
        return {entry.cell: entry for entry in self._listed("features")}

    def record(self, cell: str) -> str:
        """The record of a cell, as JSON.

        Raises:
            KeyError: The set does not have it.
            UsageError: The file cannot be read.
        """
        text = self._line(_member_of(cell), self.cells[cell])
        if not text.startswith(f'{{"id":{json.dumps(cell)},'):
            raise self._error(f"it has something else instead of {escape_unprintable(cell)}")
        return text

    def measurement(self, cell: str) -> Measurement | None:
        """The measurement of a cell; ``None`` where there is none.

        Raises:
            UsageError: The file cannot be read.
        """
        if cell not in self.cells:
            return None
        text = self.record(cell)
        with self._reading(f"the record of {escape_unprintable(cell)} is of another wasmfit, or is damaged"):
            return Measurement.model_validate_json(text)

    def features_of(self, setting: tuple[str, str, str, str]) -> RuntimeFeatures | None:
        """The verdicts on a runtime; ``None`` where there are none.

        Args:
            setting: Runtime, version, board and profile.

        Raises:
            UsageError: The file cannot be read.
        """
        entry = self.features.get(features_cell(*setting))
        if entry is None:
            return None
        text = self._line(_FEATURES, entry)
        with self._reading(f"its {escape_unprintable(entry.cell)} is of another wasmfit, or is damaged"):
            found = RuntimeFeatures.model_validate_json(text)
        if _features_id(found) != entry.cell:
            raise self._error(f"it has something else instead of {escape_unprintable(entry.cell)}")
        return found

    @property
    def coverage(self) -> tuple[str, ...]:
        """What it was meant to have, and how much of that it has, in sentences.

        Raises:
            UsageError: The file cannot be read.
        """
        return tuple(self._list.get("coverage", ()))

    @cached_property
    def _list(self) -> Mapping[str, Any]:
        if not self.path.is_file():
            return {"schema": SET_SCHEMA, "parts": [], "words": [], "cells": [], "features": []}
        text = self._read(_LIST)
        with self._reading("its list is damaged"):
            data: dict[str, Any] = json.loads(text)
        schema = data.get("schema") if isinstance(data, dict) else None
        if type(schema) is not int or schema != SET_SCHEMA:
            raise self._error(f"its schema is {schema!r}, and {SET_SCHEMA} is known")
        return data

    def _listed(self, kind: str) -> Iterable[SetEntry]:
        lines: dict[str, int] = {}
        entries = []
        with self._reading("its list is damaged"):
            parts, words = self._list["parts"], self._list["words"]
            for cell, status, measured_at, *numbers in self._list[kind]:
                member = _FEATURES if kind == "features" else _member_of(cell)
                line = lines.setdefault(member, 0)
                lines[member] += 1
                system, version, *digests = (_text(words[number]) for number in numbers)
                inputs = dict(zip(parts, digests, strict=True))
                entries.append(
                    SetEntry(cell, line, Status(status), _text(measured_at), system, version, inputs)
                )
        return entries

    def _line(self, member: str, entry: SetEntry) -> str:
        if member not in self._members:
            self._members[member] = self._read(member).splitlines()
        lines = self._members[member]
        if entry.line >= len(lines):
            raise self._error(f"it lacks the record of {escape_unprintable(entry.cell)}")
        return lines[entry.line]

    def _read(self, member: str) -> str:
        try:
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(member).decode()
        except (
            OSError,
            RuntimeError,
            KeyError,
            EOFError,
            UnicodeDecodeError,
            zipfile.BadZipFile,
            lzma.LZMAError,
        ) as error:
            raise self._error(escape_unprintable(str(error))) from error

    @contextmanager
    def _reading(self, why: str) -> Iterator[None]:
        """What cannot be read is an error of the file's."""
        try:
            yield
        except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            raise self._error(why) from error

    def _error(self, why: str) -> UsageError:
        return UsageError(
            f"The measured set {escape_unprintable(str(self.path))} cannot be read: {why}.",
            "Install wasmfit again.",
        )


def features_cell(runtime: str, version: str, board: str, profile: str) -> str:
    """The id of the verdicts on a runtime."""
    return f"{runtime}@{version}/features/{board}/bare/{profile}"


def write_set(
    path: Path, cells: Sequence[SetCell], features: Sequence[SetFeatures], coverage: Sequence[str] = ()
) -> None:
    """Writes a set, whole or not at all.

    Args:
        path: The file.
        cells: Its measurements. Paths in them are left out: they are of the machine that measured.
        features: Its verdicts.
        coverage: What it was meant to have, and how much of that it has.

    Raises:
        OSError: It cannot be written.
    """
    words = _Words()
    # Records that differ least are next to one another, so that they compress well.
    ordered = sorted(cells, key=lambda one: _alike(one.measurement))
    inputs = [*(one.inputs for one in cells), *(one.inputs for one in features)]
    parts = list(dict.fromkeys(part for one in inputs for part in one))
    members: dict[str, list[str]] = {}
    listed: dict[str, list[list[object]]] = {"cells": [], "features": []}
    for cell in ordered:
        record = without_paths(cell.measurement)
        members.setdefault(_member_of(record.id), []).append(record.model_dump_json())
        provenance = record.provenance
        listed["cells"].append(
            [
                record.id,
                record.status.value,
                provenance.measured_at,
                words.number(cell.system),
                words.number(provenance.wasmfit),
                *(words.number(cell.inputs[part]) for part in parts),
            ]
        )
    for one in sorted(features, key=lambda one: _features_id(one.features)):
        members.setdefault(_FEATURES, []).append(one.features.model_dump_json())
        listed["features"].append(
            [
                _features_id(one.features),
                Status.OK.value,
                one.features.measured_at,
                words.number(one.system),
                words.number(one.wasmfit),
                *(words.number(one.inputs[part]) for part in parts),
            ]
        )
    head = {
        "schema": SET_SCHEMA,
        "coverage": list(coverage),
        "parts": parts,
        "words": words.known,
        **listed,
    }
    new = path.with_name(f"{path.name}.new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_LZMA) as archive:
        _add(archive, _LIST, json.dumps(head, separators=(",", ":")))
        for name, lines in sorted(members.items()):
            _add(archive, name, "\n".join(lines))
    new.replace(path)


def without_paths(measurement: Measurement) -> Measurement:
    """The same without paths of the machine that measured it, and without its worker's name."""
    provenance = measurement.provenance
    twin = provenance.twin
    changes: dict[str, object] = {"elf": None, "log": None, "worker": None}
    if twin is not None:
        changes["twin"] = twin.model_copy(update={"elf": ""})
    return measurement.model_copy(update={"provenance": provenance.model_copy(update=changes)})


class _Words:
    """Texts that entries have in common, each with a number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    @property
    def known(self) -> list[str]:
        return list(self._numbers)


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    member = zipfile.ZipInfo(name, _FIXED_TIME)
    member.compress_type = zipfile.ZIP_LZMA
    archive.writestr(member, text)


def _member_of(cell: str) -> str:
    return f"cells/{cell.split('/')[1]}.jsonl"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _alike(measurement: Measurement) -> tuple[str, ...]:
    one = measurement
    return one.module, one.runtime, one.version, one.profile, one.board


def _features_id(one: RuntimeFeatures) -> str:
    return features_cell(one.runtime, one.version, one.board, one.profile)
