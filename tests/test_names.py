"""A public class has a name of its own: one name means one thing in all of wasmfit."""

import ast
import re
from collections import defaultdict
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src" / "wasmfit"


def classes(folder: Path) -> dict[str, list[str]]:
    """The public classes of the modules in a folder, each with the modules that define it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path.relative_to(folder).as_posix())
    return found


def test_classes_have_names_of_their_own() -> None:
    found = classes(SOURCES)
    assert len(found) > 300
    assert {name: modules for name, modules in found.items() if len(modules) > 1} == {}


def test_a_shared_name_is_noticed(tmp_path: Path) -> None:
    for module in ("a.py", "b.py"):
        (tmp_path / module).write_text("class Shared:\n    pass\n\n\nclass _Private:\n    pass\n")
    assert classes(tmp_path) == {"Shared": ["a.py", "b.py"]}


def test_the_classes_that_the_glossary_names_exist() -> None:
    glossary = (SOURCES.parents[1] / "docs" / "glossary.md").read_text("utf-8")
    names = {name for name in re.findall(r"`([A-Z][A-Za-z]+)`", glossary) if not name.isupper()}
    assert len(names) > 15
    assert names <= classes(SOURCES).keys()
