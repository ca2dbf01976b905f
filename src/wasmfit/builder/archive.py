"""An artefact's folder as bytes, to be sent to another machine, and back.

The same folder gives the same bytes: names in order, no times, no owners. What comes in is checked before
a byte of it is written: its digest, its size, and that each name stays inside the folder.
"""

import hashlib
import io
import tarfile
import zlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from .errors import BuildError

MOST_BYTES = 2 << 30
"""Bytes that an archive may unpack to: tens of times what the largest artefact has."""

_LEVEL = 1
"""zlib's quickest: static libraries shrink to a quarter, and more effort gains little."""

_DIGEST = hashlib.sha256
_DIGEST_BYTES = 32


class ArchiveError(BuildError):
    """A folder cannot be packed, or what was received is not what was packed."""


def packed(folder: Path, only: Collection[str] | None = None) -> bytes:
    """The files and folders below ``folder``.

    Args:
        folder: The folder.
        only: Names directly in it to which this is limited.

    Raises:
        ArchiveError: It holds something else, such as a link.
    """
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(folder.rglob("*")):
            if only is not None and path.relative_to(folder).parts[0] not in only:
                continue
            member = tarfile.TarInfo(path.relative_to(folder).as_posix())
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise ArchiveError(f"{path} is neither file nor folder, and cannot be sent")
            if path.is_dir():
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(member)
            else:
                content = path.read_bytes()
                member.size, member.mode = len(content), 0o755 if path.stat().st_mode & 0o100 else 0o644
                archive.addfile(member, io.BytesIO(content))
    data = zlib.compress(stream.getvalue(), _LEVEL)
    return _DIGEST(data).digest() + data


def unpack(archive: bytes, folder: Path) -> None:
    """Writes what an archive holds into ``folder``, which exists.

    Raises:
        ArchiveError: It is damaged, too large, or holds a name that leads out of the folder.
    """
    data = memoryview(archive)[_DIGEST_BYTES:]
    if _DIGEST(data).digest() != archive[:_DIGEST_BYTES]:
        raise ArchiveError("an artefact was damaged on its way")
    try:
        inflater = zlib.decompressobj()
        plain = inflater.decompress(data, MOST_BYTES)
        if inflater.unconsumed_tail or not inflater.eof:
            raise ArchiveError(f"an artefact is larger than {MOST_BYTES:,} B, or was cut short")
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as members:
            for member in members:
                _write(members, member, folder)
    except (zlib.error, tarfile.TarError, UnicodeError, ValueError) as error:
        raise ArchiveError(f"an artefact cannot be unpacked: {error}") from error


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or not name.parts or ".." in name.parts:
        raise ArchiveError(f"an artefact holds the name {member.name!r}, which leads elsewhere")
    path = folder / name
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    content = archive.extractfile(member) if member.isreg() else None
    if content is None:
        raise ArchiveError(f"an artefact holds {member.name!r}, which is neither file nor folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.read())
    path.chmod(0o755 if member.mode & 0o100 else 0o644)
