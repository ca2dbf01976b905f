"""The documentation as a site: every page is there, every link leads somewhere, nothing is fetched."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import wasmfit
from wasmfit.catalog import Catalog
from wasmfit.store import MeasuredSet

ROOT = Path(__file__).parents[1]

FETCHING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}
"""Elements that a browser fetches something for, and where they say what."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make site` does; a broken link ends it with an error."""
    place = tmp_path_factory.mktemp("site")
    ended = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", place],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return place


class _Fetched(HTMLParser):
    """What a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get(FETCHING.get(tag, ""))
        if address:
            self.addresses.append(address)


def test_every_page_and_every_decision_is_there(site: Path) -> None:
    for folder in ("", "decisions"):
        pages = {path.stem for path in (ROOT / "docs" / folder).glob("*.md") if path.stem != "README"}
        assert pages <= {path.stem for path in (site / folder).glob("*.html")}
    listed = (site / "decisions" / "index.html").read_text("utf-8")
    for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"):
        assert f'href="{path.stem}.html"' in listed


def test_every_board_and_runtime_has_a_page(site: Path) -> None:
    catalog = Catalog.load()
    boards = {path.stem for path in (site / "measured" / "boards").glob("*.html")}
    runtimes = {path.stem for path in (site / "measured" / "runtimes").glob("*.html")}
    assert boards == set(catalog.boards)
    assert runtimes == set(catalog.runtimes) - {"baseline"}
    overview = (site / "measured" / "index.html").read_text("utf-8")
    for link in ("report.html", "boards/pico2.html", "runtimes/wasm3.html"):
        assert f'href="{link}"' in overview
    assert "Measured with wasmfit" in overview
    first = (site / "index.html").read_text("utf-8")
    for link in ("measured/index.html", "measured/report.html"):
        assert f'href="{link}"' in first
    assert "this machine" not in overview


def test_a_page_without_measurements_says_so(site: Path) -> None:
    unmeasured = Catalog.load().runtimes.keys() - {cell.split("@")[0] for cell in MeasuredSet().cells}
    assert "myrmic" in unmeasured
    for name in unmeasured & {"myrmic", "synth", "wasm-interpreter"}:
        page = (site / "measured" / "runtimes" / f"{name}.html").read_text("utf-8")
        assert "Not measured: " in page


def test_the_report_is_on_the_site(site: Path) -> None:
    report = (site / "measured" / "report.html").read_text("utf-8")
    assert "Which WebAssembly runtime fits the Nordic nRF52840 DK" in report
    assert "Content-Security-Policy" in report


def test_nothing_is_fetched_from_another_host(site: Path) -> None:
    fetched: list[str] = []
    for page in site.rglob("*.html"):
        found = _Fetched()
        found.feed(page.read_text("utf-8"))
        fetched += found.addresses
    assert len(fetched) > 100
    assert [address for address in fetched if re.match(r"(\w+:)?//", address)] == []
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\W*(https?:)?//", sheet.read_text("utf-8")), sheet


def test_files_that_a_reader_writes_are_named(site: Path) -> None:
    page = (site / "adding-a-workload.html").read_text("utf-8")
    assert "<code>mine/workloads/gcd-sum/workload.toml</code>" in page
    assert "```" not in page


def test_the_library_is_documented_from_its_docstrings(site: Path) -> None:
    page = (site / "api.html").read_text("utf-8")
    for name in wasmfit.__all__:
        assert f'id="wasmfit.{name}"' in page
    assert "UsageError" in page
    assert not re.search(r":\w+:(<code>|`)", page)


def test_a_broken_link_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("[nowhere](nowhere.md)\n")
    config = (ROOT / "mkdocs.yml").read_text("utf-8").split("hooks:")[0]
    validation = (
        "validation:" + (ROOT / "mkdocs.yml").read_text("utf-8").split("validation:")[1].split("#")[0]
    )
    (tmp_path / "mkdocs.yml").write_text(config + validation)
    ended = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "nowhere.md" in ended.stderr
