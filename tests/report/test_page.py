"""The report in a browser: nothing is requested or complained of, text stays text, filters act on all."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from tests.report.browser import DESKTOP, PHONE, asked, browser, complaints, moved, opened, requests, settled
from tests.report.many import BREAKOUT, HOSTILE, small, suite, thousand, with_regions
from wasmfit.analysis.basis import OUTDATED_CLAUSE, Origin, with_origin
from wasmfit.analysis.document import ReportDocument
from wasmfit.model import LayoutSpread, Measurement
from wasmfit.report.html import to_html
from wasmfit.report.html.bundle import bundled, modules

SECTIONS = (
    "answer",
    "plot",
    "memory",
    "bytes",
    "speed",
    "phases",
    "features",
    "reference",
    "flames",
    "history",
    "failures",
    "provenance",
)
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")


def outdated() -> ReportDocument:
    """The small report, of which everything of wasm3 is outdated."""
    document = small()
    old = Origin(False, "0.1.0", "Debian 12", "2026-11-01T08:00:00+00:00", ("harness",))
    return replace(
        document,
        measurements=tuple(
            with_origin(one, old) if one.runtime == "wasm3" else one for one in document.measurements
        ),
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {"small": folder / "small report.html", "thousand": folder / "thousand.html"}
    made["small"].write_text(to_html(small()), encoding="utf-8")
    made["thousand"].write_text(to_html(thousand()), encoding="utf-8")
    made["outdated"] = folder / "outdated.html"
    made["outdated"].write_text(to_html(outdated()), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def desktop() -> Iterator[Chrome]:
    with browser() as started:
        yield started


@pytest.fixture
def page(desktop: Chrome, pages: dict[str, Path]) -> Chrome:
    opened(desktop, pages["small"])
    return desktop


def text_of(driver: Chrome, section: str) -> str:
    return str(asked(driver, "return document.getElementById('s-' + arguments[0]).textContent", section))


def test_what_is_outdated_is_marked(desktop: Chrome, pages: dict[str, Path]) -> None:
    complaints(desktop)
    opened(desktop, pages["outdated"])
    assert complaints(desktop) == []
    answer, provenance = text_of(desktop, "answer"), text_of(desktop, "provenance")
    assert OUTDATED_CLAUSE in answer
    assert "wasm3 1.0.0 †" in answer
    assert "wamr 1.0.0 †" not in answer
    assert "ok, outdated" in provenance


def test_it_opens_with_no_complaint_and_asks_for_nothing(page: Chrome, pages: dict[str, Path]) -> None:
    complaints(page)
    requests(page)
    opened(page, pages["small"])
    assert complaints(page) == []
    assert [one for one in requests(page) if one != "about:blank"] == [pages["small"].as_uri()]


def test_every_section_is_there_with_its_content(page: Chrome) -> None:
    for section in SECTIONS:
        assert len(text_of(page, section)) > 40, section
    assert "wasm3 1.0.0 fits the Nordic nRF52840 DK and these 2 modules best" in text_of(page, "answer")
    assert "the image is 951,424 B larger than flash" in text_of(page, "answer")


def test_hostile_names_stay_text(page: Chrome) -> None:
    moved(page, "at=0.0.0")
    for section in ("bytes", "failures", "features", "flames", "history"):
        assert HOSTILE in text_of(page, section), section
    assert BREAKOUT in text_of(page, "bytes")
    assert BREAKOUT in page.find_element(By.TAG_NAME, "h1").text
    assert asked(page, "return document.title") != "run"
    assert asked(page, "return document.querySelectorAll('img').length") == 0
    assert complaints(page) == []


def test_a_script_that_got_in_would_not_run(page: Chrome) -> None:
    asked(
        page,
        "const made = document.createElement('script'); made.textContent = 'document.title = 1';"
        "document.body.append(made); document.body.setAttribute('onclick', 'document.title = 2');"
        "document.body.click()",
    )
    assert asked(page, "return document.title") not in ("1", "2")
    assert any("Content Security Policy" in one for one in complaints(page))


def test_numbers_are_those_of_the_data(page: Chrome) -> None:
    for one in small().measurements:
        if one.size is not None and one.module == "sha256":
            row = asked(
                page,
                "return [...document.querySelectorAll('#s-memory tr')].map(row => row.textContent)"
                ".find(text => text.startsWith(arguments[0]))",
                f"{one.runtime} {one.version}",
            )
            assert f"{one.size.flash:,}" in row
    # 2,000 and 4,000 instructions against native code's 100.
    assert "20.0×" in text_of(page, "speed")
    assert "40.0×" in text_of(page, "speed")


def test_filters_act_on_everything_and_stand_in_the_address(page: Chrome) -> None:
    boxes = page.find_elements(By.CSS_SELECTOR, "#filters input[data-value^='runtime=']")
    page.find_element(By.CSS_SELECTOR, "#filters details[data-key=runtime] > summary").click()
    (wasm3,) = [one for one in boxes if one.get_attribute("data-value") == "runtime=wasm3 1.0.0"]
    wasm3.click()
    assert "runtime=" in page.current_url
    settled(page)
    for section in ("answer", "plot", "memory", "bytes", "speed", "phases", "provenance"):
        shown = text_of(page, section)
        assert "wasm3" not in shown, section
        assert "wamr" in shown, section
    assert "Of those chosen, wamr 1.0.0 comes first." in text_of(page, "answer")


def test_speed_is_said_to_be_of_the_region(desktop: Chrome, tmp_path: Path) -> None:
    page = tmp_path / "regions.html"
    page.write_text(to_html(with_regions(small())), encoding="utf-8")
    opened(desktop, page, "#y=time")
    shown = text_of(desktop, "plot")
    assert "predicted time of the region of interest" in shown
    assert "warm call" not in shown
    assert not complaints(desktop)


def in_layouts(document: ReportDocument) -> ReportDocument:
    """The report, of which one cell ran in four layouts."""
    spread = LayoutSpread(number=4, median_s=2e-3, least_s=1.9e-3, most_s=2.5e-3, cache_share=0.75)

    def changed(one: Measurement) -> Measurement:
        if one.run is None or one.runtime != "wasm3" or one.run.predicted is None:
            return one
        return one.model_copy(update={"run": one.run.model_copy(update={"layouts": spread})})

    return replace(document, measurements=tuple(map(changed, document.measurements)))


def test_the_spread_over_layouts_is_a_table(page: Chrome, tmp_path: Path) -> None:
    assert "Spread over layouts" not in text_of(page, "speed")
    shown = tmp_path / "layouts.html"
    shown.write_text(to_html(in_layouts(small())), encoding="utf-8")
    opened(page, shown)
    text = text_of(page, "speed")
    assert "Spread over layouts" in text
    for figure in ("≈2 ms", "−5.0 %", "+25.0 %", "75 %"):
        assert figure in text
    assert not complaints(page)


def test_a_suite_of_ones_own_has_its_means_cells_sizes_and_charges(desktop: Chrome, tmp_path: Path) -> None:
    page = tmp_path / "suite.html"
    page.write_text(to_html(suite()), encoding="utf-8")
    complaints(desktop)
    opened(desktop, page)
    assert not complaints(desktop)
    shown = text_of(desktop, "speed")
    # wasm3 is the fastest of those that ran both; wasmi takes twice and eight times as much, 4 in the mean.
    assert "Your modules, relative to wasm3@1.0.0" in shown
    assert "there is no native code of them" in shown
    rows = {row.split("\n")[0]: row for row in _rows(desktop, "Your modules, relative to wasm3@1.0.0")}
    assert rows["wasmi 1.0.0"].split("\n")[1:3] == ["2 of 2", "4.00×"]
    assert rows["wamr 1.0.0"].split("\n")[1:3] == ["1 of 2", "3.00×"]
    cells = _rows(desktop, "Your modules, relative to wasm3@1.0.0, module by module")
    assert "wasmi 1.0.0\n2.00×\n8.00×" in cells
    assert "wamr 1.0.0\n3.00×\ntrapped" in cells
    assert _rows(desktop, "Modules as they are sent to a device") == [
        "fir\n300\n150\n40\nwasm3, wamr, wasmi",
        "pid\n500\n250\n40\nwasm3, wasmi",
        "pid\n300\n150\n40\nwamr",
    ]
    assert "wasm3 1.0.0\n≈2 µC (1 µC–4 µC)\n≈2 µC (1 µC–4 µC)" in _rows(
        desktop, "Predicted charge of a call, with its error bar"
    )
    assert "Predicted energy of a call" in shown


def test_a_suite_stands_next_to_workloads(desktop: Chrome, tmp_path: Path) -> None:
    page = tmp_path / "both.html"
    page.write_text(to_html(suite(next_to_workloads=True)), encoding="utf-8")
    complaints(desktop)
    opened(desktop, page)
    assert not complaints(desktop)
    slow = {row.split("\n")[0]: row for row in _rows(desktop, "Slowdown compared with native code")}
    assert slow["wasm3 1.0.0"].split("\n")[1:3] == ["1 of 1", "20.0×"]
    assert "native 1.0.0" not in slow
    assert "wasmi 1.0.0\n2.00×\n8.00×" in _rows(
        desktop, "Your modules, relative to wasm3@1.0.0, module by module"
    )


def _rows(driver: Chrome, caption: str) -> list[str]:
    """The rows of the table with that caption, their cells one a line."""
    script = """
        const table = [...document.querySelectorAll("#s-speed table")].find(
          (one) => one.caption && one.caption.textContent === arguments[0]);
        return [...table.tBodies[0].rows].map(
          (row) => [...row.cells].map((cell) => cell.textContent).join("\\n"));
    """
    return list(asked(driver, script, caption))


def test_a_workload_of_its_own_has_an_answer_of_its_own(page: Chrome) -> None:
    moved(page, "workload=fft")
    assert "and the module fft best" in text_of(page, "answer")
    assert "large" not in text_of(page, "plot")


def test_an_address_with_a_state_opens_in_it(desktop: Chrome, pages: dict[str, Path]) -> None:
    opened(desktop, pages["small"], "#runtime=wamr+1.0.0&y=time")
    assert "predicted time of a warm call" in text_of(desktop, "plot")
    assert "wasm3" not in text_of(desktop, "answer")


def test_an_address_with_nonsense_opens_all_the_same(desktop: Chrome, pages: dict[str, Path]) -> None:
    opened(
        desktop,
        pages["small"],
        "#runtime=&x=__proto__&y=constructor&image=none&at=9.9.x&s=nowhere&axes=%3Cb%3E",
    )
    assert complaints(desktop) == []
    assert "Nothing that was measured passes" in text_of(desktop, "plot") + text_of(desktop, "answer") or (
        "fits" not in text_of(desktop, "plot")
    )


def test_a_link_to_a_section_leads_there(desktop: Chrome, pages: dict[str, Path]) -> None:
    opened(desktop, pages["thousand"])
    asked(desktop, "document.querySelector('#contents a[data-to=failures]').click()")
    for _ in range(50):
        time.sleep(0.1)
        top = asked(desktop, "return document.getElementById('h-failures').getBoundingClientRect().top")
        if 0 <= top < 200:
            break
    assert 0 <= top < 200
    assert asked(desktop, "return document.activeElement.id") == "h-failures"


def test_a_table_that_was_opened_stays_open(page: Chrome) -> None:
    asked(page, "document.querySelectorAll('#s-memory details')[1].open = true")
    moved(page, "runtime=wasm3+1.0.0")
    shown = asked(page, "return Array.from(document.querySelectorAll('#s-memory details'), one => one.open)")
    assert shown == [False, True, False]


def test_a_score_and_its_caveats_are_those_of_fit(page: Chrome) -> None:
    data = json.loads(str(asked(page, "return document.getElementById('data').textContent")))
    whole = data["rankings"][0]
    shown = text_of(page, "answer")
    assert whole["why"] in shown
    assert len(whole["caveats"]) > 2
    assert all(caveat in shown for caveat in whole["caveats"])
    scores = asked(
        page,
        "return Array.from(document.querySelectorAll('#s-answer article:first-of-type td:nth-child(3)'),"
        " one => one.textContent.split(' ')[0])",
    )
    ranked = [one["score"] for one in whole["entries"] if one["score"] is not None]
    assert scores[: len(ranked)] == [f"{score:.2f}" for score in ranked]


def test_every_verdict_has_its_evidence_and_the_command_that_lists_more(page: Chrome) -> None:
    rows = asked(
        page,
        "return Array.from(document.querySelectorAll('#s-features tbody tr'), row => row.textContent)",
    )
    by_name = {row[: row.index(sign)]: row for row in rows for sign in "✓✗◐?" if sign in row[:20]}
    assert set(by_name) == {"mvp", "128-bit SIMD", "bulk-memory", "threads"}
    assert "20,000 of 20,000 assertions hold" in by_name["mvp"]
    assert "◐ partly (7 of 9)" in by_name["bulk-memory"]
    assert "failed at memory_copy.wast:12" in by_name["bulk-memory"]
    command = "wasmfit features -r wasm3@1.0.0 -b nrf52840dk -p reference --failing --feature bulk-memory"
    assert command in by_name["bulk-memory"]
    assert "? not measurable" in by_name["threads"]
    assert "one core" in by_name["threads"]
    moved(page, "runtime=wamr+1.0.0")
    assert "wasm3" not in text_of(page, "features")
    moved(page, "profile=small")
    assert "No runtime that passes the filters" in text_of(page, "features")


def test_history_shows_what_moved_and_folds_what_did_not(page: Chrome) -> None:
    shown = text_of(page, "history")
    assert "Over time" in shown
    assert "Over versions" in shown
    assert "70,000 B 2026-11-01 10:00" in shown
    assert "80,000 B 2026-11-02 10:00" in shown
    assert "-7,792 (-8.6%)" in shown
    assert "One metric that did not change" in shown
    assert asked(page, "return document.querySelectorAll('#s-history .course').length") == 2
    moved(page, "runtime=wamr+1.0.0")
    shown = text_of(page, "history")
    assert "wasm3" not in shown
    assert "wamr · fft" in shown


def test_ram_is_the_least_that_was_found(page: Chrome) -> None:
    moved(page, "x=ram_needed")
    assert "82,320" in text_of(page, "plot")
    assert "RAM is the minimum that gives the same results" in text_of(page, "plot")
    assert "minimum 82,320 B" in text_of(page, "memory")


def test_predictions_have_error_bars(page: Chrome) -> None:
    moved(page, "y=time")
    assert asked(page, "return document.querySelectorAll('#s-plot .bar').length") > 0
    assert "are predictions of a model" in text_of(page, "plot")


def test_the_treemap_opens_by_pointer_and_by_key(page: Chrome) -> None:
    def where() -> str:
        settled(page)
        time.sleep(0.1)
        return str(asked(page, "return document.querySelector('#s-bytes .crumbs').textContent"))

    assert where() == "the whole image"
    asked(page, "document.querySelector('#s-bytes svg g').dispatchEvent(new MouseEvent('click'))")
    assert where() == "the whole image › flash"
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert where() == "the whole image › flash › .text"
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert where() == "the whole image › flash"
    # What is shown adds up.
    rows = asked(
        page,
        "return [...document.querySelectorAll('#s-bytes tbody tr')].map(row => row.children[1].textContent)",
    )
    caption = page.find_element(By.CSS_SELECTOR, "#s-bytes caption").text
    assert sum(int(one.replace(",", "")) for one in rows) == int(caption.split()[-2].replace(",", ""))


def test_a_table_sorts_by_what_its_head_says(page: Chrome) -> None:
    def flash() -> list[int]:
        cells = asked(
            page,
            "const cells = document.querySelectorAll('#s-answer td:nth-child(4)');"
            "return Array.from(cells, one => one.textContent)",
        )
        return [int(one.split(" B")[0].replace(",", "")) for one in cells if one]

    head = page.find_element(By.CSS_SELECTOR, "#s-answer thead th:nth-child(4)")
    head.find_element(By.TAG_NAME, "button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert flash() == sorted(flash())
    head.find_element(By.TAG_NAME, "button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert flash() == sorted(flash(), reverse=True)


def test_keys_alone_reach_every_control(page: Chrome) -> None:
    """Tab goes through all, in order, into every section, and focus can be seen."""
    asked(page, "document.activeElement.blur(); scrollTo(0, 0)")
    reached: set[str | None] = set()
    rings: set[str] = set()
    for _ in range(400):
        page.switch_to.active_element.send_keys(Keys.TAB)
        place, ring = asked(
            page,
            "const here = document.activeElement;"
            "const drawn = here.matches('svg g') ? here.querySelector('rect, .mark') : here;"
            "const style = getComputedStyle(drawn);"
            "return [here === document.body ? null : here.closest('section, form, nav, a.skip')?.id,"
            "  here.matches('svg g') ? style.strokeWidth : style.outlineStyle]",
        )
        if place is None and reached:
            break
        reached.add(place)
        rings.add(ring)
    assert {"filters", *(f"s-{name}" for name in SECTIONS if name not in ("reference",))} <= reached
    assert rings <= {"solid", "auto", "3px"}


def test_arrow_keys_go_through_a_chart(page: Chrome) -> None:
    asked(page, "document.querySelector('#s-plot svg [tabindex=\"0\"]').focus()")
    first = page.switch_to.active_element.get_attribute("aria-label")
    page.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    second = page.switch_to.active_element.get_attribute("aria-label")
    assert first != second
    assert "flash" in (second or "")
    assert not asked(page, "return document.getElementById('tip').hidden")


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (PHONE, True)])
def test_axe_finds_nothing_and_nothing_sticks_out(
    pages: dict[str, Path], size: tuple[int, int], dark: bool
) -> None:
    with browser(size=size, dark=dark) as driver:
        opened(driver, pages["small"])
        assert asked(driver, "return document.documentElement.scrollWidth") <= size[0]
        asked(driver, "document.querySelectorAll('details.data').forEach(one => { one.open = true; })")
        asked(driver, AXE)
        found: dict[str, Any] = driver.execute_async_script(
            "axe.run(document, {}).then(arguments[arguments.length - 1])"
        )
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
        assert len(found["passes"]) > 20


def test_it_prints_with_every_row(desktop: Chrome, pages: dict[str, Path]) -> None:
    opened(desktop, pages["thousand"])
    asked(desktop, "dispatchEvent(new Event('beforeprint'))")
    assert asked(desktop, "return document.querySelectorAll('#s-provenance tbody tr').length") == 1_000
    opened(desktop, pages["small"])
    pdf = base64.b64decode(desktop.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert pdf.startswith(b"%PDF")


def test_a_thousand_cells_stay_smooth(desktop: Chrome, pages: dict[str, Path]) -> None:
    """A filter's reaction takes less than drawing a plain table, in the main thread's own time and one run,
    since the machine may be busy, or slow.
    """
    opened(desktop, pages["thousand"])
    assert complaints(desktop) == []
    desktop.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = desktop.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return 1_000 * float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))

    def drawn_table() -> float:
        """What drawing a table of 1,000 rows and ten columns takes."""
        before = spent()
        desktop.execute_async_script(
            """
            const done = arguments[0], table = document.createElement('table');
            for (let row = 0; row < 1000; row++) {
              const cells = table.insertRow();
              for (let column = 0; column < 10; column++) cells.insertCell().textContent = row * column;
            }
            document.body.prepend(table);
            requestAnimationFrame(() => {
              const drawn = new MessageChannel();
              drawn.port1.onmessage = () => { table.remove(); done(); };
              drawn.port2.postMessage(0);
            });
            """
        )
        return spent() - before

    tables = sorted(drawn_table() for _ in range(5))
    reactions = []
    for section in ("answer", "plot", "memory", "bytes", "speed", "provenance"):
        asked(desktop, "document.getElementById('s-' + arguments[0]).scrollIntoView()", section)
        for number in (2, 3):
            time.sleep(1)
            before = spent()
            desktop.execute_async_script(
                """
                const [number, done] = arguments;
                document.querySelectorAll('#filters details[data-key=runtime] input')[number].click();
                requestAnimationFrame(() => {
                  const drawn = new MessageChannel();
                  drawn.port1.onmessage = () => done();
                  drawn.port2.postMessage(0);
                });
                """,
                number,
            )
            reactions.append(spent() - before)
    assert sorted(reactions)[len(reactions) // 2] < tables[2], (reactions, tables)


class TestScript:
    """The script's own arithmetic, asked in the browser that runs it."""

    @pytest.fixture(scope="class")
    @staticmethod
    def blank() -> Iterator[Chrome]:
        with browser() as driver:
            sources = {name: modules()[name] for name in ("scales", "squarify", "pareto")}
            exported = "{ linear, log, squarify, front }"
            sources["main"] = (
                'import { linear, log } from "./scales.js";\nimport { squarify } from "./squarify.js";\n'
                f'import {{ front }} from "./pareto.js";\nObject.assign(globalThis, {exported});\n'
            )
            driver.get("about:blank")
            asked(driver, bundled(sources))
            yield driver

    @settings(max_examples=40, deadline=None)
    @given(values=st.lists(st.integers(1, 10**6), min_size=1, max_size=60))
    def test_boxes_fill_the_box_by_value(self, blank: Chrome, values: list[int]) -> None:
        values.sort(reverse=True)
        boxes = asked(blank, "return squarify(arguments[0], {x: 5, y: 7, width: 900, height: 500})", values)
        assert len(boxes) == len(values)
        for value, box in zip(values, boxes, strict=True):
            assert box["width"] * box["height"] == pytest.approx(value / sum(values) * 450_000, rel=1e-6)
            assert 5 - 1e-6 <= box["x"] <= box["x"] + box["width"] <= 905 + 1e-6
            assert 7 - 1e-6 <= box["y"] <= box["y"] + box["height"] <= 507 + 1e-6
        if len(boxes) < 12:
            assert not any(_overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i])

    @settings(max_examples=40, deadline=None)
    @given(points=st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=40))
    def test_the_front_is_what_nothing_beats(self, blank: Chrome, points: list[tuple[int, int]]) -> None:
        found = asked(blank, "return front(arguments[0].map(([x, y]) => ({x, y})))", points)
        best = {
            (x, y) for x, y in points if not any((a <= x and b < y) or (a < x and b <= y) for a, b in points)
        }
        assert {(one["x"], one["y"]) for one in found} == best

    @settings(max_examples=40, deadline=None)
    @given(low=st.floats(1e-6, 1e6), factor=st.floats(1.2, 1e5), kind=st.sampled_from(["linear", "log"]))
    def test_ticks_lie_in_the_domain_and_are_few(
        self, blank: Chrome, low: float, factor: float, kind: str
    ) -> None:
        high = low * factor
        ends, ticks, places = asked(
            blank,
            f"const scale = {kind}([arguments[0], arguments[1]], [10, 410], 8);"
            "return [[scale(arguments[0]), scale(arguments[1])], scale.ticks, scale.ticks.map(scale)]",
            low,
            high,
        )
        assert ends == pytest.approx([10, 410])
        assert len(ticks) <= 9
        assert ticks == sorted(ticks)
        assert all(10 - 1e-6 <= one <= 410 + 1e-6 for one in places)


def _overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    apart = 1e-6
    return (
        a["x"] + a["width"] > b["x"] + apart
        and b["x"] + b["width"] > a["x"] + apart
        and a["y"] + a["height"] > b["y"] + apart
        and b["y"] + b["height"] > a["y"] + apart
    )


def test_the_data_can_be_read_by_other_programs(page: Chrome) -> None:
    data = json.loads(str(asked(page, "return document.getElementById('data').textContent")))
    assert data["schema"] == 1
    assert [one["id"] for one in data["cells"]] == [one.id for one in small().measurements]
