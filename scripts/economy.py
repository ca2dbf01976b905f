"""Writes the measured table of docs/economy.md (``make maint-economy``).

``economy.py [--workload W] [RUNTIME…]``; crc32 and the newest runtimes are the default.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import wasmfit
from wasmfit.cli.progress import ProgressReporter
from wasmfit.report import ECONOMY_FORMATS, Format
from wasmfit.requests import EconomyExperiment

PAGE = Path(__file__).parents[1] / "docs" / "economy.md"
BEGIN, END = "<!-- economy: written by make maint-economy -->", "<!-- end of economy -->"


def filled(page: str, table: str) -> str:
    """The page with its table written anew."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"{PAGE} has no place for the table: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runtimes", nargs="*")
    parser.add_argument("--workload", default=EconomyExperiment().workload)
    arguments = parser.parse_args(words)
    with ProgressReporter() as reporter:
        measured = wasmfit.economy(
            runtimes=arguments.runtimes,
            workload=arguments.workload,
            event_handler=reporter,
            command="make maint-economy",
        )
    if measured.failed:
        sys.exit("\n".join(f"{cell.id}: {cell.reason}" for cell in measured.failed))
    table = ECONOMY_FORMATS[Format.MARKDOWN](measured)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")


if __name__ == "__main__":
    main()
