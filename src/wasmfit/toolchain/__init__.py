"""Finding and running compilers, linkers and emulators."""

from .c_compiler import CCompiler, NoCCompiler, c_compiler
from .c_library import InstalledLibrary, known_libraries
from .cargos import Cargo, cargos
from .check import Check, State
from .files import file_identity, write_whole
from .find import Toolchain, check_git_dependencies, check_llvm, checks, find, unusable
from .git import ask_git
from .llvm import Llvm, NoLlvm, find_llvm
from .packages import System
from .process import ChildCancelledError, ChildStoppedError, ChildTimeoutError, Finished, ProcessRunner
from .proofs import Proof, Proofs, Proven, ToolTrial
from .prove import c_trial, git_trial, host_trial, llvm_trial, rust_trial
from .remedies import here, remedy
from .rust import Rust
from .versions import Tool, Versions
from .worktree import Worktree, worktree

__all__ = [
    "CCompiler",
    "Cargo",
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
    "cargos",
    "check_git_dependencies",
    "check_llvm",
    "checks",
    "file_identity",
    "find",
    "find_llvm",
    "git_trial",
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
