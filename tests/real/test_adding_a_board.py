"""What docs/adding-a-board.md tells a reader to do, done word for word."""

from pathlib import Path

import pytest

from tests.commands import all_blocks
from wasmfit.home import Home

from .documents import follow

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]


def test_the_document_leads_to_measured_rows(warm_home: Home, tmp_path: Path) -> None:
    rows = {
        cell["id"]: cell["status"]
        for block in all_blocks("adding-a-board.md")
        for cell in follow(tmp_path, warm_home, block)
    }
    assert rows == {
        "baseline@0.1.0/add-with-extra/my-tag/bare/reference": "ok",
        "wasm3@0.5.0/add-with-extra/my-tag/bare/reference": "ok",
    }
