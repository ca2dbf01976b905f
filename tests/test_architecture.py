"""docs/architecture.md: its table is the order that import-linter holds, and its walk names functions."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from pkgutil import resolve_name

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_the_table_of_rooms_is_the_order_of_the_check() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    rooms = [set(re.findall(r"\w+", layer)) for layer in layers]
    table = [set(re.findall(r"`(\w+)`", row)) for row in re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE)]
    assert table == rooms


def test_every_room_is_in_the_table() -> None:
    modules = {
        path.stem for path in (ROOT / "src" / "wasmfit").iterdir() if not path.name.startswith(("_", "py."))
    }
    table = {
        room
        for row in re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE)
        for room in re.findall(r"`(\w+)`", row)
    }
    assert table == modules


def test_the_walk_names_at_most_ten_functions_and_all_exist() -> None:
    walk = re.findall(r"^\d+\. `([\w.]+)`", PAGE, re.MULTILINE)
    assert 5 <= len(walk) <= 10
    for name in walk:
        split = re.fullmatch(r"(wasmfit[a-z_.]*)\.((?:[A-Z]\w*\.)?\w+)", name)
        assert split is not None, name
        assert callable(resolve_name(f"{split[1]}:{split[2]}")), name


def test_numpy_is_loaded_by_accounting_alone() -> None:
    modules = ("compare", "bench", "fit", "show", "history", "list_", "diff", "report")
    imports = "; ".join(f"import wasmfit.cli.{name}" for name in modules)
    code = f"import sys; {imports}; print('numpy' in sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    assert loaded.stdout.strip() == "False"
