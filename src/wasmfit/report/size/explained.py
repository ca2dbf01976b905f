"""Why something is in a firmware, as text or JSON."""

from collections.abc import Iterator, Sequence

from wasmfit.footprint.graph.explain import Explanations, NamedBytes, NamedReference, SymbolExplanation
from wasmfit.footprint.graph.retention import MemoryBytes
from wasmfit.json_text import dumped
from wasmfit.words import agreeing, counted, escape_unprintable, hexadecimal

from .documents import BytesRecord, LinkRecord, PartRecord, SymbolRecord, WhyDocument

_SHOWN = 8


def to_text(explained: Explanations) -> str:
    """A block for each match."""
    blocks = ["\n".join(_block(match)) for match in explained.matches]
    if explained.others:
        names = ", ".join(escape_unprintable(name) for name in explained.others[:_SHOWN])
        number = len(explained.others)
        have = agreeing(number, "has", "have")
        blocks.append(f"{counted(number, 'other')} {have} that in the name: {names}")
    blocks += [f"Note: {escape_unprintable(limit, 1000)}" for limit in explained.limits]
    return "\n\n".join(blocks)


def _block(symbol: SymbolExplanation) -> Iterator[str]:
    yield escape_unprintable(symbol.name, 1000)
    where = f"{escape_unprintable(symbol.section)} at {hexadecimal(symbol.address)}"
    retained = f"{amount(symbol.retained)} would be removed with it"
    yield f"  {amount(symbol.own)} of {escape_unprintable(symbol.owner)} in {where}; {retained}"
    yield f"  reached from: {symbol.root}"
    for depth, link in enumerate(symbol.path):
        how = "" if link.how is None else f"{link.how} "
        yield f"    {'  ' * depth}{how}{escape_unprintable(link.name)}"
    if symbol.dominators:
        yield f"  reached only through {escape_unprintable(symbol.dominators[-1])}"
    yield from _links("referred to by", symbol.callers)
    yield from _links("refers to", symbol.callees)
    yield from _dominated(symbol.dominated)


def _links(title: str, links: Sequence[NamedReference]) -> Iterator[str]:
    if links:
        yield f"  {title} ({len(links):,}):"
        yield from (f"    {escape_unprintable(link.name)} ({link.how})" for link in links[:_SHOWN])
        yield from _rest(len(links))


def _dominated(parts: Sequence[NamedBytes]) -> Iterator[str]:
    if parts:
        yield f"  would be removed with it ({len(parts):,}):"
        yield from (
            f"    {part.bytes.flash + part.bytes.ram:>9,}  {escape_unprintable(part.name)}"
            for part in parts[:_SHOWN]
        )
        yield from _rest(len(parts))


def _rest(count: int) -> Iterator[str]:
    if count > _SHOWN:
        yield f"    and {count - _SHOWN:,} more"


def amount(of: MemoryBytes) -> str:
    """Bytes in flash and, where there are any, in RAM."""
    return f"{of.flash:,} B" + (f" and {of.ram:,} B of RAM" if of.ram else "")


def to_json(explained: Explanations) -> str:
    """``{"schema": 1, "file", "found": [...], "others", "notes"}``."""
    document = WhyDocument(
        schema=1,
        file=explained.file,
        found=list(map(_symbol, explained.matches)),
        others=list(explained.others),
        notes=list(explained.limits),
    )
    return dumped(document)


def _symbol(symbol: SymbolExplanation) -> SymbolRecord:
    return SymbolRecord(
        name=symbol.name,
        owner=symbol.owner,
        section=symbol.section,
        address=symbol.address,
        own=memory_bytes(symbol.own),
        retained=memory_bytes(symbol.retained),
        root=symbol.root,
        path=list(map(_link, symbol.path)),
        keepers=list(symbol.dominators),
        callers=list(map(_link, symbol.callers)),
        callees=list(map(_link, symbol.callees)),
        goes=list(map(part_record, symbol.dominated)),
    )


def _link(link: NamedReference) -> LinkRecord:
    return LinkRecord(name=link.name, how=link.how)


def memory_bytes(of: MemoryBytes) -> BytesRecord:
    """Bytes in each kind of memory."""
    return BytesRecord(flash=of.flash, ram=of.ram)


def part_record(part: NamedBytes) -> PartRecord:
    """Something with its bytes."""
    return PartRecord(name=part.name, flash=part.bytes.flash, ram=part.bytes.ram)
