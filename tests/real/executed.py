"""Executes images and says how they ran, on whatever system this is started on.

Usage: python executed.py FOLDER PLUGINS

``FOLDER/images.json`` lists them: a name, the ELF file in the folder, the board and the workload of each.
The runs are written to stdout as JSON, by name, with all figures. Plugins are compiled into the other folder.
"""

import json
import sys
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.emulation import ExpectedCalls, QemuRunner, compiled, execute
from wasmfit.toolchain import ProcessRunner


def executed(folder: Path, plugins: Path) -> dict[str, object]:
    """Name → how it ended, its run and all its instructions."""
    catalog, runner = Catalog.load(), ProcessRunner()
    runs: dict[str, object] = {}
    for image in json.loads((folder / "images.json").read_text(encoding="utf-8")):
        board = catalog.boards[image["board"]]
        execution = execute(
            folder / image["elf"],
            QemuRunner(board, compiled(plugins, runner, board.emulator.qemu), runner),
            ExpectedCalls(catalog.workloads[image["workload"]].calls),
        )
        runs[image["name"]] = execution.model_dump(mode="json", exclude={"seconds"})
    return runs


if __name__ == "__main__":
    json.dump(executed(*(Path(folder).absolute() for folder in sys.argv[1:3])), sys.stdout)
