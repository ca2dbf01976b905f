"""The page: a skeleton, a style, a script and the data, in one file with a strict policy."""

import re
from html import escape
from importlib.resources import files

from wasmfit.analysis.document import ReportDocument

from .bundle import bundled, modules
from .pack import packed
from .safe import json_text, source_hash
from .trees import packed as packed_trees

_PLACE = re.compile(r"\{\{(\w+)\}\}")


def to_html(document: ReportDocument) -> str:
    """The report as a self-contained page.

    Text from measurements stands in elements of JSON alone, and the page's script makes text of it and never
    markup. The policy lets no other script or style run, and lets the page ask for nothing.
    """
    style, script = _part("style.css"), bundled(modules())
    images, share = packed_trees({one.cell: one.root for one in document.images})
    flames, _ = packed_trees({one.cell: one.root for one in document.flames}, 400_000)
    data = {**packed(document), "share": share, "phases": [list(one.phases) for one in document.flames[:1]]}
    policy = (
        f"default-src 'none'; script-src {source_hash(script)}; style-src {source_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    parts = {
        "policy": policy,
        "style": style,
        "script": script,
        "title": escape(document.title),
        "data": json_text(data),
        "images": json_text(images),
        "flames": json_text(flames),
    }
    # In one pass: what is put in is not looked at again.
    return _PLACE.sub(lambda place: parts[place[1]], _part("page.html"))


def _part(name: str) -> str:
    return (files("wasmfit.report.html") / "page" / name).read_text("utf-8")
