"""What docs/adding-a-runtime.md tells a reader to do, done word for word."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from wasmfit.home import Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

DOCUMENT = Path(__file__).parents[2] / "docs" / "adding-a-runtime.md"
BLOCKS = re.findall(
    r"^```(\w+)(?: (\S+))?\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE
)


def follow(place: Path, home: Home, language: str, file: str | None, text: str) -> list[dict[str, object]]:
    """Writes a block's file, or runs its commands; returns the cells that were compared."""
    if file is not None:
        (place / file).write_text(text, encoding="utf-8")
        return []
    assert language == "sh"
    cells: list[dict[str, object]] = []
    for line in text.splitlines():
        program, *words = shlex.split(line)
        assert program == "wasmfit"
        if words[0] == "compare":
            words += ["--format", "json"]
        ended = subprocess.run(
            [sys.executable, "-m", "wasmfit", *words],
            cwd=place,
            env={**os.environ, "WASMFIT_HOME": str(home.root)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        if words[0] == "compare":
            cells += json.loads(ended.stdout)["cells"]
    return cells


def test_the_document_leads_to_measured_rows(warm_home: Home, tmp_path: Path) -> None:
    rows: dict[object, object] = {}
    for language, file, text in BLOCKS:
        for cell in follow(tmp_path, warm_home, language, file or None, text):
            rows[f"{cell['runtime']}@{cell['version']}"] = cell["status"]
    assert rows == dict.fromkeys(
        ("baseline@0.1.0", "wasmi-040@0.40.0", "wasmi@0.51.5", "my-wasm3@0.5.0"), "ok"
    )


def test_before_it_is_filled_in_a_runtime_says_so(warm_home: Home, tmp_path: Path) -> None:
    for language, _, text in BLOCKS[:1]:
        follow(tmp_path, warm_home, language, None, text.replace(" --crate wasmi@0.40.0", ""))
    environment = {**os.environ, "WASMFIT_HOME": str(warm_home.root)}
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "wasmfit",
            "compare",
            "-r",
            "wasmi-040",
            "--catalog",
            "mine",
            "--format",
            "json",
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    reasons = [cell["reason"] for cell in json.loads(ended.stdout)["cells"]]
    assert reasons == [None, "firmware/lib.rs does not embed wasmi-040 yet"]
    # And the document quotes it.
    assert f"trapped: {reasons[1]}" in DOCUMENT.read_text("utf-8")
