"""What ends a step that needs a compiler, where there are only images that others were made with."""

import shutil

from wasmfit.toolchain import Check, remedy
from wasmfit.words import listed

from .context import Context
from .errors import MissingCompilerError

_WHAT = {
    "firmware": "this runtime for this board and profile",
    "guest": "this workload's module",
    "host": "the program that prepares modules for this runtime",
    "suite": "the W3C suite",
}
_INSTALL = "Install it with: "


def what(package: str) -> str:
    """What a package is built to, in words, by its name: ``guest_crc32`` is a guest."""
    return _WHAT.get(package.partition("_")[0], package)


def require_rust(context: Context, what: str) -> None:
    """Makes sure that Rust and its linker are on this machine.

    Args:
        what: What is to be built with it, in words.

    Raises:
        MissingCompilerError: They are not: the cell is unavailable here.
    """
    if not context.toolchain.rust.is_here:
        raise absent(context, f"wasmfit-images does not have {what}")


def require_c(context: Context, target: str, what: str) -> None:
    """Makes sure that a target's C compiler is on this machine.

    Raises:
        MissingCompilerError: As for :func:`require_rust`.
    """
    if not context.toolchain.c[target].is_here:
        raise absent(context, f"wasmfit-images does not have {what}", target)


def absent(context: Context, reason: str, target: str | None = None) -> MissingCompilerError:
    """The end of what cannot be built here, with what is missing and how to get it.

    Args:
        reason: Why it must be built, as the beginning of a sentence.
        target: The target whose C compiler builds it, where one does.
    """
    lacking = context.toolchain.lacking
    remedies = [check.remedy for check in lacking]
    if target is not None:
        compiler = context.toolchain.c[target].target
        if not any(map(shutil.which, compiler.compilers)):
            remedies.append(remedy(compiler.compilers[0], compiler.packages).text)
    if not remedies:
        return MissingCompilerError(
            f"{reason}, and WASMFIT_RUST=images has nothing built here.", "Leave WASMFIT_RUST unset."
        )
    return MissingCompilerError(f"{reason}, and {_why(lacking)}.", _together(remedies))


def _why(lacking: tuple[Check, ...]) -> str:
    names = [check.name for check in lacking]
    if not names or any(check.need == "rust" for check in lacking):
        return "there is no compiler for it here"
    return f"nothing is built here without the {listed(names)}"


def _together(remedies: list[str]) -> str:
    """Several remedies in one sentence, where each is a command."""
    if len(remedies) == 1 or not all(one.startswith(_INSTALL) for one in remedies):
        return " ".join(remedies)
    commands = (one.removeprefix(_INSTALL) for one in dict.fromkeys(remedies))
    return f"Install them with: {' && '.join(commands)}"
