"""Why something is in a firmware, as text or JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from wasmfit.footprint.graph.explain import Explained, Explanation, Link, Part
from wasmfit.footprint.graph.retention import Bytes
from wasmfit.json_text import dumped
from wasmfit.words import hexadecimal, printable

_SHOWN = 8


def to_text(explained: Explained) -> str:
    """One block for each thing that was meant."""
    blocks = ["\n".join(_block(one)) for one in explained.found]
    if explained.others:
        names = ", ".join(printable(name) for name in explained.others[:_SHOWN])
        blocks.append(f"{len(explained.others):,} others have that in their name: {names}")
    blocks += [f"Note: {printable(limit, 1000)}" for limit in explained.limits]
    return "\n\n".join(blocks)


def _block(one: Explanation) -> Iterator[str]:
    yield printable(one.name, 1000)
    place = f"{printable(one.section)} at {hexadecimal(one.address)}"
    yield f"  {amount(one.own)} of {printable(one.owner)} in {place}; {amount(one.retained)} would go with it"
    yield f"  reached from: {one.root}"
    for depth, link in enumerate(one.path):
        how = "" if link.how is None else f"{link.how} "
        yield f"    {'  ' * depth}{how}{printable(link.name)}"
    if one.keepers:
        yield f"  kept by nothing but {printable(one.keepers[-1])}"
    yield from _links("referred to by", one.callers)
    yield from _links("refers to", one.callees)
    yield from _goes(one.goes)


def _links(title: str, links: Sequence[Link]) -> Iterator[str]:
    if links:
        yield f"  {title} ({len(links):,}):"
        yield from (f"    {printable(link.name)} ({link.how})" for link in links[:_SHOWN])
        yield from _rest(len(links))


def _goes(parts: Sequence[Part]) -> Iterator[str]:
    if parts:
        yield f"  would go with it ({len(parts):,}):"
        yield from (
            f"    {part.bytes.flash + part.bytes.ram:>9,}  {printable(part.name)}" for part in parts[:_SHOWN]
        )
        yield from _rest(len(parts))


def _rest(count: int) -> Iterator[str]:
    if count > _SHOWN:
        yield f"    and {count - _SHOWN:,} more"


def amount(of: Bytes) -> str:
    """Bytes in flash and, where there are any, in RAM."""
    return f"{of.flash:,} B" + (f" and {of.ram:,} B of RAM" if of.ram else "")


def to_json(explained: Explained) -> str:
    """``{"schema": 1, "file", "found": [...], "others", "notes"}``."""
    made = {
        "schema": 1,
        "file": explained.file,
        "found": [_plain(one) for one in explained.found],
        "others": list(explained.others),
        "notes": list(explained.limits),
    }
    return dumped(made)


def _plain(one: Explanation) -> dict[str, Any]:
    return {
        "name": one.name,
        "owner": one.owner,
        "section": one.section,
        "address": one.address,
        "own": one.own._asdict(),
        "retained": one.retained._asdict(),
        "root": one.root,
        "path": [_link(link) for link in one.path],
        "keepers": list(one.keepers),
        "callers": [_link(link) for link in one.callers],
        "callees": [_link(link) for link in one.callees],
        "goes": [{"name": part.name, **part.bytes._asdict()} for part in one.goes],
    }


def _link(link: Link) -> dict[str, str | None]:
    return {"name": link.name, "how": link.how}
