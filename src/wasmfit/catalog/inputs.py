"""What decides a measurement, as digests of its parts: enough to say which of them has changed since.

A fingerprint (:mod:`wasmfit.run.measure`) finds a measurement again on one machine, since it has the versions
of its tools and the code that measures. These digests are of the catalogue alone. They need no tool, are the
same on every machine, and stay as they are when code changes that no image contains.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wasmfit.defaults import BASE
from wasmfit.model import Board, Build, Cell, Profile, Record, UserModule, Workload

from .load import Catalog

_LENGTH = 16
"""Hexadecimal digits of a digest: enough to notice a change, and too few to withstand an attack."""

_DYNAMIC = frozenset({"any", "wasmfit_any"})
_CONFORMANCE = frozenset({"suite", "wasmfit_suite"})
"""Files and folders of these names are of one embedding, and in no image of another."""

_BUILD = {"language", "guest", "stack", "guest_cpu", "c"}
"""What decides a build of a runtime's record, besides version and variant."""


_NOT_OF_C: dict[str, Any] = {
    "host": {"machines": True},  # modules are compiled to the same bytes on all
}

_NOT_OF_BOARDS: dict[str, Any] = {
    **dict.fromkeys(("title", "chip", "core", "probe_rs_chip", "source"), True),
    "timing": True,  # time is predicted when a measurement is shown, with the model of that day
    "flash_path": {"source": True},
}


@dataclass(frozen=True)
class InputDigests:
    """Digests of the parts that cells are measured from; what many cells have in common is read once.

    Attributes:
        catalog: The catalogue.
    """

    catalog: Catalog
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def of_cell(self, cell: Cell) -> dict[str, str]:
        """Part → digest, for a cell with a workload of the catalogue.

        Raises:
            ValueError: It has a module of the user's, or a checkout, which the catalogue does not contain.
        """
        if isinstance(cell.workload, UserModule) or cell.build.checkout is not None:
            raise ValueError(f"{cell.id} is not of the catalogue alone")
        return {
            "runtime": self._runtime(cell.build, _DYNAMIC | _CONFORMANCE),
            "harness": self._harness(cell.board, cell.base.name, _DYNAMIC | _CONFORMANCE),
            "profile": self._profile(cell.profile),
            "board": self._board(cell.board),
            "module": self._workload(cell.workload),
        }

    def of_features(self, build: Build, board: Board, profile: Profile) -> dict[str, str]:
        """The same for the W3C suite on a runtime."""
        return {
            "runtime": self._runtime(build, _DYNAMIC),
            "harness": self._harness(board, BASE, _DYNAMIC),
            "profile": self._profile(profile),
            "board": self._board(board),
            "module": self._once(("suite",), lambda: _files(self.catalog.suite, without=frozenset())),
        }

    def _runtime(self, build: Build, without: frozenset[str]) -> str:
        def parts() -> Iterator[object]:
            runtime, version = build.runtime, build.version.version
            without_rest = dict.fromkeys(set(type(runtime).model_fields) - _BUILD, True)
            yield _plain(runtime, {**without_rest, "c": _NOT_OF_C})
            yield _plain(build.version, {"published"})
            yield _plain(build.variant, {"summary", "facts", "versions", "default"})
            folder = self.catalog.folder(runtime)
            for path, content in _files(folder, without=without):
                is_lock = path.startswith("locks/")
                if path != "runtime.toml" and (not is_lock or path.endswith(f"{version}.lock")):
                    yield path, content

        return self._once(("runtime", build.label, *sorted(without)), parts)

    def _harness(self, board: Board, base: str, without: frozenset[str]) -> str:
        def parts() -> Iterator[object]:
            target = self.catalog.target(board)
            yield _plain(target, {"title"})
            for path, content in _files(self.catalog.harness, without=without):
                if not path.startswith("link/") or path == f"link/{target.linker_script}":
                    yield path, content
            yield from _files(self.catalog.folder(self.catalog.base(base)), without=frozenset())

        return self._once(("harness", board.target, base, *sorted(without)), parts)

    def _profile(self, profile: Profile) -> str:
        return self._once(("profile", profile.name), lambda: (_plain(profile, {"summary"}),))

    def _board(self, board: Board) -> str:
        return self._once(("board", board.name), lambda: (_plain(board, _NOT_OF_BOARDS),))

    def _workload(self, workload: Workload) -> str:
        # The baseline's results are others, and follow from the workload's arguments.
        record = self.catalog.workload(workload.name)
        return self._once(
            ("workload", workload.name),
            lambda: (
                _plain(record, {"title", "arguments", "checked"}),
                *_files(self.catalog.folder(record) / "guest", without=frozenset()),
            ),
        )

    def _once(self, decided_by: tuple[str, ...], parts: Callable[[], Iterable[object]]) -> str:
        if decided_by not in self._known:
            text = json.dumps(list(parts()), sort_keys=True, separators=(",", ":"))
            self._known[decided_by] = hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
        return self._known[decided_by]


def _plain(record: Record, without: set[str] | dict[str, Any]) -> object:
    """A record as JSON can express it, without defaults: a new field that no file sets changes nothing."""
    return record.model_dump(mode="json", exclude=without, exclude_defaults=True)


def changed(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """The parts that have changed since, in order; none if all are as they were."""
    return tuple(part for part in now if then.get(part) != now[part])


def _files(folder: Path, *, without: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Relative path and digest of every file of a folder, in order; lines may end in either way."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        words = {part.partition(".")[0] for part in name.parts}
        if path.is_file() and "__pycache__" not in name.parts and not words & without:
            content = path.read_bytes().replace(b"\r\n", b"\n")
            yield name.as_posix(), hashlib.sha256(content).hexdigest()
