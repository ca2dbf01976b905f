"""Whether a value is what the suite expects."""

from collections.abc import Sequence

from .script import Expected

_NAN = {"f32": (0x7F80_0000, 0x0040_0000), "f64": (0x7FF0_0000_0000_0000, 0x0008_0000_0000_0000)}
"""Type → exponent of a NaN, and the bit that makes it quiet."""

_UNDER_ANY = frozenset({"any", "eq", "i31", "struct", "array"})
_UNDER_EQ = frozenset({"eq", "i31", "struct", "array"})


def all_match(expected: Sequence[Expected], got: Sequence[str]) -> bool:
    """Whether there are as many values as expected, each of them right."""
    return len(expected) == len(got) and all(map(matches, expected, got))


def matches(expected: Expected, got: str) -> bool:
    """Whether a value is the expected one, or one of those expected."""
    if not isinstance(expected, str):
        return any(matches(alternative, got) for alternative in expected)
    if expected == got:
        return True
    kind, _, wanted = expected.partition(":")
    got_kind, _, value = got.partition(":")
    match kind:
        case "most":
            number = signed(value)
            return got_kind == "i32" and number is not None and number <= int(wanted, 16)
        case "f32" | "f64":
            return kind == got_kind and _nan(kind, wanted, value)
        case "f32x4" | "f64x2":
            return got_kind == "v128" and _lanes(kind[:3], wanted.split(","), value)
        case "null":
            # All null references of one hierarchy are one; which it is, not every runtime says.
            return got_kind == "null" and (not wanted or "any" in (wanted, value))
        case "ref":
            return _reference(wanted, got_kind, value)
    return False


def signed(bits: str) -> int | None:
    """The number that 32 bits are, in hexadecimal, with a sign; ``None`` where it is none."""
    try:
        number = int(bits, 16)
    except ValueError:
        return None
    return number - (1 << 32) if 1 << 31 <= number < 1 << 32 else number


def _nan(kind: str, wanted: str, value: str) -> bool:
    """Whether bits are such a NaN: ``canonical``, of either sign, or ``arithmetic``, any quiet one."""
    if wanted not in ("canonical", "arithmetic"):
        return wanted == value
    exponent, quiet = _NAN[kind]
    try:
        bits = int(value, 16)
    except ValueError:
        return False
    sign = 1 << (31 if kind == "f32" else 63)
    if wanted == "canonical":
        return bits & ~sign == exponent | quiet
    return bits & (exponent | quiet) == exponent | quiet


def _lanes(kind: str, wanted: Sequence[str], value: str) -> bool:
    width = 8 if kind == "f32" else 16
    if len(value) != 32:
        return False
    # Bytes are in memory's order, lanes are numbers.
    lanes = [value[at : at + width] for at in range(0, 32, width)]
    numbers = ["".join(reversed([lane[at : at + 2] for at in range(0, width, 2)])) for lane in lanes]
    return len(numbers) == len(wanted) and all(
        _nan(kind, lane, number) for lane, number in zip(wanted, numbers, strict=True)
    )


def _reference(wanted: str, got_kind: str, value: str) -> bool:
    """Whether it is a reference that is not null, of the kind that is wanted or one below."""
    if got_kind == "extern":
        return wanted == "extern"
    if got_kind == "host":
        return wanted == "any"
    if got_kind != "ref":
        return False
    return value == wanted or value in {"any": _UNDER_ANY, "eq": _UNDER_EQ}.get(wanted, frozenset())
