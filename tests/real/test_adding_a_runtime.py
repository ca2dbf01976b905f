"""What docs/adding-a-runtime.md tells a reader to do, done word for word."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.home import Home

from .documents import DOCS, blocks, follow, run

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

DOCUMENT = "adding-a-runtime.md"


def test_the_document_leads_to_measured_rows(warm_home: Home, tmp_path: Path) -> None:
    rows: dict[object, object] = {}
    for block in blocks(DOCUMENT):
        for cell in follow(tmp_path, warm_home, block):
            rows[f"{cell['runtime']}@{cell['version']}"] = cell["status"]
    assert rows == dict.fromkeys(
        ("baseline@0.1.0", "wasmi-040@0.40.0", "wasmi@0.51.5", "my-wasm3@0.5.0"), "ok"
    )


def test_before_it_is_filled_in_a_runtime_says_so(warm_home: Home, tmp_path: Path) -> None:
    first = blocks(DOCUMENT)[0]
    follow(tmp_path, warm_home, replace(first, text=first.text.replace(" --crate wasmi@0.40.0", "")))
    ended = run(tmp_path, warm_home, "wasmfit compare -r wasmi-040 --catalog mine --format json")
    assert ended.returncode == 1, ended.stderr
    reasons = [cell["reason"] for cell in json.loads(ended.stdout)["cells"]]
    assert reasons == [None, "firmware/lib.rs does not embed wasmi-040 yet"]
    # And the document quotes it.
    assert f"trapped: {reasons[1]}" in (DOCS / DOCUMENT).read_text("utf-8")
