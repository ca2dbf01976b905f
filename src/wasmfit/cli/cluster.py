"""The option of the commands whose cells can be measured elsewhere."""

from typing import Annotated

import typer

ClusterOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS|FILE",
        help="Send the cells to the workers of a Dask scheduler: tcp://…, tls://… or its file.",
    ),
]
