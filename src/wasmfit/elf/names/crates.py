"""From a mangled Rust name to the crate that defines the code.

The rule is the definition: a method belongs to the crate its ``impl`` stands in, a trait's provided method to
the trait's crate, a generic function to its own crate whatever it is instantiated with, and so drop glue
(``core::ptr::drop_in_place::<T>``) to ``core``. v0 names say all that exactly; legacy names do not say where
an ``impl`` stands.
"""

import re

from wasmfit.elf.names import rust_legacy, rust_v0

RustCrate = rust_v0.CrateRoot

_EMBEDDED = re.compile(r"\.(?=_R[A-Z]|_ZN[1-9])")
CODEGEN_UNIT = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*)\.[0-9a-f]{1,16}-cgu\.[0-9]+")
"""What rustc calls a codegen unit; the first group is its crate."""


def rust_crate(name: str) -> RustCrate | None:
    """The crate that defines what a symbol stands for.

    Args:
        name: A symbol's mangled name, v0 (``_R…``) or legacy (``_ZN…17h…E``), with or without a suffix that
            LLVM appended (``.llvm.123``, ``.0``).

    Returns:
        The crate; None when the name is not a Rust name or names none. No name raises anything.
    """
    if name.startswith("_R"):
        try:
            return rust_v0.defining_crate(name[2:])
        except rust_v0.MalformedNameError:
            return None
    if name.startswith("_ZN"):
        crate = rust_legacy.defining_crate(name)
        return None if crate is None else RustCrate(crate, None)
    return None


def embedded_crate(name: str) -> RustCrate | None:
    """The crate of the Rust name that another name ends with.

    Args:
        name: The name of a section (``.text.unlikely._RNv…``) or of a symbol that the compiler derived from
            another (``.Lswitch.table._RNv…``).

    Returns:
        The crate; None when there is no Rust name in it.
    """
    match = _EMBEDDED.search(name)
    return None if match is None else rust_crate(name[match.end() :])


def codegen_unit_crate(name: str) -> str | None:
    """The crate whose codegen unit an object or an ``STT_FILE`` symbol names.

    With fat link-time optimisation the units of all crates become one, named after one of them; only the
    caller can know whether that has been done.

    Args:
        name: Such as ``libfoo.a(foo-1f.foo.9ac3…-cgu.0.rcgu.o)`` or ``foo.9ac3…-cgu.0``.

    Returns:
        The crate's name; None when this is not a codegen unit of rustc's.
    """
    match = CODEGEN_UNIT.search(name)
    return None if match is None else match[1]
