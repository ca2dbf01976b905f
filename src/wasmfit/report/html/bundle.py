"""ES modules as one script.

A page opened from a file may not load modules, so each of ours becomes a function that is called once, after
those that it imports from. They are written for that: an import names what it takes, nothing is renamed or
exported by default, and an export is never assigned again. A constant of a module may be awaited; the modules
after it wait too.
"""

import re
from collections.abc import Mapping
from importlib.resources import files

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|const) (\w+)", re.MULTILINE)
_AWAIT = re.compile(r"^(?:export )?const \w+ = await\b", re.MULTILINE)


def modules() -> dict[str, str]:
    """The report's own modules, name → text."""
    folder = files("wasmfit.report.html") / "script"
    return {
        entry.name.removesuffix(".js"): entry.read_text("utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".js")
    }


def bundled(sources: Mapping[str, str], entry: str = "main") -> str:
    """The module ``entry`` with all that it imports, as one strict script with no global name.

    Raises:
        ValueError: A module imports itself by way of others, or what is not there.
    """
    ordered: list[str] = []
    _visit(sources, entry, ordered, ())
    parts = "".join(f"const ${name} = {_function(sources[name])};\n" for name in ordered)
    waits = "async " if any(_AWAIT.search(sources[name]) for name in ordered) else ""
    return f'"use strict";\n({waits}() => {{\n{parts}}})();\n'


def _function(source: str) -> str:
    """A module as a call of a function that returns what it exports."""
    names = ", ".join(name for _, name in _EXPORT.findall(source))
    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(r"const \1 = $\2;", source))
    before, waits = ("await ", "async ") if _AWAIT.search(source) else ("", "")
    return f"{before}({waits}() => {{\n{body}return {{ {names} }};\n}})()"


def _visit(sources: Mapping[str, str], name: str, ordered: list[str], above: tuple[str, ...]) -> None:
    if name in ordered:
        return
    if name in above or name not in sources:
        raise ValueError(f"{' imports '.join((*above, name))}: that cannot be bundled")
    for _, needed in _IMPORT.findall(sources[name]):
        _visit(sources, needed, ordered, (*above, name))
    ordered.append(name)
