"""The commands, each in a module of its own that is loaded when its command is named."""

from importlib import import_module

import typer

from wasmfit import __version__

from .output import write_result

MODULES = {
    "compare": "compare",
    "bench": "bench",
    "features": "features",
    "report": "report",
    "run": "run",
    "profile": "profile",
    "tune": "tune",
    "size": "size",
    "fit": "fit",
    "diff": "diff",
    "check": "check",
    "history": "history",
    "list": "list_",
    "schema": "schema",
    "probes": "probes",
    "doctor": "doctor",
    "new-board": "new_board",
    "new-runtime": "new_runtime",
    "versions": "versions",
    "lock": "lock",
    "cache": "cache",
    "worker": "worker",
}
"""Command → its module, in the order of ``--help``."""


def application(only: str | None = None) -> typer.Typer:
    """The command line.

    Args:
        only: The one command that it needs to have; without it, or with another word, it has all.
    """
    app = typer.Typer(
        name="wasmfit",
        help="Which WebAssembly runtime fits your microcontroller? Measured, not guessed.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for name in [only] if only in MODULES else MODULES:
        if name == "size":
            _add_size(app)
        else:
            app.command(name)(import_module(f".{MODULES[name]}", __package__).command)
    return app


def _add_size(app: typer.Typer) -> None:
    """The command that parses its arguments itself."""
    from . import size

    @app.command(
        "size", help=size.SUMMARY, add_help_option=False, context_settings={"ignore_unknown_options": True}
    )
    def command(arguments: list[str]) -> None:
        size.run(arguments)


def _print_version(wanted: bool) -> None:
    if wanted:
        write_result(f"wasmfit {__version__}")
        raise typer.Exit


def _options(
    version: bool = typer.Option(
        False, "--version", help="Print the version and exit.", is_eager=True, callback=_print_version
    ),
) -> None:
    pass
