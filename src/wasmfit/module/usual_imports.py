"""What answers imports that compilers give every module, and what well-known benchmarks want: data files."""

from functools import cache
from pathlib import Path

from pydantic import Field

from wasmfit.catalog.load import read
from wasmfit.model import Record, Signature, ValueType

_FOLDER = Path(__file__).parent


class UsualImport(Record):
    """Imports that one rule answers.

    Attributes:
        of: The compiler that makes them.
        names: ``module.name``.
        params, results: Their type; the rule is for no other.
        rule: As ``--import`` has it.
    """

    of: str
    names: tuple[str, ...]
    params: tuple[ValueType, ...] = ()
    results: tuple[ValueType, ...] = ()
    rule: str


class _File(Record):
    imports: tuple[UsualImport, ...]


class Preset(Record):
    """How a well-known benchmark's modules are measured.

    Attributes:
        title: Whose they are.
        imports: ``module.name`` → rule, as ``--import``.
        calls: What is called, the first that the module has.
        expect: What it returns.
        times: How often it is called.
        score: What it returns so many of per second of its clock.
        notes: What the figures mean.
    """

    title: str
    imports: dict[str, str] = Field(default={})
    calls: tuple[str, ...]
    expect: str | None = None
    times: int | None = None
    score: str | None = None
    notes: str


@cache
def presets() -> dict[str, Preset]:
    """The presets by name."""
    files = sorted((_FOLDER / "presets").glob("*.toml"))
    return {path.stem: read(path, Preset) for path in files}


@cache
def _rules() -> dict[tuple[str, tuple[ValueType, ...], tuple[ValueType, ...]], UsualImport]:
    known = read(_FOLDER / "usual_imports.toml", _File)
    return {(name, one.params, one.results): one for one in known.imports for name in one.names}


def usual_import(name: str, signature: Signature) -> UsualImport | None:
    """What usually answers an import of this name and type."""
    return _rules().get((name, signature.params, signature.results))
