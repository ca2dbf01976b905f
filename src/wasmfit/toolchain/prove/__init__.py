"""Trying compilers and linkers on one line each: that they are there does not say that they work."""

from .c import c_trial
from .git import git_trial
from .host import host_trial
from .llvm import llvm_trial
from .rust import rust_trial

__all__ = ["c_trial", "git_trial", "host_trial", "llvm_trial", "rust_trial"]
