"""Writes the JSON Schemas of all documents, and the shapes in docs/json.md: `make maint-schemas`.

``--check`` only says what is out of date. A schema whose fields went or changed is not written unless its
version was raised in the record.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from wasmfit.analysis.benchmark import BenchmarkDocument
from wasmfit.analysis.cell_page import CellDocument
from wasmfit.analysis.comparison import ComparisonDocument
from wasmfit.analysis.economy import EconomyDocument
from wasmfit.analysis.features import FailingDocument, FeaturesDocument
from wasmfit.analysis.toggle_costs import ToggleCostsDocument
from wasmfit.report.documents.changes import ChangesDocument
from wasmfit.report.documents.check import CheckDocument
from wasmfit.report.documents.fit import FitDocument
from wasmfit.report.documents.history import HistoryDocument, MetricsDocument, RunsDocument
from wasmfit.report.documents.listing import ListDocument
from wasmfit.report.documents.machine import DiagnosisDocument, ProbesDocument
from wasmfit.report.documents.profile import HeapProfileDocument, ProfileDocument
from wasmfit.report.documents.tuning import TuningDocument
from wasmfit.report.size.documents import SavingsDocument, SizeDocument, WhyDocument
from wasmfit.requests.experiment_file import json_schema

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "src" / "wasmfit" / "schemas"
PAGE = ROOT / "docs" / "json.md"

DOCUMENTS: dict[str, Any] = {
    "compare": ComparisonDocument,
    "show": CellDocument,
    "bench": BenchmarkDocument,
    "features": FeaturesDocument,
    "features-failing": FailingDocument,
    "features-toggle-costs": ToggleCostsDocument,
    "economy": EconomyDocument,
    "profile": ProfileDocument,
    "profile-heap": HeapProfileDocument,
    "tune": TuningDocument,
    "fit": FitDocument,
    "diff": ChangesDocument,
    "check": CheckDocument,
    "history": HistoryDocument,
    "history-runs": RunsDocument,
    "history-metrics": MetricsDocument,
    "size": SizeDocument,
    "size-why": WhyDocument,
    "size-savings": SavingsDocument,
    "list": ListDocument,
    "doctor": DiagnosisDocument,
    "probes": ProbesDocument,
}
"""Name of a schema → the type of the document."""

EXPERIMENT = "experiment"
"""The schema of experiment files, which are read and not written."""

ELSEWHERE = {"Measurement": "a cell"}
"""What another page describes → what a shape says instead."""

Schema = dict[str, Any]


class _Printed(GenerateJsonSchema):
    """Schemas of what is printed: a field with a default is there all the same, unless it may be left out."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        if field["type"] == "typed-dict-field":
            return super().field_is_required(field, total)
        return field.get("serialization_exclude_if") is None


def schema_of(name: str) -> Schema:
    """The schema of a document, from its type."""
    if name == EXPERIMENT:
        return described(json_schema())
    made = TypeAdapter(DOCUMENTS[name]).json_schema(mode="serialization", schema_generator=_Printed)
    return {"$schema": _Printed.schema_dialect, **described(_open(made))}


def _open(schema: Schema) -> Schema:
    """The schema without what is of no use to a reader: later versions may have more fields, a default is
    printed like any value, and what may be left out is never null.
    """
    for part in (schema, *schema.get("$defs", {}).values()):
        if "properties" in part:
            part.pop("additionalProperties", None)
        for name, field in part.get("properties", {}).items():
            field.pop("default", None)
            if name not in part.get("required", ()) and "anyOf" in field:
                field["anyOf"] = [option for option in field["anyOf"] if option != {"type": "null"}]
    return schema


def described(schema: Schema) -> Schema:
    """The schema with what docstrings say of fields at the fields, and without what says nothing."""
    for part in (schema, *schema.get("$defs", {}).values()):
        summary, _, attributes = part.get("description", "").partition("\n\nAttributes:\n")
        if summary:
            part["description"] = _words(summary)
        properties = part.get("properties", {})
        for names, words in re.findall(r"^ +(\w[\w, ]*): (.*(?:\n {8}.*)*)", attributes, re.MULTILINE):
            for name in names.split(", "):
                if name in properties:
                    properties[name]["description"] = _words(words)
        for field in properties.values():
            field.pop("title", None)
    return schema


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r":\w+:`~?\.*(?:[\w.]+\.)?(\w+)`", r"\1", text)).replace("``", "`")


def written(schema: Schema) -> str:
    """A schema as it is in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def version(schema: Schema) -> int | None:
    """The version of the contract; ``None`` for files that have none."""
    number: int | None = schema.get("properties", {}).get("schema", {}).get("const")
    return number


def broken(before: Schema, after: Schema) -> list[str]:
    """What a reader of the one schema would miss or misread in documents of the other."""
    return sorted(set(_broken(before, after, before, after, "", ())))


def _broken(
    old: Any, new: Any, before: Schema, after: Schema, at: str, seen: tuple[str, ...]
) -> Iterator[str]:
    old_options, new_options = _options(old, before), _options(new, after)
    known = {json.dumps(_kind(option)) for option in old_options}
    if known and not {json.dumps(_kind(option)) for option in new_options} <= known:
        yield f"{at or '.'} has another type"
        return
    for was, now in zip(old_options, new_options, strict=False):
        yield from _broken_object(was, now, before, after, at, seen)


def _broken_object(
    old: Schema, new: Schema, before: Schema, after: Schema, at: str, seen: tuple[str, ...]
) -> Iterator[str]:
    place = json.dumps(old, sort_keys=True)
    if place in seen:
        return
    seen = (*seen, place)
    fields = new.get("properties", {})
    for name, field in old.get("properties", {}).items():
        if name not in fields:
            yield f"{at}.{name} went"
        elif name in old.get("required", ()) and name not in new.get("required", ()):
            yield f"{at}.{name} is not always there"
        elif name != "schema" or at:
            yield from _broken(field, fields[name], before, after, f"{at}.{name}", seen)
    for word in ("items", "additionalProperties"):
        if isinstance(old.get(word), dict) and isinstance(new.get(word), dict):
            yield from _broken(old[word], new[word], before, after, f"{at}[]", seen)


def _options(schema: Any, root: Schema) -> list[Schema]:
    """What a value may be, references followed; null counts as nothing, since any value may be null."""
    if "$ref" in schema:
        return _options(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    options = [found for option in schema.get("anyOf", ()) for found in _options(option, root)] or [schema]
    return [option for option in options if option.get("type") != "null"]


def _kind(option: Schema) -> Any:
    # Whole numbers are numbers; names of members may be added.
    return "number" if option.get("type") == "integer" else option.get("type")


def shape(schema: Schema) -> Any:
    """A schema as docs/json.md shows it: names of fields, and for each value what it holds."""
    return _shape(schema, schema, ())


def _shape(part: Schema, root: Schema, within: tuple[str, ...]) -> Any:
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        if name in ELSEWHERE:
            return ELSEWHERE[name]
        return "…" if name in within else _shape(root["$defs"][name], root, (*within, name))
    if "anyOf" in part:
        options = [option for option in part["anyOf"] if option.get("type") != "null"]
        shapes = [_shape(option, root, within) for option in options]
        return shapes[0] if len(shapes) == 1 else "number" if set(shapes) == {"integer", "number"} else shapes
    if "const" in part:
        return part["const"]
    if "enum" in part:
        return " | ".join(part["enum"])
    match part.get("type"):
        case "object" if "properties" in part:
            required = part.get("required", ())
            return {
                name if name in required else f"{name}?": _shape(field, root, within)
                for name, field in part["properties"].items()
            }
        case "object":
            return {"NAME": _shape(part["additionalProperties"], root, within)}
        case "array":
            return [_shape(part["items"], root, within)]
        case kind:
            return {"string": "text", "boolean": "true or false"}.get(str(kind), kind)


def filled(page: str, schemas: Mapping[str, Schema]) -> str:
    """The page with the shapes of these schemas."""
    for name, schema in schemas.items():
        begin, end = f"<!-- {name}: written by make maint-schemas -->\n", f"<!-- end of {name} -->\n"
        before, found, rest = page.partition(begin)
        if not found or end not in rest:
            sys.exit(f"{PAGE} has no place for {name}.")
        text = json.dumps(shape(schema), indent=2, ensure_ascii=False)
        page = f"{before}{begin}\n```json\n{text}\n```\n\n{end}{rest.partition(end)[2]}"
    return page


def main() -> None:
    schemas = {name: schema_of(name) for name in (*DOCUMENTS, EXPERIMENT)}
    outputs = {FOLDER / f"{name}.json": written(schema) for name, schema in schemas.items()}
    page = PAGE.read_text(encoding="utf-8")
    outputs[PAGE] = filled(page, {name: schemas[name] for name in DOCUMENTS})
    for name, schema in schemas.items():
        file = FOLDER / f"{name}.json"
        before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else schema
        if version(before) == version(schema) is not None and (lost := broken(before, schema)):
            sys.exit(
                f"{name}: {'; '.join(lost)}. Raise `schema_version` of its record, or keep the old field."
            )
    stale = [
        file
        for file, text in outputs.items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    stale += [file for file in FOLDER.glob("*.json") if file not in outputs]
    for file in stale:
        print(file.relative_to(ROOT))
    if "--check" in sys.argv[1:]:
        sys.exit(bool(stale))
    for file in stale:
        file.write_text(outputs[file], encoding="utf-8") if file in outputs else file.unlink()


if __name__ == "__main__":
    main()
