"""The grammar of Rust's v0 symbol names (RFC 2603 and what rustc added), to find the defining crate.

The crate that defines an item is the root of the item's own path, which a name spells first, so a prefix
decides most names. Only ``<T as Trait>`` puts a type before the path that counts; types are skipped by a
machine with its own stack, so a hostile name can be as deep as it likes.

Positions count from after ``_R``, as they do in back references.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

_MAX_STEPS = 16  # over types and back references to the root; real names take at most a few
_MAX_NUMBER = 1 << 64

_DISAMBIGUATOR = re.compile(r"(?:s([0-9A-Za-z]{0,11})_)?")
_IDENTIFIER = re.compile(r"(u?)(0|[1-9][0-9]{0,6})_?")
_NUMBER = re.compile(r"[0-9A-Za-z]{0,11}_")
_BINDER = re.compile(r"(?:G[0-9A-Za-z]{0,11}_)?")
_CONST_DATA = re.compile(r"n?[0-9a-f]*_")
# The usual beginning of a name: nested paths, generic instances and impls that lead to a crate root.
_PREFIX = re.compile(
    r"(?:N[A-Za-z]|I|[MX](?:s[0-9A-Za-z]{0,11}_)?)*C(?:s([0-9A-Za-z]{0,11})_)?(u?)(0|[1-9][0-9]{0,6})_?"
)


class CrateRoot(NamedTuple):
    """A crate as a symbol names it.

    Attributes:
        name: The crate's name.
        disambiguator: The number that tells crates of one name (such as two versions) apart: 0 when a v0 name
            carries none, None in legacy names, which never do.
    """

    name: str
    disambiguator: int | None


class MalformedNameError(ValueError):
    """A name that does not follow the grammar."""


def defining_crate(body: str) -> CrateRoot:
    """The crate whose item the name stands for.

    Args:
        body: The name without ``_R``. What stands after the deciding path is not looked at.

    Raises:
        MalformedNameError: The deciding path does not follow the grammar.
    """
    match = _PREFIX.match(body)
    if match is None:
        match = _follow(body)
    digits, punycode, length = match.groups()
    end = match.end() + int(length)
    if end > len(body):
        raise MalformedNameError(body)
    return _root(digits, punycode, body[match.end() : end])


# A firmware has many names and few crates.
@lru_cache(maxsize=4096)
def _root(digits: str | None, punycode: str, identifier: str) -> CrateRoot:
    return CrateRoot(
        _decode_punycode(identifier) if punycode else identifier,
        _disambiguator(digits) if digits is not None else 0,
    )


def _follow(body: str) -> re.Match[str]:
    """Walk from the name's start over ``<T as Trait>`` and back references to its crate root."""
    at = 0
    for _ in range(_MAX_STEPS):
        match = _PREFIX.match(body, at)
        if match is not None:
            return match
        head = _PATH_HEAD.match(body, at)
        if head is None:
            raise MalformedNameError(body)
        at = head.end()
        at = skip(body, at, "type") if head[1] == "Y" else _back_reference(body, at)
    raise MalformedNameError(body)


_PATH_HEAD = re.compile(r"(?:N[A-Za-z]|I|[MX](?:s[0-9A-Za-z]{0,11}_)?)*([YB])")


def _base_62(digits: str) -> int:
    if not digits:
        return 0
    value = 0
    for digit in digits:
        value = value * 62 + int(digit, 36) + (26 if digit.isupper() else 0)
    return value + 1


def _disambiguator(digits: str) -> int:
    value = _base_62(digits) + 1
    if value >= _MAX_NUMBER:
        raise MalformedNameError(digits)
    return value


def _back_reference(body: str, at: int) -> int:
    """The position meant by the number at ``at``, whose tag stands just before."""
    end = _token(_NUMBER, body, at)
    target = _base_62(body[at : end - 1])
    if target >= at - 1:
        raise MalformedNameError(body)
    return target


def _decode_punycode(identifier: str) -> str:
    ascii_part, _, digits = identifier.rpartition("_")
    if not digits:
        raise MalformedNameError(identifier)
    # What rustc-demangle prints for a code that it cannot decode, or that is too long to be worth it.
    undecoded = f"punycode{{{ascii_part}{'-' if ascii_part else ''}{digits}}}"
    if len(identifier) > 128 or not re.fullmatch(r"[a-z0-9]+", digits):
        return undecoded
    try:
        decoded = f"{ascii_part}-{digits}".encode("ascii").decode("punycode")
        decoded.encode("utf-8")  # refuses lone surrogates
    except (UnicodeError, ValueError, OverflowError):
        return undecoded
    return decoded


# The machine: a stack of what is still to be read. A rule reads at a position, may push more, and returns
# the position after what it read.

_Rule = Callable[[str, int, list[str]], int]


def skip(body: str, at: int, what: str) -> int:
    """The position after the ``path``, ``type`` or ``const`` that begins at a position.

    Args:
        body: The name without ``_R``.
        at: The position.
        what: One of the grammar's words above.

    Raises:
        MalformedNameError: There is none.
    """
    stack = [what]
    while stack:
        at = _RULES[stack.pop()](body, at, stack)
    return at


def _token(pattern: re.Pattern[str], body: str, at: int) -> int:
    match = pattern.match(body, at)
    if match is None:
        raise MalformedNameError(body)
    return match.end()


def _identifier(body: str, at: int, _stack: list[str]) -> int:
    match = _IDENTIFIER.match(body, at)
    if match is None or match.end() + int(match[2]) > len(body):
        raise MalformedNameError(body)
    return match.end() + int(match[2])


def _back_reference_rule(body: str, at: int, _stack: list[str]) -> int:
    _back_reference(body, at)
    return _token(_NUMBER, body, at)


def _tokens(pattern: re.Pattern[str]) -> _Rule:
    def rule(body: str, at: int, _stack: list[str]) -> int:
        return _token(pattern, body, at)

    return rule


def _tagged(rules: dict[str, tuple[str, ...]], otherwise: str | None = None) -> _Rule:
    """A rule that a letter decides; ``otherwise`` reads what begins with another letter."""
    reversed_rules = {tag: rule[::-1] for tag, rule in rules.items()}

    def rule(body: str, at: int, stack: list[str]) -> int:
        rest = reversed_rules.get(body[at : at + 1])
        if rest is not None:
            stack.extend(rest)
            return at + 1
        if otherwise is None:
            raise MalformedNameError(body)
        stack.append(otherwise)
        return at

    return rule


def _list(itself: str, *element: str) -> _Rule:
    """Elements up to an ``E``."""

    def rule(body: str, at: int, stack: list[str]) -> int:
        if body[at : at + 1] == "E":
            return at + 1
        stack.append(itself)
        stack.extend(element[::-1])
        return at

    return rule


def _optional(tag: str, *rest: str) -> _Rule:
    def rule(body: str, at: int, stack: list[str]) -> int:
        if body[at : at + 1] != tag:
            return at
        stack.extend(rest[::-1])
        return at + 1

    return rule


_BASIC_TYPES: dict[str, tuple[str, ...]] = dict.fromkeys("abcdefhijlmnopstuvxyz", ())

_RULES: dict[str, _Rule] = {
    "path": _tagged(
        {
            "C": ("disambiguator", "identifier"),
            "N": ("namespace", "path", "disambiguator", "identifier"),
            "M": ("disambiguator", "path", "type"),
            "X": ("disambiguator", "path", "type", "path"),
            "Y": ("type", "path"),
            "I": ("path", "arguments"),
            "B": ("back reference",),
        }
    ),
    "type": _tagged(
        {
            **_BASIC_TYPES,
            "R": ("lifetime", "type"),
            "Q": ("lifetime", "type"),
            "P": ("type",),
            "O": ("type",),
            "S": ("type",),
            "A": ("type", "const"),
            "T": ("types",),
            "F": ("binder", "unsafe", "abi", "types", "type"),
            "D": ("binder", "bounds", "bounds' lifetime"),
            "W": ("type", "pattern"),
            "B": ("back reference",),
        },
        otherwise="path",
    ),
    "const": _tagged(
        {
            **dict.fromkeys("abcehijlmnostxy", ("data",)),
            "p": (),
            "R": ("const",),
            "Q": ("const",),
            "A": ("consts",),
            "T": ("consts",),
            "V": ("path", "fields"),
            "B": ("back reference",),
        }
    ),
    "argument": _tagged({"L": ("number",), "K": ("const",)}, otherwise="type"),
    "fields": _tagged({"U": (), "T": ("consts",), "S": ("named fields",)}),
    "pattern": _tagged({"R": ("const", "const"), "O": ("pattern", "patterns"), "N": ()}),
    "arguments": _list("arguments", "argument"),
    "types": _list("types", "type"),
    "consts": _list("consts", "const"),
    "patterns": _list("patterns", "pattern"),
    "named fields": _list("named fields", "disambiguator", "identifier", "const"),
    "bounds": _list("bounds", "path", "bindings"),
    "bindings": _optional("p", "identifier", "type", "bindings"),
    "lifetime": _optional("L", "number"),
    "bounds' lifetime": _tagged({"L": ("number",)}),
    "unsafe": _optional("U"),
    "abi": _optional("K", "abi name"),
    "abi name": _tagged({"C": ()}, otherwise="identifier"),
    "binder": _tokens(_BINDER),
    "number": _tokens(_NUMBER),
    "data": _tokens(_CONST_DATA),
    "namespace": _tokens(re.compile(r"[A-Za-z]")),
    "disambiguator": _tokens(_DISAMBIGUATOR),
    "identifier": _identifier,
    "back reference": _back_reference_rule,
}
