"""The quick way for symbols that do not overlap says what the rule for all of them says."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.elf import parse_elf
from wasmfit.footprint.attribution.claimed_ranges import ClaimKind, claimed_ranges, symbols_by_section
from wasmfit.footprint.attribution.overlaps import UNCLAIMED, resolve_overlaps

from ...elf.elf_builder import CODE, ElfBuilder, Sec, Sym

START, LENGTH = 0x100, 64
# Many at one place, some before the section and after it, of names of which Rust's are preferred.
SYMBOLS = st.lists(
    st.builds(
        lambda at, size, name, binding: Sym(name, START + at, size, ".text", 1, binding),
        st.integers(-4, LENGTH + 4),
        st.sampled_from([1, 2, 2, 4, 4, 8, 16, 200]),
        st.sampled_from(["_RNvC3one3abc", "_ZN3foo3barEv", "plain", "other"]),
        st.sampled_from([0, 1, 2]),
    ),
    max_size=14,
)


def preference(symbol: Sym) -> tuple[bool, bool, bool, str]:
    return symbol.name.startswith(("_R", "_ZN")), symbol.type != 0, symbol.binding == 1, symbol.name


@given(SYMBOLS)
def test_it_is_the_rule(symbols: list[Sym]) -> None:
    elf = parse_elf(
        ElfBuilder(sections=[Sec(".text", START, b"\xa5" * LENGTH, flags=CODE)], symbols=symbols).build()
    )
    section = next(s for s in elf.sections if s.name == ".text")
    ranges = claimed_ranges(elf, section, symbols_by_section(elf).get(section.index, ()))
    ordered = sorted(symbols, key=preference)
    by_rule = resolve_overlaps(START, section.end, [(s.value, s.value + s.size) for s in ordered])
    assert [(r.start, r.end, None if r.symbol is None else r.symbol.name) for r in ranges] == [
        (low, high, None if claim == UNCLAIMED else ordered[claim].name) for low, high, claim in by_rule
    ]
    assert all((r.claim is ClaimKind.SYMBOL) == (r.symbol is not None) for r in ranges)


def test_names_of_one_thing_are_one_range() -> None:
    symbols = [Sym(name, START, 8, ".text", 2, 2) for name in ("_ZN1aC2Ev", "_ZN1aC1Ev")]
    elf = parse_elf(
        ElfBuilder(sections=[Sec(".text", START, bytes(16), flags=CODE)], symbols=symbols).build()
    )
    section = next(s for s in elf.sections if s.name == ".text")
    first, gap = claimed_ranges(elf, section, symbols_by_section(elf)[section.index])
    assert first.symbol is not None
    assert (first.symbol.name, first.size) == ("_ZN1aC2Ev", 8)
    assert gap.symbol is None
