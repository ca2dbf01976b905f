"""Finding and running compilers, linkers and emulators."""

from .check import Check, State
from .find import CCompiler, Toolchain, checks, find, unusable
from .gateway import Gateway
from .process import ChildCancelledError, ChildStoppedError, ChildTimeoutError, Finished
from .proofs import Proof, Proofs, Proven
from .remedies import here, remedy
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
    "Proof",
    "Proofs",
    "Proven",
    "Rust",
    "State",
    "Tool",
    "Toolchain",
    "Versions",
    "Worktree",
    "checks",
    "find",
    "here",
    "remedy",
    "unusable",
    "worktree",
]
