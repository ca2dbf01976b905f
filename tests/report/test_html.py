"""The HTML report's parts that need no browser: data cannot leave its element, trees lose nothing."""

import base64
import json
import re
import zlib
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.many import BREAKOUT, HOSTILE, small, thousand, with_regions
from wasmfit.analysis.document import ByteNode
from wasmfit.model import Status
from wasmfit.report.html import to_html
from wasmfit.report.html.bundle import bundled, modules
from wasmfit.report.html.pack import packed
from wasmfit.report.html.safe import json_text, source_hash
from wasmfit.report.html.trees import FIRST_SHARE, folded
from wasmfit.report.html.trees import packed as packed_trees

JSON = st.recursive(
    st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)
NESTED = st.recursive(
    st.builds(ByteNode, st.text(), st.integers(1, 1_000)),
    lambda inner: st.builds(
        lambda name, rows: ByteNode(name, sum(row.bytes for row in rows), tuple(rows)),
        st.text(),
        st.lists(inner, min_size=1, max_size=6),
    ),
    max_leaves=40,
)


class _Elements(HTMLParser):
    """Elements with their attributes, and the text of scripts, as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._inside = f"{tag}#{dict(attrs).get('id') or ''}"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is not None:
            self.texts[self._inside] = self.texts.get(self._inside, "") + data


def elements(page: str) -> _Elements:
    found = _Elements()
    found.feed(page)
    return found


@given(JSON)
def test_json_survives_and_cannot_end_its_element(value: Any) -> None:
    text = json_text(value)
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == value


def test_half_a_surrogate_pair_can_be_written() -> None:
    json_text(["\udc80"]).encode("utf-8")


def test_a_figure_that_is_no_number_is_not_known() -> None:
    assert json_text({"figure": float("nan")}) == '{"figure":null}'


def test_hostile_text_stands_in_data_only() -> None:
    page = elements(to_html(small()))
    names = [name for name, _ in page.found]
    assert names.count("script") == 4
    assert "img" not in names
    data = json.loads(page.texts["script#data"])
    assert BREAKOUT in data["title"]
    assert any(one["reason"] == HOSTILE for one in data["cells"])


def test_the_policy_lets_nothing_run_but_our_own() -> None:
    page = elements(to_html(small()))
    (policy,) = [
        attributes["content"] or ""
        for name, attributes in page.found
        if name == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src {source_hash(page.texts['script#'])};" in policy
    assert f"style-src {source_hash(page.texts['style#'])};" in policy
    assert "unsafe" not in policy


def test_no_module_makes_markup_or_code_of_text() -> None:
    markup = r"innerHTML|outerHTML|insertAdjacent|document\.write"
    code = r"\beval\b|new Function|setTimeout\([\"']"
    network = r"\bfetch\(|XMLHttpRequest|https?://(?!www\.w3\.org/2000/svg)"
    for name, text in modules().items():
        assert not re.search(f"{markup}|{code}|{network}", text), name


def test_modules_become_one_script_in_the_order_of_their_imports() -> None:
    script = bundled(
        {
            "main": 'import { one } from "./a.js";\none();\n',
            "a": 'import { two } from "./b.js";\nexport function one() {\n  return two;\n}\n',
            "b": "export const two = 2;\nconst own = 3;\n",
            "unused": "export const never = 0;\n",
        }
    )
    assert script.index("const $b = ") < script.index("const $a = ") < script.index("const $main = ")
    assert "const { two } = $b;" in script
    assert "return { one };" in script
    assert "never" not in script
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)


def test_every_module_is_used_and_every_import_is_exported() -> None:
    sources = modules()
    for name, text in sources.items():
        for names, other in re.findall(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', text, re.MULTILINE):
            exported = re.findall(
                r"^export (?:async )?(?:function|const) (\w+)", sources[other], re.MULTILINE
            )
            assert {one.strip() for one in names.split(",")} <= set(exported), (name, other)
        assert f"const ${name} = " in bundled(sources)
        assert len(re.findall(r"^import\b", text, re.MULTILINE)) == len(
            re.findall(r'^import \{[^}]*\} from "\./\w+\.js";$', text, re.MULTILINE)
        ), name


@pytest.mark.parametrize(
    "sources",
    [
        {
            "main": 'import { a } from "./a.js";\n',
            "a": 'import { m } from "./main.js";\nexport const a = 1;\n',
        },
        {"main": 'import { a } from "./a.js";\n'},
    ],
)
def test_what_cannot_be_bundled_is_refused(sources: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="cannot be bundled"):
        bundled(sources)


@given(NESTED, st.floats(0, 2_000))
def test_folding_loses_no_byte_and_no_row(node: ByteNode, least: float) -> None:
    made = folded(node.rows, least)
    if node.rows:
        assert sum(row.bytes for row in made) == node.bytes
        assert sum(row.count for row in made) == len(node.rows)
    assert sum(row.bytes < least for row in made) <= 1 or len(node.rows) == 1


def all_folded(node: ByteNode, least: float) -> ByteNode:
    rows = tuple(all_folded(row, least) for row in folded(node.rows, least))
    return ByteNode(node.name, node.bytes, rows, node.count)


@given(NESTED)
def test_trees_are_packed_as_they_are(node: ByteNode) -> None:
    text, _ = packed_trees({"cell": node}, budget=10**9)
    data = json.loads(zlib.decompress(base64.b64decode(text)))
    walk = data["trees"]["cell"]

    def read(at: int) -> tuple[ByteNode, int]:
        name, size, count, rows = walk[at : at + 4]
        at += 4
        made = []
        for _ in range(rows):
            row, at = read(at)
            made.append(row)
        return ByteNode(data["names"][name], size, tuple(made), count), at

    assert read(0) == (all_folded(node, node.bytes * FIRST_SHARE), len(walk))


def test_many_trees_are_folded_until_they_fit() -> None:
    trees = {
        f"cell{number}": ByteNode("all", 5_050, tuple(ByteNode(f"{number} {n}", n) for n in range(1, 101)))
        for number in range(20)
    }
    text, share = packed_trees(trees, budget=4_000)
    assert len(text) <= 4_000
    assert share > FIRST_SHARE


def test_values_are_those_of_the_measurements() -> None:
    document = small()
    data = packed(document)
    keys = [one["key"] for one in data["metrics"]]
    for one, cell in zip(document.measurements, data["cells"], strict=True):
        values = dict(zip(keys, cell["values"], strict=True))
        assert values["flash"] == (one.size and one.size.flash)
        assert values["heap_peak"] == (one.run and one.run.heap_peak)
        assert values["instructions_call"] == (one.run and one.run.instructions.call)
        assert cell["replay"] == one.provenance.replay
        if one.size is not None:
            assert sum(size for _, size in cell["flash"]) == one.size.flash
            assert sum(size for _, size in cell["ram"]) == one.size.ram_static


def test_speed_is_of_the_region_where_there_is_one() -> None:
    assert not any("counted" in cell for cell in packed(small())["cells"])
    document = with_regions(small())
    ran = 0
    for one, cell in zip(document.measurements, packed(document)["cells"], strict=True):
        if one.run is None or one.run.instructions.region is None or one.status is not Status.OK:
            assert "counted" not in cell
            continue
        ran += 1
        assert cell["counted"]["what"] == "the region of interest"
        assert cell["counted"]["instructions"] == one.run.instructions.region
    assert ran > 3


def test_a_thousand_cells_stay_small() -> None:
    document = thousand()
    assert len(document.measurements) == 1_000
    assert len(to_html(document).encode("utf-8")) < 3_000_000


NAMED = st.dictionaries(st.text(max_size=4), st.lists(st.integers() | st.text(max_size=4)), max_size=3)


@given(NAMED)
def test_data_is_json_that_leaves_no_element(value: dict[str, list[int | str]]) -> None:
    text = json_text(value)
    assert json.loads(text) == value
    assert not set("<>&") & set(text)


def test_large_data_is_deflated() -> None:
    value = {"cells": [[number, "</script>"] for number in range(100_000)]}
    text = json_text(value)
    assert len(text) < 1_000_000
    assert json.loads(zlib.decompress(base64.b64decode(json.loads(text)))) == value


def test_a_module_that_awaits_is_waited_for() -> None:
    sources = {
        "main": 'import { one } from "./a.js";\none();\n',
        "a": "export const one = await later();\n",
    }
    assert "const $a = await (async () => {" in bundled(sources)
    assert bundled(sources).startswith('"use strict";\n(async () => {')
    assert "async" not in bundled({"main": "start();\n"})
