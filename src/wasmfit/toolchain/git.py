"""Asking Git about a folder whose own settings are not trusted: nothing that they name is run.

A repository's settings name programs: filters, a file system monitor, hooks, a pager, helpers for passwords,
and what a partial clone fetches missing objects with. To look at a folder must not run them, so every one is
set to nothing by settings of ours, which weigh more. A filter's name is the repository's choice; the names
are asked for first, which runs nothing.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from wasmfit.errors import WasmfitError

from .process import ProcessRunner

_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # of a partial clone: missing objects stay missing
    "GIT_ASKPASS": "",
    "GIT_EXTERNAL_DIFF": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "",
    "GIT_TERMINAL_PROMPT": "0",
}

_NOTHING = {
    "core.alternateRefsCommand": "",
    "core.askPass": "",
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.pager": "",
    "core.sshCommand": "false",
    "credential.helper": "",
    "diff.external": "",
}
"""Settings that name a program → what names none."""

_NAMED = re.compile(
    r"(?s)(?P<filter>filter\..*)\.(?:clean|smudge|process|required)"
    r"|(?P<diff>diff\..*)\.(?:command|textconv)"
    r"|(?P<credential>credential\..*)\.helper"
)
"""Settings that name a program for something that has a name."""

_OFF = {
    "filter": {"clean": "", "smudge": "", "process": "", "required": "false"},
    "diff": {"command": "", "textconv": ""},
    "credential": {"helper": ""},
}


def ask_git(runner: ProcessRunner, folder: Path, *arguments: str, seconds: float) -> list[str] | None:
    """What Git says, of a folder that may be anybody's.

    Args:
        arguments: A command that reads, and does not look into submodules: their settings are others.
        seconds: The time limit of each of two commands.

    Returns:
        The lines of its standard output, of which very long ones come in pieces; ``None`` where there is no
        Git, or it fails.
    """
    program = shutil.which("git")
    if program is None:
        return None
    names = _run(
        runner, program, folder, _settings(_NOTHING), ("config", "--list", "--name-only", "-z"), seconds
    )
    if names is None:
        return None
    off = dict(_NOTHING)
    for name in "".join(names).split("\0"):
        if (match := _NAMED.fullmatch(name)) and match.lastgroup:
            off |= {f"{match[match.lastgroup]}.{key}": value for key, value in _OFF[match.lastgroup].items()}
    return _run(runner, program, folder, _settings(off), arguments, seconds)


def _settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings by the environment, where a name may hold any character (Git 2.31 and later)."""
    given = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(given) if given.isdecimal() else 0
    environment = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), first):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environment


def _run(
    runner: ProcessRunner,
    program: str,
    folder: Path,
    settings: Mapping[str, str],
    arguments: tuple[str, ...],
    seconds: float,
) -> list[str] | None:
    lines: list[str] = []
    try:
        ended = runner.run(
            [program, "-C", str(folder), *arguments],
            timeout=seconds,
            env={**os.environ, **_ENVIRONMENT, **settings},
            on_line=lines.append,
            keep_stdout=False,
        )
    except (WasmfitError, OSError):
        return None
    return lines if ended.code == 0 else None
