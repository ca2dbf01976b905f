"""A wasm module of the user's: what it declares, how it is to be called, what answers its imports."""

from .given import given
from .read import ModuleError, Wasm, read

__all__ = ["ModuleError", "Wasm", "given", "read"]
