"""The commands, each in a module of its own that is loaded when its command is named."""

from importlib import import_module
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup

from wasmfit import __version__
from wasmfit.problem import value_problem

from .given_once import refuse_repeated
from .manual import manual_page, summary_of
from .output import write_result

MODULES = {
    "compare": "compare",
    "bench": "bench",
    "features": "features",
    "economy": "economy",
    "report": "report",
    "show": "show",
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
        cls=WholeSentences,
        help="Which WebAssembly runtime fits your microcontroller? Measured, not guessed.",
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for name in [only] if only in MODULES else MODULES:
        if name == "size":
            _add_size(app)
        else:
            app.command(name, cls=CheckedCommand)(import_module(f".{MODULES[name]}", __package__).command)
    return app


def _add_size(app: typer.Typer) -> None:
    """The command that parses its arguments itself."""
    from . import size

    @app.command(
        "size", help=size.SUMMARY, add_help_option=False, context_settings={"ignore_unknown_options": True}
    )
    def command(arguments: list[str]) -> None:
        size.run(arguments)


START = """\
Which WebAssembly runtime fits your microcontroller? Measured, not guessed:
flash, RAM, stack, instructions and predicted time of every runtime on your board.

  wasmfit compare                                    every runtime in one table
  wasmfit compare my.wasm --call 'run(1)' -b pico2   with a module and board of yours
  wasmfit fit --flash 256K --ram 64K                 which of them fit, ranked

More: wasmfit --help, wasmfit list boards, wasmfit show board NAME, wasmfit doctor"""
"""What the program says when it is asked nothing."""


class CheckedCommand(TyperCommand):
    """A command that takes what has one value once, and says what is wrong with a value in words of its own.

    Its parser would silently take the last of several, and some versions of typer read values by pydantic,
    and say what is wrong in its words.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parses the arguments.

        Raises:
            UsageError: An option with one value is given several times.
            BadParameter: A value is none that is taken.
        """
        given = list(args)  # parsing takes them away
        try:
            rest = super().parse_args(ctx, args)
        except typer.BadParameter as error:
            if isinstance(error.__cause__, ValidationError):
                error.message = value_problem(error.__cause__)
            raise
        if not ctx.resilient_parsing:
            _, _, order = self.make_parser(ctx).parse_args(args=given)
            refuse_repeated(_flag(option) for option in order if _has_one_value(option))
        return rest


def _has_one_value(parameter: Any) -> bool:
    """Whether a parameter is an option that says one thing; a word such as --verbose may be repeated."""
    if parameter.param_type_name != "option" or parameter.multiple:
        return False
    return not parameter.is_flag or bool(parameter.secondary_opts)


def _flag(option: Any) -> str:
    return str(max(option.opts, key=len))


class WholeSentences(TyperGroup):
    """Help that shows each command's summary whole, on several lines where there is no room."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Writes the list of commands."""
        rows = [
            (name, summary_of(command))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _print_version(wanted: bool) -> None:
    if wanted:
        write_result(f"wasmfit {__version__}")
        raise typer.Exit


def _options(
    context: typer.Context,
    version: bool = typer.Option(  # noqa: ARG001
        False, "--version", "-V", help="Print the version and exit.", is_eager=True, callback=_print_version
    ),
    man: bool = typer.Option(False, "--man", help="Print the manual page and exit: wasmfit --man | man -l -"),
) -> None:
    if man:
        write_result(manual_page(context))
        raise typer.Exit
    if context.invoked_subcommand is None:
        write_result(START)
        raise typer.Exit
