"""What docs/adding-a-runtime.md tells a reader to do, done word for word."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wat import assembled
from wasmfit.home import Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

DOCUMENT = Path(__file__).parents[2] / "docs" / "adding-a-runtime.md"
YOUR_MODULE = DOCUMENT.with_name("your-module.md")
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


def blink(place: Path) -> None:
    """The module of docs/your-module.md, which the document is done with."""
    (text,) = re.findall(r"^```wat blink\.wat\n(.*?)^```$", YOUR_MODULE.read_text("utf-8"), re.DOTALL | re.M)
    assembled(text, place, "blink")


def test_the_document_leads_to_measured_rows(warm_home: Home, tmp_path: Path) -> None:
    blink(tmp_path)
    rows: dict[str, object] = {}
    for language, file, text in BLOCKS:
        for cell in follow(tmp_path, warm_home, language, file or None, text):
            rows[str(cell["id"]).removesuffix("/nrf52840dk/bare/reference")] = cell["status"]
    assert rows == dict.fromkeys(
        (
            "baseline@0.1.0/add-with-extra",
            "wasmi-040@0.40.0/add-with-extra",
            "wasmi@0.51.5/add-with-extra",
            "my-wasm3@0.5.0/add-with-extra",
            "baseline@0.1.0/blink",
            "wasmi-040@0.40.0/blink",
            "my-wasm3@0.5.0/blink",
        ),
        "ok",
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "firmware/lib.rs does not embed wasmi-040 yet"),
        (
            ("blink.wasm", "--call", "run(3, 0.5)", "--stub-all"),
            "firmware/any.rs does not embed wasmi-040 yet",
        ),
    ],
    ids=["workload", "module"],
)
def test_before_it_is_filled_in_a_runtime_says_so(
    warm_home: Home, tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    blink(tmp_path)
    for language, _, text in BLOCKS[:1]:
        follow(tmp_path, warm_home, language, None, text.replace(" --crate wasmi@0.40.0", ""))
    command = ["compare", *words, "-r", "wasmi-040", "--catalog", "mine", "--format", "json"]
    ended = subprocess.run(
        [sys.executable, "-m", "wasmfit", *command],
        cwd=tmp_path,
        env={**os.environ, "WASMFIT_HOME": str(warm_home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    assert [cell["reason"] for cell in json.loads(ended.stdout)["cells"]] == [None, reason]


def test_the_document_quotes_it() -> None:
    assert "trapped: firmware/lib.rs does not embed wasmi-040 yet" in DOCUMENT.read_text("utf-8")
