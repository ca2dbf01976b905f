"""All commands."""

import typer

from wasmfit import __version__

from . import bench, cache, compare, doctor, list_, lock, new_runtime, profile, say, size, worker

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
app.command("profile")(profile.command)


@app.command(
    "size", help=size.SUMMARY, add_help_option=False, context_settings={"ignore_unknown_options": True}
)
def _size(arguments: list[str]) -> None:
    size.run(arguments)


app.command("list")(list_.command)
app.command("doctor")(doctor.command)
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
