"""What must hold of any bytes, for the fuzzer, for the cases that it found, and for hypothesis."""

from wasmfit.elf import Elf, ElfError, parse_elf
from wasmfit.elf.names.stable import family
from wasmfit.footprint import Ledger, footprint, ledger, with_literals
from wasmfit.footprint.attribution.libraries import library_rule, owner_of_object
from wasmfit.footprint.attribution.source_files import with_files
from wasmfit.footprint.graph.constants import attribute_by_references
from wasmfit.footprint.graph.reference_graph import build_graph
from wasmfit.footprint.graph.retention import retention
from wasmfit.footprint.graph.savings import find_savings
from wasmfit.footprint.views.crate_versions import crates
from wasmfit.footprint.views.diff import change_tree, moves
from wasmfit.footprint.views.memories import Memories, Memory
from wasmfit.footprint.views.tree import NO_FILTER, By, Item, items, tree

MEMORIES = (Memory("flash", 0x0, 0x10_0000, 4096), Memory("RAM", 0x2000_0000, 0x4_0000))


def survives(image: bytes) -> bool:
    """Whether the bytes are an ELF file that can be accounted for; then all of the account adds up.

    Raises:
        AssertionError: Something does not add up.
        Exception: Anything that is no error for the user is a mistake of ours.
    """
    elf = _parsed(image)
    if elf is None:
        return False
    made = ledger(elf, owner_of_object=owner_of_object, last_resort=library_rule(elf.symbols))
    made = with_files(with_literals(made))
    assert sum(entry.size for entry in made.entries) == made.size
    assert [s.size for s in footprint(made).sections] == [s.size for s in elf.allocated()]
    for memories in (Memories(elf), Memories(elf, MEMORIES)):
        _views_add_up(made, memories)
        assert all(use.bytes >= 0 for use in memories.uses())
    crates(elf)
    _references_add_up(made)
    return True


def _references_add_up(made: Ledger) -> None:
    graph = build_graph(made)
    assert sum(piece.size for piece in graph.pieces) == made.size
    kept = retention(graph)
    assert all(own.flash <= all_of.flash for own, all_of in zip(kept.own, kept.retained, strict=True))
    find_savings(kept, family=family)
    assert sum(entry.size for entry in attribute_by_references(made).entries) == made.size


def _parsed(image: bytes) -> Elf | None:
    try:
        return parse_elf(image, "any.elf")
    except ElfError as error:
        refused = error
    assert refused.message.startswith("any.elf ")
    assert refused.message.endswith(".")
    assert refused.exit_code == 2
    return None


def _views_add_up(made: Ledger, memories: Memories) -> None:
    for by in By:
        chosen = items(made, memories, regions=by is By.REGION, only=NO_FILTER)
        view = tree(chosen, (by,), top=(3,))
        assert sum(row.bytes for row in view.rows) == view.bytes
        if by is By.REGION:
            assert {row.name: row.bytes for row in view.rows}.keys() <= {use.name for use in memories.uses()}
        else:
            assert view.bytes == made.size
        _difference_adds_up(chosen, by)


def _difference_adds_up(chosen: list[Item], by: By) -> None:
    half = chosen[: len(chosen) // 2]
    change = change_tree(half, chosen, (by,), top=(3,))
    assert sum(row.before for row in change.rows) == change.before
    assert sum(row.after for row in change.rows) == change.after
    moves(half, chosen)
