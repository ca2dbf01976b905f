"""All commands."""

import typer

from wasmfit import __version__

from . import (
    bench,
    cache,
    check,
    compare,
    diff,
    doctor,
    features,
    fit,
    history,
    list_,
    lock,
    new_board,
    new_runtime,
    probes,
    profile,
    report,
    say,
    size,
    tune,
    worker,
)

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
app.command("features")(features.command)
app.command("report")(report.command)
app.command("profile")(profile.command)
app.command("tune")(tune.command)


@app.command(
    "size", help=size.SUMMARY, add_help_option=False, context_settings={"ignore_unknown_options": True}
)
def _size(arguments: list[str]) -> None:
    size.run(arguments)


app.command("fit")(fit.command)
app.command("diff")(diff.command)
app.command("check")(check.command)
app.command("history")(history.command)
app.command("list")(list_.command)
app.command("probes")(probes.command)
app.command("doctor")(doctor.command)
app.command("new-board")(new_board.command)
app.command("new-runtime")(new_runtime.command)
app.command("lock")(lock.command)
app.command("cache")(cache.command)
app.command("worker")(worker.command)


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
