"""What the commands print as JSON, as shapes: names of fields, and for each value what it holds."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from wasmfit.home import Home

from .project import shell

COMMANDS = {
    "compare": "wasmfit compare -r wasm3",
    "bench": "wasmfit bench -w crc32 -r wasm3",
    "features": "wasmfit features -r wasm3 --feature extended-const",
    "features-failing": "wasmfit features -r wasm3 --feature extended-const --failing",
    "profile": "wasmfit profile -r wasm3 --workload crc32",
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
"""Name of a part of docs/json.md → the command whose output it shows."""

NAMED = frozenset({"weights", "slow_downs", "bytes", "ratios"})
"""Fields whose own fields are names that the user or the catalogue has chosen."""

ELSEWHERE = {"cells": {"compare": "a cell", "bench": "a cell"}}
"""Fields that another page describes: field → command → what the shape says."""


def printed(home: Home, place: Path, line: str) -> Any:
    """What a command prints as JSON."""
    ended = shell(home, place, f"{line} --format json")
    assert ended.returncode in (0, 1), ended.stderr
    return json.loads(ended.stdout)


def shape(value: Any, command: str, field: str = "") -> Any:
    """A value's shape: of the items of a list the one that all of them have."""
    if command in ELSEWHERE.get(field, {}):
        return [ELSEWHERE[field][command]]
    if isinstance(value, dict):
        if field in NAMED and value:
            return {"NAME": joined(shape(one, command) for one in value.values())}
        return {name: shape(one, command, name) for name, one in value.items()}
    if isinstance(value, list):
        return [joined(shape(one, command) for one in value)] if value else []
    return _word(value)


def _word(value: Any) -> str | int:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "integer"
        case float():
            return "number"
        case _:
            return "text"


def joined(shapes: Iterable[Any]) -> Any:
    """The shape of several; a field that some lack has a question mark."""
    found = list(shapes)
    tables = [one for one in found if isinstance(one, dict)]
    lists = [one for one in found if isinstance(one, list)]
    if tables:
        return _joined_tables(tables)
    if lists:
        items = [one[0] for one in lists if one]
        return [joined(items)] if items else []
    words = {word for one in found for word in one.split(" or ") if one != "true or false"}
    if "true or false" in found:
        words.add("true or false")
    if "number" in words:
        words.discard("integer")
    # Any value may be null: the page says so once.
    return " or ".join(sorted(words - {"null"})) or "null"


def _joined_tables(tables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    bare = [{name.rstrip("?"): (name, one) for name, one in table.items()} for table in tables]
    names = dict.fromkeys(name for table in bare for name in table)
    made = {}
    for name in names:
        held = [table[name] for table in bare if name in table]
        lacking = len(held) < len(bare) or any(written.endswith("?") for written, _ in held)
        made[f"{name}?" if lacking else name] = joined(one for _, one in held)
    return made


def differs(found: Any, known: Any, at: str = "") -> list[str]:
    """Where a shape is not what is written down; what is not there in one of the two says nothing."""
    if "null" in (found, known) or [] in (found, known):
        return []
    if isinstance(found, dict) and isinstance(known, dict):
        ours = {name.rstrip("?"): one for name, one in found.items()}
        theirs = {name.rstrip("?"): one for name, one in known.items()}
        optional = {name.rstrip("?") for one in (found, known) for name in one if name.endswith("?")}
        wrong = [f"{at}.{name}" for name in ours.keys() ^ theirs.keys() if name not in optional]
        for name in ours.keys() & theirs.keys():
            wrong += differs(ours[name], theirs[name], f"{at}.{name}")
        return wrong
    if isinstance(found, list) and isinstance(known, list):
        return differs(found[0], known[0], f"{at}[]")
    if isinstance(found, str) and isinstance(known, str):
        # A whole number may stand for any number.
        return [] if found == known or {found, known} <= {"integer", "number"} else [f"{at}: {found}"]
    return [at]


def written(page: str) -> dict[str, Any]:
    """Name → shape, as the page has them."""
    found = re.findall(
        r"<!-- (\S+): written by make maint-contracts -->\n\n```json\n(.*?)```", page, re.DOTALL
    )
    return {name: json.loads(text) for name, text in found}


def filled(page: str, values: Mapping[str, Any]) -> str:
    """The page with the shapes of these values."""
    for name, value in values.items():
        begin, end = f"<!-- {name}: written by make maint-contracts -->\n", f"<!-- end of {name} -->\n"
        before, found, rest = page.partition(begin)
        assert found, f"the page has no place for {name}"
        text = json.dumps(shape(value, name), indent=2, ensure_ascii=False)
        page = f"{before}{begin}\n```json\n{text}\n```\n\n{end}{rest.partition(end)[2]}"
    return page
