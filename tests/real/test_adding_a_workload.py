"""What docs/adding-a-workload.md tells a reader to do, done word for word."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.commands import all_blocks
from wasmfit.home import Home

from .documents import follow

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

DOCUMENT = "adding-a-workload.md"


def test_the_document_leads_to_measured_rows(warm_home: Home, tmp_path: Path) -> None:
    rows = {
        cell["id"].removesuffix("/nrf52840dk/bare/reference"): cell["status"]
        for block in all_blocks(DOCUMENT)
        if block.language != "python"
        for cell in follow(tmp_path, warm_home, block)
    }
    names = ("baseline@0.1.0", "native@0.1.0", "wasm3@0.5.0")
    assert rows == {f"{name}/gcd-sum": "ok" for name in names}


def test_what_it_expects_is_what_its_python_says() -> None:
    (program,) = (block.text for block in all_blocks(DOCUMENT) if block.language == "python")
    (file,) = (block.text for block in all_blocks(DOCUMENT) if block.language == "toml")
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    calls = [call["expected"] for call in tomllib.loads(file)["calls"]]
    assert calls == [*map(int, said.split()), calls[0]]
