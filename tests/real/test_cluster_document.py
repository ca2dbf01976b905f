"""The commands of docs/cluster.md do what it says: the blocks, run one after the other by one shell."""

import os
import re
import subprocess
from pathlib import Path

import psutil
import pytest

import wasmfit
from wasmfit.home import Home
from wasmfit.store import Store

from .farm import PROGRAMS

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(3600)]

DOCUMENT = Path(__file__).parents[2] / "docs" / "cluster.md"

# A cell that waits for its worker for so long has waited enough.
SECONDS = 900


def free(ports: dict[str, str], port: str) -> str:
    """A free port in the place of the document's, the same each time."""
    if port not in ports:
        import socket

        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            ports[port] = str(found.getsockname()[1])
    return ports[port]


def test_its_commands(warm_home: Home, tmp_path: Path) -> None:
    wasmfit.compare(runtimes=["wasm3"], home=warm_home.root)
    home = Home.at(tmp_path / "home")
    # What is built is built; nothing is measured yet.
    home.artefacts.symlink_to(warm_home.artefacts)
    blocks = re.findall(r"^```sh\n(.*?)^```", DOCUMENT.read_text(), re.M | re.S)
    assert len(blocks) == 2
    ports: dict[str, str] = {}
    script = re.sub(r"(?<=[ :])878\d\b", lambda found: free(ports, found[0]), "\n".join(blocks))
    environment = {
        **os.environ,
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "WASMFIT_HOME": str(home.root),
    }
    shell = subprocess.Popen(
        ["bash", "-e", "-c", script],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "said").open("w"),
        text=True,
        start_new_session=True,
    )
    try:
        assert shell.wait(SECONDS) == 0, (tmp_path / "said").read_text()
        background = [one for one in psutil.process_iter() if os.getpgid(one.pid) == shell.pid]
        # Two schedulers, two nannies, two workers.
        assert len(background) >= 6
    finally:
        os.killpg(shell.pid, 15)
    assert Store(home.results).count() == 4
    database = home.results.read_bytes()
    assert b'"worker":"bench-1"' in database
    assert b'"worker":"safe"' in database
