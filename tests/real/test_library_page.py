"""docs/api.md: its example runs, and prints what it says."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import blocks
from tests.project import borrowed
from wasmfit.home import Home

pytestmark = pytest.mark.real


def test_the_example_runs(warm_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = blocks("api.md", "python")
    monkeypatch.setenv("WASMFIT_HOME", str(borrowed(warm_home, tmp_path).root))
    ended = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=True)
    rows = [line.split() for line in ended.stdout.splitlines()]
    assert [row[0].partition("@")[0] for row in rows] == ["baseline", "wasm3"]
    assert all(status == "ok" and int(flash) > 4000 for _, status, flash in rows)
