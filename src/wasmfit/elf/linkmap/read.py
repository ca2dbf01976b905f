"""Reads the map of a link, whichever linker wrote it."""

from pathlib import Path

from wasmfit.elf.linkmap.gnu import START, parse_gnu_map
from wasmfit.elf.linkmap.lld import parse_link_map
from wasmfit.elf.linkmap.records import LinkMap, LinkMapError
from wasmfit.input_file import opened

_MAX_BYTES = 1 << 29


def read_link_map(path: str | Path) -> LinkMap:
    """Read a map that lld or GNU ld wrote.

    Raises:
        LinkMapError: The file cannot be read, or is not such a map.
    """
    try:
        with opened(Path(path)) as stream:
            data = stream.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise LinkMapError(f"The map {path} cannot be read: {reason}.", "Check the path.") from None
    if len(data) > _MAX_BYTES:
        raise LinkMapError(f"The map {path} is larger than {_MAX_BYTES >> 20} MiB.", "Leave it out.")
    text = data.decode("utf-8", "backslashreplace")
    if f"\n{START}\n" in f"\n{text}".replace("\r\n", "\n"):
        return parse_gnu_map(text.replace("\r\n", "\n"), str(path))
    return parse_link_map(text, str(path))
