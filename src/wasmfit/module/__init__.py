"""A wasm module of the user's: what it declares, how it is to be called, what answers its imports."""

from .read import ModuleError, Wasm, read
from .supply import TABLE
from .user_module import load_user_module

__all__ = ["TABLE", "ModuleError", "Wasm", "load_user_module", "read"]
