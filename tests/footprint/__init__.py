"""Tests of the accounts of ELF files."""

import shutil


def tool(*names: str) -> str:
    """The path of a program that a test needs, the first of several; its absence fails the test."""
    paths = [path for name in names if (path := shutil.which(name)) is not None]
    assert paths, f"{' or '.join(names)} is not installed"
    return paths[0]
