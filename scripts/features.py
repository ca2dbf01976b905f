"""Writes the measured tables of docs/features.md (``make maint-features``).

``features.py [--feature F]… [RUNTIME…]``; all of both are the default.
"""

import sys
from pathlib import Path

import wasmfit
from wasmfit.report import FEATURE_FORMATS, Format

PAGE = Path(__file__).parents[1] / "docs" / "features.md"
BEGIN, END = "<!-- features: written by make maint-features -->", "<!-- end of features -->"


def main() -> None:
    chosen, runtimes = [], []
    words = iter(sys.argv[1:])
    for word in words:
        if word == "--feature":
            chosen.append(next(words))
        else:
            runtimes.append(word)
    measured = wasmfit.features(runtimes=runtimes, features=chosen)
    if measured.failures:
        sys.exit("\n".join(f"{cell}: {reason}" for cell, reason in measured.failures.items()))
    before, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"{PAGE} has no place for the tables: {BEGIN} … {END}")
    table = FEATURE_FORMATS[Format.MARKDOWN](measured)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
