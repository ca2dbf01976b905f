"""Generates v0 names whose defining crate is known, by mangling made-up items as rustc does."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

# Items as nested tuples: (tag, …); the tags are the grammar's.
PlacedRange = tuple[object, ...]


def base_62(number: int) -> str:
    if number == 0:
        return "_"
    digits = ""
    number -= 1
    while True:
        digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 62] + digits
        number //= 62
        if number == 0:
            return digits + "_"


def disambiguator(number: int) -> str:
    return "" if number == 0 else "s" + base_62(number - 1)


def identifier(name: str) -> str:
    return f"{len(name)}{'_' if name[:1].isdigit() or name[:1] == '_' else ''}{name}"


@dataclass
class Mangler:
    """Mangles one item; what has been spelt before becomes a back reference when ``share`` is set."""

    share: bool = True
    out: str = ""
    seen: dict[PlacedRange, int] = field(default_factory=dict)

    def item(self, item: PlacedRange) -> None:
        tag = item[0]
        if isinstance(tag, str) and tag.islower():
            self.out += tag  # a basic type
            return
        if tag != "K":  # rustc refers back to the constant after the letter, not to the argument
            if self.share and item in self.seen:
                self.out += "B" + base_62(self.seen[item])
                return
            self.seen.setdefault(item, len(self.out))
        getattr(self, f"_{tag}")(*item[1:])

    def _C(self, name: str, number: int) -> None:  # noqa: N802 - the grammar's letters
        self.out += "C" + disambiguator(number) + identifier(name)

    def _N(self, namespace: str, parent: PlacedRange, number: int, name: str) -> None:  # noqa: N802
        self.out += "N" + namespace
        self.item(parent)
        self.out += disambiguator(number) + identifier(name)

    def _M(self, number: int, where: PlacedRange, type_: PlacedRange) -> None:  # noqa: N802
        self.out += "M" + disambiguator(number)
        self.item(where)
        self.item(type_)

    def _X(self, number: int, where: PlacedRange, type_: PlacedRange, trait: PlacedRange) -> None:  # noqa: N802
        self._M(number, where, type_)
        # _M has written the wrong letter; nothing refers to it.
        at = self.seen[("X", number, where, type_, trait)]
        self.out = self.out[:at] + "X" + self.out[at + 1 :]
        self.item(trait)

    def _Y(self, type_: PlacedRange, trait: PlacedRange) -> None:  # noqa: N802
        self.out += "Y"
        self.item(type_)
        self.item(trait)

    def _I(self, path: PlacedRange, arguments: tuple[PlacedRange, ...]) -> None:  # noqa: N802
        self.out += "I"
        self._list(path, *arguments)

    def _T(self, types: tuple[PlacedRange, ...]) -> None:  # noqa: N802
        self.out += "T"
        self._list(*types)

    def _R(self, type_: PlacedRange) -> None:  # noqa: N802
        self.out += "R"
        self.item(type_)

    def _S(self, type_: PlacedRange) -> None:  # noqa: N802
        self.out += "S"
        self.item(type_)

    def _A(self, type_: PlacedRange, length: int) -> None:  # noqa: N802
        self.out += "A"
        self.item(type_)
        self.out += f"j{length:x}_"

    def _K(self, value: int) -> None:  # noqa: N802
        self.out += f"Kj{value:x}_"

    def _F(self, arguments: tuple[PlacedRange, ...], result: PlacedRange) -> None:  # noqa: N802
        self.out += "F"
        self._list(*arguments)
        self.item(result)

    def _D(self, trait: PlacedRange) -> None:  # noqa: N802
        self.out += "D"
        self._list(trait)
        self.out += "L_"

    def _list(self, *items: PlacedRange) -> None:
        for item in items:
            self.item(item)
        self.out += "E"


def owner(item: PlacedRange) -> tuple[str, int]:
    """The crate that defines an item: its name and disambiguator."""
    tag = item[0]
    if tag == "C":
        name, number = item[1:]
        assert isinstance(name, str)
        assert isinstance(number, int)
        return name, number
    inner = item[{"N": 2, "M": 2, "X": 2, "Y": 2, "I": 1}[str(tag)]]
    assert isinstance(inner, tuple)
    return owner(inner)


NUMBERS = st.one_of(st.just(0), st.integers(1, 100), st.integers(0, (1 << 63)))
NAMES = st.builds(str.__add__, st.sampled_from("abz"), st.text("aE0_", max_size=4))
CRATES = st.builds(lambda name, number: ("C", name, number), NAMES, NUMBERS)
MODULES = st.recursive(
    CRATES,
    lambda inner: st.builds(
        lambda p, n, name: ("N", "t", p, n, name), inner, st.sampled_from([0, 0, 1, 70]), NAMES
    ),
    max_leaves=3,
)
NAMED = st.builds(lambda parent, name: ("N", "t", parent, 0, name), MODULES, NAMES)
TYPES: st.SearchStrategy[PlacedRange] = st.recursive(
    st.one_of(st.sampled_from(["h", "m", "j", "u", "e", "b"]).map(lambda t: (t,)), NAMED),
    lambda inner: st.one_of(
        st.builds(lambda t: ("R", t), inner),
        st.builds(lambda t: ("S", t), inner),
        st.builds(lambda t, n: ("A", t, n), inner, st.integers(0, 300)),
        st.builds(lambda ts: ("T", tuple(ts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda ts, t: ("F", tuple(ts), t), st.lists(inner, max_size=2), inner),
        st.builds(lambda t: ("D", t), NAMED),
        st.builds(
            lambda p, ts, n: ("I", p, (*ts, ("K", n))), NAMED, st.lists(inner, max_size=2), st.integers(0, 99)
        ),
    ),
    max_leaves=6,
)
TRAITS = st.one_of(NAMED, st.builds(lambda p, t: ("I", p, (t,)), NAMED, TYPES))
FUNCTIONS: st.SearchStrategy[PlacedRange] = st.recursive(
    st.one_of(
        NAMED,
        st.builds(lambda n, where, t: ("M", n, where, t), st.integers(0, 70), MODULES, TYPES),
        st.builds(lambda n, w, t, trait: ("X", n, w, t, trait), st.integers(0, 70), MODULES, TYPES, TRAITS),
        st.builds(lambda t, trait: ("Y", t, trait), TYPES, TRAITS),
    ).flatmap(lambda parent: NAMES.map(lambda name: ("N", "v", parent, 0, name))),
    lambda inner: st.one_of(
        st.builds(lambda f, n: ("N", "C", f, n, ""), inner, st.integers(0, 3)),
        st.builds(lambda f, name: ("N", "v", f, 0, name), inner, NAMES),
        st.builds(lambda f, ts: ("I", f, tuple(ts)), inner, st.lists(TYPES, min_size=1, max_size=2)),
    ),
    max_leaves=3,
)


@st.composite
def mangled(draw: st.DrawFn) -> tuple[str, tuple[str, int]]:
    """A name and the crate that defines what it stands for."""
    item = draw(FUNCTIONS)
    mangler = Mangler(share=draw(st.booleans()))
    mangler.item(item)
    if draw(st.booleans()):
        mangler.item(draw(CRATES))  # the crate that instantiates it
    suffix = draw(st.sampled_from(["", "", ".llvm.12345", ".0"]))
    return "_R" + mangler.out + suffix, owner(item)
