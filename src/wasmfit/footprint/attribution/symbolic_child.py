"""A program of its own: has symbolic turn the debug information of a file into a symcache.

    python symbolic_child.py ELF SYMCACHE

symbolic is native code that reads what strangers made. Its end and its memory are those of this process,
which :mod:`.debug_lines` starts with a limit of both.
"""

import sys
from pathlib import Path

REFUSED = 3
"""Exit code where the file cannot be read; stdout says why."""


def main(source: str, result: str) -> int:
    """Reads one file and writes the other."""
    from symbolic.debuginfo import Archive
    from symbolic.exceptions import SymbolicError
    from symbolic.symcache import SymCache

    try:
        # Each refers to memory of the one before, and must not outlive it: symbolic does not see to that.
        image = Path(source).read_bytes()
        archive = Archive.from_bytes(image)
        objects = list(archive.iter_objects())
        converted = SymCache.from_object(objects[0])  # type: ignore[no-untyped-call]
        Path(result).write_bytes(converted.open_stream().read())
        del converted, objects, archive, image
    except SymbolicError as error:
        sys.stdout.write(str(error))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
