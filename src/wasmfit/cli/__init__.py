"""The command line: one module a command."""

import sys

import typer

from wasmfit import __version__
from wasmfit.errors import WasmfitError

from . import bench, cache, compare, doctor, list_, lock, new_runtime, say

app = typer.Typer(
    name="wasmfit",
    help="Which WebAssembly runtime fits your microcontroller? Measured, not guessed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("compare")(compare.command)
app.command("bench")(bench.command)
app.command("list")(list_.command)
app.command("doctor")(doctor.command)
app.command("new-runtime")(new_runtime.command)
app.command("lock")(lock.command)
app.command("cache")(cache.command)


def _print_version(wanted: bool) -> None:
    if wanted:
        say.result(f"wasmfit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", help="Print the version and exit.", is_eager=True, callback=_print_version
    ),
) -> None:
    pass


def main() -> None:
    """The program: errors are a sentence and an exit code."""
    try:
        app()
    except WasmfitError as error:
        say.error(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody left to tell.
        sys.stderr.close()
        sys.exit(1)
