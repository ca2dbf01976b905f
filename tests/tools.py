"""Programs that tests need on this machine."""

import shutil
import subprocess


def tool(*names: str) -> str:
    """The path of a program that a test needs, the first of several; its absence fails the test."""
    paths = [path for name in names if (path := shutil.which(name)) is not None]
    assert paths, f"{' or '.join(names)} is not installed"
    return paths[0]


def rust(program: str) -> str:
    """``cargo`` or ``rustc`` that runs: rustup may be first on PATH with no toolchain behind it."""
    paths = [path for path in (shutil.which(program), f"/usr/bin/{program}") if path is not None]
    for path in paths:
        try:
            ended = subprocess.run([path, "--version"], capture_output=True, check=False)
        except OSError:
            continue
        if ended.returncode == 0:
            return path
    raise AssertionError(f"no {program} runs: {', '.join(paths)}")
