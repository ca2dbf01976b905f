"""Words that the project no longer uses, and where they still stand.

``python -m tests.retired`` takes from the list of exceptions what is no longer needed; it adds nothing.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import tomli_w

ROOT = Path(__file__).parents[1]
EXCEPTIONS = Path(__file__).parent / "retired.toml"

TERMS = (
    *("astride", "crew", "gives up", "glue", "guilty", "keeper", "least RAM", "ledger", "priced"),
    *("relay", "slow-down", "steady call", "stray", "survey", "twin", "unsure", "workshop"),
)
"""Terms of the glossary's last column that mean nothing else in our pages and messages."""

PLAIN = {
    "anew": "again",
    "behind": "after",
    "beside": "next to",
    "groundless": "unsupported",
    "held against": "compared with",
    "hold against": "compare with",
    "holds against": "compares with",
    "in the place of": "instead of",
}
"""Words that idiomatic technical English has others for → these."""

_IDIOMS = re.compile(r"drop glue|behind a feature", re.IGNORECASE)
"""Terms of the field that have one of these words in them."""

_WORDS = re.compile(rf"\b(?:({'|'.join(TERMS)})s?|({'|'.join(PLAIN)}))\b", re.IGNORECASE)
_CODE = re.compile(r"^```.*?^```$|^    .*?$|`[^`\n]+`|\]\([^)]*\)|<!--.*?-->", re.DOTALL | re.MULTILINE)


def used() -> dict[str, list[str]]:
    """File → the retired words in it: in the sentences of a page, or in the messages of a module."""
    found = {}
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    for path in sorted(page for page in pages if page.name not in ("CHANGELOG.md", "glossary.md")):
        found[path.relative_to(ROOT).as_posix()] = words(_CODE.sub(" ", path.read_text("utf-8")))
    for path in sorted((ROOT / "src" / "wasmfit").rglob("*.py")):
        found[path.relative_to(ROOT).as_posix()] = words("\n".join(messages(path.read_text("utf-8"))))
    return {file: retired for file, retired in found.items() if retired}


def words(text: str) -> list[str]:
    """The retired words in a text."""
    text = re.sub(r"\s+", " ", text)
    return sorted({(match[1] or match[2]).casefold() for match in _WORDS.finditer(_IDIOMS.sub(" ", text))})


def messages(source: str) -> Iterator[str]:
    """The sentences in a module's strings: names, which have no space, and docstrings are left out."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            text = re.sub(r"`[^`]+`", " ", node.value)
            if " " in text.strip():
                yield text


def exceptions() -> dict[str, list[str]]:
    """File → the retired words that are still allowed there."""
    return tomllib.loads(EXCEPTIONS.read_text("utf-8"))


if __name__ == "__main__":
    still = used()
    kept = {
        file: [word for word in retired if word in still.get(file, ())]
        for file, retired in exceptions().items()
    }
    with EXCEPTIONS.open("wb") as file:
        tomli_w.dump({name: retired for name, retired in kept.items() if retired}, file)
