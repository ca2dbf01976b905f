"""What ends a step that needs a compiler, where there are only images that others were made with."""

from wasmfit.model import Status
from wasmfit.toolchain import remedy

from .context import Context
from .errors import BuildError

_WHAT = {
    "firmware": "this runtime for this board and profile",
    "guest": "this workload's module",
    "host": "the program that prepares modules for this runtime",
    "suite": "the W3C suite",
}


def what(package: str) -> str:
    """What a package is built to, in words, by its name: ``guest_crc32`` is a guest."""
    return _WHAT.get(package.partition("_")[0], package)


def require_rust(context: Context, what: str) -> None:
    """Makes sure that Rust and its linker are on this machine.

    Args:
        what: What is to be built with it, in words.

    Raises:
        BuildError: They are not: the cell is unavailable here.
    """
    if not context.toolchain.rust.is_here:
        raise _absent(what, "rust")


def require_c(context: Context, target: str, what: str) -> None:
    """Makes sure that a target's C compiler is on this machine.

    Raises:
        BuildError: As for :func:`require_rust`.
    """
    compiler = context.toolchain.c[target]
    if not compiler.is_here:
        raise _absent(what, compiler.target.compilers[0])


def _absent(what: str, need: str) -> BuildError:
    return BuildError(
        f"wasmfit-images does not have {what}, and there is no compiler for it here. {remedy(need).text}",
        Status.UNAVAILABLE,
    )
