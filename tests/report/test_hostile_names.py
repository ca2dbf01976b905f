"""Names that mean something to shells, SQL, HTML, Markdown, terminals or file systems stay names."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.samples import measurement
from wasmfit.analysis.changes import compare_snapshots
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.snapshot import resolve
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Measurement
from wasmfit.report import FORMATS, Format
from wasmfit.report.changes import FORMATS as CHANGES
from wasmfit.report.html import to_html
from wasmfit.run.job import log_of
from wasmfit.store import RunEntry, RunMetadata, Store

from .documents import document

BOARDS = tuple(Catalog.load().boards.values())

HOSTILE = (
    "$(touch pwned)`id`;rm -rf ~",
    "x'); DROP TABLE measurement; --",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "](javascript:alert(1)) | a | ![x](http://x) **b**",
    "\x1b[2J\x1b]0;title\x07\x9b31m",
    "../../../etc/passwd",
    "{{7*7}}%s%n{0.__class__}",
    "\u202egnp.exe",
    "</script><!--",
    "=cmd|' /C calc'!A0",
)

ALIVE = re.compile(r"(?<!\\)(<(?:script|img|/script|!--)|\]\(javascript)")
"""What Markdown would take for HTML or a link: nothing that a backslash stands before."""


def named(name: str, text: int = 100_000) -> Measurement:
    """A cell whose module, owners and reasons all have that name."""
    one = measurement()
    assert one.size is not None
    owners = {".text": {name: text - 10_000, "core": 10_000}}
    return one.model_copy(
        update={
            "module": name,
            "id": f"wasmi@2.0.0/{name}/nrf52840dk/bare/reference",
            "reason": name,
            "size": one.size.model_copy(update={"text": text, "flash": text + 21_000, "owners": owners}),
        }
    )


def _prints(text: str) -> bool:
    return all(line.isprintable() for line in text.replace("\r\n", "\n").split("\n"))


@pytest.mark.parametrize("name", HOSTILE)
def test_the_store_keeps_a_name_as_it_is(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path / "results.sqlite")
    before, after = named(name), named(name, 100_100)
    for number, one in enumerate((before, after)):
        store.save(one, f"{number}{name}")
        store.record(
            RunMetadata(name, None, None, name), [RunEntry(one, f"{number}{name}", reused=False)], "x"
        )
    assert store.find(after.id, f"1{name}") == after
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with store.reading() as reader:
        sides = [resolve(word, reader, lambda one: one) for word in ("latest~1", "latest")]
        found = compare_snapshots(sides[0], sides[1])
        assert [cell.name for cell in found.cells] == [after.id]
    for kind in (Format.TABLE, Format.MARKDOWN):
        said = "".join(CHANGES[kind](found, everything=True))
        assert _prints(said)
        assert kind is Format.TABLE or not ALIVE.search(said)


@pytest.mark.parametrize("name", HOSTILE)
def test_formats_show_a_name_as_text(name: str) -> None:
    comparison = Comparison((named(name),), 1.0, 0)
    for kind in (Format.TABLE, Format.MARKDOWN, Format.JSON):
        assert _prints("".join(FORMATS[kind](comparison))), kind
    said = "".join(FORMATS[Format.MARKDOWN](comparison))
    assert not ALIVE.search(said)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_report_holds_a_name_as_data(name: str) -> None:
    plain = to_html(document((named("harmless"),), boards=BOARDS, runtimes=()))
    page = to_html(document((named(name),), boards=BOARDS, runtimes=()))
    # Nothing that a browser would run or load has been added.
    for tag in ("<script", "</script", "<img", "<!--", 'href="javascript:', "href='javascript:"):
        assert page.count(tag) == plain.count(tag), tag


@pytest.mark.parametrize("name", HOSTILE)
def test_a_log_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    home = Home.at(tmp_path)
    place = log_of(home, f"wasmi@2.0.0/{name}/nrf52840dk/bare/reference")
    assert place.parent == home.logs
    assert place.resolve().parent == home.logs.resolve()
    assert place.name.isprintable()
