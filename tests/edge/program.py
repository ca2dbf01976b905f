"""The program as a process, for tests of what is around it: streams, signals, limits."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SECONDS = 300
"""Only a hang takes as long, however busy the machine."""


def ended(
    arguments: Sequence[str | bytes],
    home: Path | str | bytes,
    *,
    redirect: str = "",
    before: str = "",
    **environment: str,
) -> subprocess.CompletedProcess[bytes]:
    """Runs ``wasmfit`` to its end.

    Args:
        arguments: Those of the program.
        home: Its folder.
        redirect: Redirections, as a shell writes them.
        before: What the shell does first, such as ``ulimit -v 700000;``.
        environment: More variables.
    """
    command = [sys.executable, "-m", "wasmfit", *arguments]
    return subprocess.run(
        ["/bin/sh", "-c", f'{before} exec "$@" {redirect}', "sh", *command],
        env={**os.environ, "WASMFIT_HOME": home, "COLUMNS": "200", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


def in_sentences(ended: subprocess.CompletedProcess[bytes]) -> str:
    """What a program said on stderr, which is not a traceback."""
    said = ended.stderr.decode(errors="replace")
    for words in ("Traceback", "Exception ignored", "Fatal Python error", "most recent call"):
        assert words not in said, said
    return said
