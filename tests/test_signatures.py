"""No public function has more than eight parameters, and defaults of the catalogue stand in one module."""

import ast
from collections.abc import Iterator
from pathlib import Path

from wasmfit import defaults

SOURCES = Path(__file__).parents[1] / "src" / "wasmfit"
TEMPLATES = SOURCES / "catalog" / "templates"
MOST = 8


def modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        if TEMPLATES not in path.parents:
            yield path.relative_to(folder).as_posix(), ast.parse(path.read_text("utf-8"))


def parameters(folder: Path) -> dict[str, int]:
    """Every function, those in classes and in functions too, with the number of its parameters."""
    numbers = {}
    for module, tree in modules(folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                names = [argument.arg for argument in every if argument.arg not in ("self", "cls")]
                numbers[f"{module}:{node.lineno} {node.name}"] = len(names)
    return numbers


def test_no_function_has_more_than_eight_parameters() -> None:
    numbers = parameters(SOURCES)
    assert len(numbers) > 1500
    assert {function: number for function, number in numbers.items() if number > MOST} == {}


def test_one_that_has_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "class A:\n    def f(self, a, b, c, d, e, f, /, g, *, h, i):\n        pass\n"
    )
    assert parameters(tmp_path) == {"a.py:2 f": 9}


def test_defaults_of_the_catalogue_stand_in_one_module() -> None:
    named = {defaults.WORKLOAD, defaults.BOARD, defaults.BASE, defaults.PROFILE}
    written = {
        f"{module}:{node.lineno} {node.value}"
        for module, tree in modules(SOURCES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in named and module != "defaults.py"
    }
    assert written == set()
