"""Names that stay the same from build to build: of a symbol, and of the generic that it is an instance of."""

import re
from functools import lru_cache

from wasmfit.elf.names import rust_legacy
from wasmfit.elf.names.demangle import demangle, without_appended

_HASHED = re.compile(r"(\.Lanon\.|\banon\.|\balloc_|\.L__unnamed_|__unnamed_)[0-9a-f]+")


@lru_cache(maxsize=1 << 14)
def stable_name(name: str) -> str:
    """A name to find the same thing by in another build: readable, without hashes and disambiguators.

    Two things of one file can have the same; their bytes are then added up.
    """
    text = demangle(name)
    if text == name:
        return _HASHED.sub(r"\1", name)
    return without_appended(text)[0]


@lru_cache(maxsize=1 << 14)
def family(name: str) -> str:
    """The generic that a symbol is an instance of: its name without generic arguments.

    ``core::ptr::drop_in_place::<A>`` and ``…::<B>`` are of one family, and so are a trait's provided method
    for many types, and the instances of a C++ template. Names without arguments are families of their own.
    """
    text = stable_name(name)
    if name.startswith("_R"):
        if _PROVIDED.match(name):
            # <T as Trait>::method where the method is the trait's own: T is the argument.
            text = _self_type_erased(text)
        return _without_arguments(text, keep_first=True)
    if name.startswith("_ZN") and rust_legacy.path(name) is not None:
        return _without_arguments(text, keep_first=True)
    return _template(text) if name.startswith("_Z") else text


def _template(text: str) -> str:
    """A C++ name's template: without its arguments and, if it has any, without result and parameters, which
    depend on them."""
    erased = _without_arguments(text, keep_first=False)
    if erased == text:
        return text
    whole = erased.replace(_ANONYMOUS, "\0")
    end = _PARAMETERS.search(whole)
    head = whole[: end.start()] if end else whole
    return (head if "operator " in head else head.rpartition(" ")[2]).replace("\0", _ANONYMOUS)


_ANONYMOUS = "(anonymous namespace)"
_PARAMETERS = re.compile(r"(?<!operator)\(")
_PROVIDED = re.compile(r"_R(?:I?N[A-Za-z]|I)*Y")


def _self_type_erased(text: str) -> str:
    inner, rest = _leading_brackets(text)
    _, separator, trait = _split_last(inner, " as ")
    return f"<_ as {trait}>{rest}" if separator else text


def _leading_brackets(text: str) -> tuple[str, str]:
    """What stands in the brackets that a text begins with, and what follows them."""
    if not text.startswith("<"):
        return "", text
    end = _closing(text, 0)
    return text[1:end], text[end + 1 :]


def _closing(text: str, start: int) -> int:
    """Where the angle bracket that opens at ``start`` closes; the last character if it does not."""
    depth = 0
    for at in range(start, len(text)):
        character = text[at]
        if character == "<":
            depth += 1
        elif character == ">" and text[at - 1] not in "-=":
            depth -= 1
            if depth == 0:
                return at
    return len(text) - 1


def _split_last(text: str, separator: str) -> tuple[str, str, str]:
    """Split at the last separator outside of brackets."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        character = text[at]
        if character == ">" and text[at - 1 : at] not in ("-", "="):
            depth += 1
        elif character == "<":
            depth -= 1
        elif depth == 0 and text.startswith(separator, at):
            return text[:at], separator, text[at + len(separator) :]
    return text, "", ""


# What opens generic arguments is < after a name or ::, but not an operator's name.
_MARK = re.compile(r"operator(?:<=>|<<=|>>=|->\*|<<|>>|<=|>=|->|<|>)|<|>")


def _without_arguments(text: str, *, keep_first: bool) -> str:
    """A demangled name without what stands in angle brackets.

    Args:
        text: The name.
        keep_first: Whether brackets that a name or a list begins with hold a type (``<T as Trait>``, Rust),
            whose own arguments are erased instead.
    """
    parts: list[str] = []
    depth = 0
    last_end = 0
    for match in _MARK.finditer(text):
        mark, at = match[0], match.start()
        if depth == 0:
            parts.append(text[last_end:at])
        last_end = match.end()
        if mark == "<" and not (depth == 0 and keep_first and not _follows_a_name(text, at)):
            depth += 1
        elif mark == ">" and depth and text[at - 1] not in "-=":
            depth -= 1
        elif depth == 0:
            parts.append(mark)
    if depth == 0:
        parts.append(text[last_end:])
    return "".join(parts).replace("::::", "::").removesuffix("::")


def _follows_a_name(text: str, at: int) -> bool:
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_:")
