"""Symbols' names as their sources have them.

LLVM's demanglers do the work (through pycxxfilt: C++ and Rust's v0). Of Rust's legacy names, which look
like C++ names, only the escapes are undone and the hash is cut off.
"""

import re
from functools import lru_cache
from math import log

from wasmfit.elf.names import rust_legacy

# A mangled name can refer back to what it has spelt by a few letters, and so grow exponentially: 220 letters
# to 117 MB. m references to the level below make one level of growth by m, at best 3 ** (1 / 3) a reference.
# Of 85,000 real names 2 in a thousand are refused: those with more than 20 references.
_REFERENCE = re.compile(r"[BST][0-9A-Za-z]*_")
_GROWTH = log(3) / 3
_LONGEST_POSSIBLE = log(1 << 20)
_LONGEST = 1 << 13
# What compilers append: .llvm.123, .cold, .part.0, .isra.1, .constprop.0, and numbers that tell copies apart.
_APPENDED = frozenset(
    {"llvm", "cold", "part", "isra", "constprop", "lto_priv", "clone", "warm", "localalias"}
)
_MOST_APPENDED = 8


@lru_cache(maxsize=1 << 14)
def demangle(name: str) -> str:
    """A symbol's name as its source has it; the name itself where it is not mangled or cannot be read."""
    if not name.startswith(("_R", "_Z", "__Z", ".L", "switch.", "anon.")):
        return name
    base, suffix = without_appended(name)
    at = max(base.find("._R"), base.find("._Z"))
    if at >= 0:
        # Derived by the compiler from a function: .Lswitch.table._RNv…
        return f"{base[: at + 1]}{_demangled_base(base[at + 1 :])}{suffix}"
    return f"{_demangled_base(base)}{suffix}"


def without_appended(name: str) -> tuple[str, str]:
    """A name and what compilers appended to it."""
    base = name
    for _ in range(_MOST_APPENDED):
        head, dot, last = base.rpartition(".")
        if not dot or not head or not (last.isdecimal() or last in _APPENDED):
            break
        base = head
    return base, name[len(base) :]


def _demangled_base(name: str) -> str:
    legacy = rust_legacy.path(name) if len(name) <= _LONGEST else None
    if legacy is not None:
        return legacy
    # Imported here, since nothing but names that are printed needs it.
    import pycxxfilt

    if len(name) > _LONGEST or not name:
        return name
    # Compared as logarithms: the product overflows.
    if log(len(name)) + _GROWTH * len(_REFERENCE.findall(name)) > _LONGEST_POSSIBLE:
        return name
    try:
        text = pycxxfilt.demangle(name)
    except ValueError:
        return name
    return text if text and len(text) <= _LONGEST else name
