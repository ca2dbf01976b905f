"""The version in a cell's id."""

from packaging.version import InvalidVersion, Version


def without_version(cell: str) -> str:
    """A cell's id without the version of its runtime: what cells of its versions have in common."""
    build, _, rest = cell.partition("/")
    return f"{build.partition('@')[0]}/{rest}"


def version_of(cell: str) -> tuple[Version, str]:
    """The version in a cell's id, to sort by; what is not a version goes before those that are."""
    text = cell.partition("/")[0].partition("@")[2]
    try:
        return Version(text), text
    except InvalidVersion:
        return Version("0"), text
