"""Programs that are shell scripts, on a PATH of the test's own."""

from pathlib import Path

SAYS_VERSION = 'case "$1" in --version) echo stand-in 1.0; exit 0;; esac'


def fake(folder: Path, program: str, lines: str) -> Path:
    """A program that is a shell script."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / program
    place.write_text(f"#!/bin/sh\n{lines}\n")
    place.chmod(0o755)
    return place


def installed(folder: Path, *names: str) -> None:
    """A dpkg-query that knows these packages."""
    known = "|".join(names) or "nothing"
    fake(
        folder,
        "dpkg-query",
        f'shift 2; for name; do case $name in {known}) echo "$name installed";; esac; done',
    )
