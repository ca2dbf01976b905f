"""What docs/adding-a-runtime.md tells a reader to do, done word for word."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands import ROOT, all_blocks
from tests.wat import assembled
from wasmfit.home import Home

from .documents import follow, run

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

DOCUMENT = "adding-a-runtime.md"


def blink(place: Path) -> None:
    """The module of docs/your-module.md, which the document is done with."""
    (block,) = (block for block in all_blocks("your-module.md") if block.file == "blink.wat")
    assembled(block.text, place, "blink")


def test_the_document_leads_to_measured_rows(warm_home: Home, tmp_path: Path) -> None:
    blink(tmp_path)
    rows: dict[str, object] = {}
    for block in all_blocks(DOCUMENT):
        for cell in follow(tmp_path, warm_home, block):
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
        ("", "firmware/lib.rs does not embed wasmi-040 yet, in call 1 of 5"),
        (
            "blink.wasm --call 'run(3, 0.5)' --stub-all",
            "firmware/any.rs does not embed wasmi-040 yet, in call 1 of 3",
        ),
    ],
    ids=["workload", "module"],
)
def test_before_it_is_filled_in_a_runtime_says_so(
    warm_home: Home, tmp_path: Path, words: str, reason: str
) -> None:
    blink(tmp_path)
    first = all_blocks(DOCUMENT)[0]
    follow(tmp_path, warm_home, replace(first, text=first.text.replace(" --crate wasmi@0.40.0", "")))
    ended = run(tmp_path, warm_home, f"wasmfit compare {words} -r wasmi-040 --catalog mine --format json")
    assert ended.returncode == 1, ended.stderr
    assert [cell["reason"] for cell in json.loads(ended.stdout)["cells"]] == [None, reason]


def test_the_document_quotes_it() -> None:
    text = (ROOT / "docs" / DOCUMENT).read_text("utf-8")
    assert "trapped: firmware/lib.rs does not embed wasmi-040 yet" in text
