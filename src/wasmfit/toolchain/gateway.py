"""How one comparison runs its child processes: all of them echoed, or not, and cancelled together."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .process import Finished, run


@dataclass(frozen=True)
class Gateway:
    """Runs child processes through :func:`wasmfit.toolchain.process.run`.

    Attributes:
        echo: Called with each command line before it starts; ``None`` keeps quiet.
        cancel: Once set, running children are ended and no other starts.
    """

    echo: Callable[[str], None] | None = None
    cancel: threading.Event = field(default_factory=threading.Event)

    def run(
        self,
        argv: Sequence[str | os.PathLike[str]],
        *,
        timeout: float,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
        on_line: Callable[[str], None] | None = None,
        keep_stdout: bool = True,
        memory: int | None = None,
    ) -> Finished:
        """Runs a program to its end; see :func:`wasmfit.toolchain.process.run` for arguments and errors."""
        return run(
            argv,
            timeout=timeout,
            cwd=cwd,
            env=env,
            log=log,
            on_line=on_line,
            keep_stdout=keep_stdout,
            memory=memory,
            echo=self.echo,
            cancel=self.cancel,
        )
