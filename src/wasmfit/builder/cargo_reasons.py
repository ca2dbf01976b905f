"""Why cargo failed, in one line: what it says at length, in several ways."""

import re

from wasmfit.words import escape_unprintable

from .cargo import first_error

_LONGEST = 400
_CAUSE = re.compile(r"^Caused by:\n((?:[ \t]+\S.*\n?)+)", re.MULTILINE)
_URL = re.compile(r"\b(?:https?|ssh|git|file)://[^\s`'\")]+")
_OF_LINKER = re.compile(r"\b(?:rust-lld|ld\.lld(?:-\d+)?): error: (.+)")
_CLASH = re.compile(
    r"failed to select a version for `(?P<crate>[^`]+)`\.\n"
    r"\s+\.\.\. required by package `(?P<one>[^`(]+?)(?: \([^`]*)?`.*?"
    r"meet the requirements `(?P<wanted>[^`]+)`.*?"
    r"previously selected package `\S+ v(?P<taken>[^`\s]+)[^`]*`\n"
    r"\s+\.\.\. which satisfies dependency `[^`=]+= \"(?P<other_wanted>[^\"]+)\"`(?: \([^)]*\))? "
    r"of package `(?P<other>[^`(]+?)(?: \([^`]*)?`",
    re.DOTALL,
)


def reason(output: str) -> str:
    """What went wrong: of versions that clash, who needs which; of what could not be had, from where."""
    return clash(output) or deepest_cause(output) or of_linker(output) or f"cargo: {first_error(output)}"


def clash(output: str) -> str | None:
    """Which two packages want which versions of a third; ``None`` where that is not what went wrong."""
    found = _CLASH.search(output)
    if found is None:
        return None
    crate, one, other = found["crate"], _named(found["one"]), _named(found["other"])
    return escape_unprintable(
        f"{one} needs {crate} {found['wanted']}, and {other} needs {found['other_wanted']} (it has "
        f"{found['taken']}): no version of {crate} is both. Take a revision of one of them that needs "
        f"another, or let the checkout ask for less: in its Cargo.toml, {crate} without `=`",
        _LONGEST,
    )


def deepest_cause(output: str) -> str | None:
    """The last of the causes that cargo lists, with the address that it is about; ``None``: it lists none."""
    causes = [" ".join(text.split()) for text in _CAUSE.findall(output)]
    if not causes:
        return None
    urls = _URL.findall("\n".join(causes))
    about = f" ({urls[-1]})" if urls and urls[-1] not in causes[-1] else ""
    return escape_unprintable(f"cargo: {causes[-1]}{about}", _LONGEST)


def of_linker(output: str) -> str | None:
    """The first error of LLD, where rustc says no more than that linking failed."""
    found = _OF_LINKER.search(output)
    return None if found is None else escape_unprintable(f"link: {found[1]}", _LONGEST)


def is_of_git(output: str) -> bool:
    """Whether cargo could not get something that comes by Git."""
    return any(
        words in output.lower()
        for words in ("unable to update", "failed to fetch into", "failed to clone into", "git_proxy_options")
    )


def _named(package: str) -> str:
    """A package as it is spoken of: without the ``v`` of its version."""
    return re.sub(r" v(?=\d)", " ", package.strip())
