"""Who may import whom: files of ``elf`` and ``footprint`` import in one direction only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import wasmfit

PACKAGE = Path(wasmfit.__file__).parent

MAY_IMPORT = {
    "elf": {"elf", "errors"},
    "footprint/attribution": {"elf", "footprint/arrays", "footprint/attribution", "errors", "words"},
    "footprint/graph": {"elf", "footprint/arrays", "footprint/attribution", "footprint/graph", "errors"},
    "footprint/views": {"elf", "footprint/attribution", "footprint/views", "words"},
}


def imported(file: Path) -> Iterator[str]:
    """What a file imports of the package: a folder's path, or a module's where it lies in no such folder."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        assert node.level == 0, f"{file}: these rooms import by whole names"
        parts = (node.module or "").split(".")
        if parts[0] != "wasmfit":
            continue
        path = "/".join(parts[1:])
        yield next((folder for folder in MAY_IMPORT if f"{path}/".startswith(f"{folder}/")), path)


def test_imports_go_one_way() -> None:
    for folder, allowed in MAY_IMPORT.items():
        files = sorted((PACKAGE / folder).rglob("*.py"))
        assert len(files) > 3, folder
        for file in files:
            assert set(imported(file)) <= allowed, file
