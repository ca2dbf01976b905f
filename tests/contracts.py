"""What the commands print as JSON: a command for each schema, and whether a document is what it says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from wasmfit.home import Home
from wasmfit.schemas import schema

from .project import shell

COMMANDS = {
    "compare": "wasmfit compare -r wasm3",
    "show": "wasmfit show wasm3@0.5.0/add-with-extra/nrf52840dk/bare/reference",
    "bench": "wasmfit bench -w crc32 -r wasm3",
    "features": "wasmfit features -r wasm3 --feature extended-const",
    "features-failing": "wasmfit features -r wasm3 --feature extended-const --failing",
    "profile": "wasmfit profile -r wasm3 --workload crc32",
    "profile-heap": "wasmfit profile --heap -r wasm3 --workload crc32",
    "fit": "wasmfit fit --flash 74K --ram 128K -r wasm3 -r wamr",
    "diff": "wasmfit diff profile:small profile:fast --select 'wasm3*/nrf52840dk/*'",
    "check": "wasmfit check budget.toml",
    "history": "wasmfit history size.flash --select 'wasm3@*/add-with-extra/nrf52840dk/*/small'",
    "history-runs": "wasmfit history --runs",
    "history-metrics": "wasmfit history --metrics",
    "size": "wasmfit size firmware.elf --board nrf52840dk --base old.elf",
    "size-why": "wasmfit size firmware.elf --why m3_ParseModule",
    "size-savings": "wasmfit size firmware.elf --savings",
    "list": "wasmfit list profiles",
    "doctor": "wasmfit doctor",
}
"""Name of a schema → a command that prints such a document."""

ELSEWHERE = {
    "features-toggle-costs": "tests/test_schemas.py: two builds of wasmi",
    "economy": "tests/analysis/test_economy.py: forms of a module made up; tests/real/test_economy.py",
    "tune": "tests/test_schemas.py: builds of a search",
    "probes": "tests/test_schemas.py: a probe is attached to no machine that tests",
    "experiment": "files, which are read: tests/requests/test_experiment_file.py",
}
"""Name of a schema → where documents of it are tested, and why not by a command."""


def printed(home: Home, place: Path, line: str) -> Any:
    """What a command prints as JSON."""
    ended = shell(home, place, f"{line} --format json")
    assert ended.returncode in (0, 1), ended.stderr
    return json.loads(ended.stdout)


def problems(name: str, document: Any) -> list[str]:
    """Where a document is not what its schema says; a field that the schema does not have is one as well."""
    closed = _closed(schema(name))
    return [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(closed).iter_errors(document)
    ]


def _closed(part: Any) -> Any:
    """The schema without room for further fields: what this version prints has none."""
    if isinstance(part, list):
        return [_closed(item) for item in part]
    if not isinstance(part, Mapping):
        return part
    closed = {key: _closed(value) for key, value in part.items()}
    if isinstance(part.get("properties"), Mapping):
        closed["additionalProperties"] = False
    return closed
