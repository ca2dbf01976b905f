"""Finding and running compilers, linkers and emulators."""

from .c_compiler import CCompiler, NoCCompiler, c_compiler
from .c_library import InstalledLibrary, known_libraries
from .check import Check, State
from .files import file_identity, write_whole
from .find import Toolchain, check_llvm, checks, find, unusable
from .git import ask_git
from .llvm import Llvm, NoLlvm, find_llvm
from .packages import System
from .process import ChildCancelledError, ChildStoppedError, ChildTimeoutError, Finished, ProcessRunner
from .proofs import Proof, Proofs, Proven, ToolTrial
from .prove import c_trial, host_trial, llvm_trial, rust_trial
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
    "InstalledLibrary",
    "Llvm",
    "NoCCompiler",
    "NoLlvm",
    "ProcessRunner",
    "Proof",
    "Proofs",
    "Proven",
    "Rust",
    "State",
    "System",
    "Tool",
    "ToolTrial",
    "Toolchain",
    "Versions",
    "Worktree",
    "ask_git",
    "c_compiler",
    "c_trial",
    "check_llvm",
    "checks",
    "file_identity",
    "find",
    "find_llvm",
    "here",
    "host_trial",
    "known_libraries",
    "llvm_trial",
    "remedy",
    "rust_trial",
    "unusable",
    "worktree",
    "write_whole",
]
