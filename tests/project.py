"""A folder with what the pages take to be there: a module, ELF files, a budget, and runs with labels."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import wasmfit
from wasmfit.home import Home

from .commands import all_blocks, blocks
from .wat import assembled

MODULE = """(module (func (export "run") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))"""


def borrowed(warm: Home, root: Path) -> Home:
    """A wasmfit folder with what is built and measured in another, and with labels and runs of its own."""
    wasmfit.compare(runtimes=["wasm3", "wamr"], home=warm.root)
    wasmfit.compare(runtimes=["wasm3"], profiles=["small", "fast"], home=warm.root)
    home = Home.at(root)
    home.artefacts.symlink_to(warm.artefacts)
    with closing(sqlite3.connect(warm.results)) as theirs, closing(sqlite3.connect(home.results)) as copy:
        theirs.backup(copy)
    return home


def prepare(place: Path, home: Home) -> None:
    """Fills the folder; the runs are recorded in ``home``."""
    assembled(MODULE, place, "my")
    for label in ("before", "after", "main"):
        wasmfit.compare(runtimes=["wasm3"], home=home.root, label=label)
    for profile in ("fast", "small"):
        wasmfit.compare(runtimes=["wasm3"], profiles=[profile], home=home.root, label="main")
    # What is held against `main` is the newest run.
    compared = wasmfit.compare(runtimes=["wasm3"], profiles=["small"], home=home.root)
    (place / "main.json").write_text(json.dumps(compared.to_dict()))
    for names, one in zip((("old.elf",), ("firmware.elf", "new.elf")), compared.measurements, strict=True):
        assert one.provenance.elf is not None
        for name in names:
            (place / name).write_bytes(Path(one.provenance.elf).read_bytes())
    (place / "budget.toml").write_text(blocks("verdicts.md", "toml")[0])
    for block in all_blocks("experiments.md"):
        if block.file is not None:
            (place / block.file).write_text(block.text)


def shell(home: Home, place: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Has a shell do a line in the folder, as a reader's would."""
    programs = Path(sys.executable).parent
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", text],
        cwd=place,
        env={
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "WASMFIT_HOME": str(home.root),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
