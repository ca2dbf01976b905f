"""Finding and running compilers, linkers and emulators."""

from .find import CCompiler, Check, Toolchain, checks, find, missing_sentence
from .gateway import Gateway
from .process import ChildCancelledError, ChildStoppedError, ChildTimeoutError, Finished
from .rust import Rust
from .versions import Tool, Versions
from .worktree import Worktree, worktree

__all__ = [
    "CCompiler",
    "Check",
    "ChildCancelledError",
    "ChildStoppedError",
    "ChildTimeoutError",
    "Finished",
    "Gateway",
    "Rust",
    "Tool",
    "Toolchain",
    "Versions",
    "Worktree",
    "checks",
    "find",
    "missing_sentence",
    "worktree",
]
