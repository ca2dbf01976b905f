"""``wasmfit worker``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api.cluster import work

from .output import message


def command(
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The scheduler, such as tcp://127.0.0.1:8786.")
    ] = None,
    scheduler_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file that `dask scheduler` wrote its address to.")
    ] = None,
    resource: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=AMOUNT",
            help="What it has: qemu=4 emulators and build=1 builds at a time, probe:BOARD=1 boards. "
            "May be repeated. Default: qemu=(cores), build=1.",
        ),
    ] = None,
    memory: Annotated[
        str, typer.Option(metavar="SIZE", help="Memory after which it is started again, such as 4GiB.")
    ] = "auto",
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Its name in messages and results.")
    ] = None,
    listen: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address of this machine at which others reach it.")
    ] = "127.0.0.1",
) -> None:
    """Work for a cluster: build and measure cells of `compare --cluster`."""
    work(
        scheduler=scheduler,
        scheduler_file=scheduler_file,
        resources=resource or (),
        memory=memory,
        name=name,
        listen=listen,
        say=message,
    )
