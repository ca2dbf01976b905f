"""Stand-ins for GCC as distributions lay it out: shell scripts that answer what wasmfit asks a compiler."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BITS_32, BITS_64 = 1, 2


def archive(place: Path, bits: int = BITS_32) -> Path:
    """A static library: a table of symbols of odd length, and the first bytes of an object."""
    place.parent.mkdir(parents=True, exist_ok=True)
    members = (("/", b"\0\0\0"), ("memcpy.o/", b"\x7fELF" + struct.pack("<B", bits) + bytes(59)))
    text = b"!<arch>\n"
    for name, body in members:
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(body):<10}`\n"
        text += header.encode() + body + b"\n" * (len(body) % 2)
    place.write_bytes(text)
    return place


@dataclass(frozen=True)
class Library:
    """A C library that a stand-in has.

    Attributes:
        header: The header that says its version.
        version: The line that does.
        specs: The specs under which it is included.
        archives: Name → file that the compiler finds for it.
    """

    header: Path
    version: str
    specs: str = ""
    archives: Mapping[str, Path] | None = None


def picolibc(root: Path, multilib: str, version: str = "1.8.6", bits: int = BITS_32) -> Library:
    """Picolibc in a folder of its own, where its specs lead."""
    archive(root / "lib" / multilib / "libc.a", bits)
    (root / "include").mkdir()
    line = f'#define __PICOLIBC_VERSION__ "{version}"'
    return Library(root / "include" / "picolibc.h", line, "picolibc.specs")


def newlib(
    root: Path, *, nano: bool = True, version: str = "4.3.0", bits: int = BITS_32
) -> tuple[Library, ...]:
    """Newlib in the compiler's own folder, with newlib-nano or without."""
    folder = root / "lib"
    names = ["libc.a", "libm.a", *(["libc_nano.a"] if nano else [])]
    archives = {name: archive(folder / name, bits) for name in names}
    header, line = root / "include" / "_newlib_version.h", f'#define _NEWLIB_VERSION "{version}"'
    full = Library(header, line, archives=archives)
    return (full, Library(header, line, "nano.specs", archives)) if nano else (full,)


def gcc(place: Path, *libraries: Library, multilib: str = ".") -> Path:
    """A compiler at ``place`` that has these libraries."""
    place.parent.mkdir(parents=True, exist_ok=True)
    included = "\n".join(
        f"  '{library.specs}:{library.header.name}') printf '%s\\n' '# 1 \"{library.header}\" 1 3' "
        f"'{library.version}'; exit ;;"
        for library in libraries
    )
    files = {name: path for library in libraries for name, path in (library.archives or {}).items()}
    printed = "\n".join(f"  -print-file-name={name}) echo {path}; exit ;;" for name, path in files.items())
    place.write_text(f"""#!/bin/sh
specs= header=
while [ $# -gt 0 ]; do
  case "$1" in
  --version) echo "{place.name} (stand-in) 13.2.0"; exit ;;
  -print-multi-directory) echo "{multilib}"; exit ;;
  -print-libgcc-file-name) echo {place.parent}/libgcc.a; exit ;;
{printed}
  -print-file-name=*) echo "${{1#-print-file-name=}}"; exit ;;
  --specs=*) specs=${{1#--specs=}} ;;
  -include) header=$2; shift ;;
  esac
  shift
done
case "$specs:$header" in
  :) exit 0 ;;
{included}
esac
echo "fatal error: $specs $header: No such file or directory" >&2
exit 1
""")
    place.chmod(0o755)
    return place
