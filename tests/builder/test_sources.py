"""Unpacking source archives: plain files, inside their folder, and nothing else."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from wasmfit.builder import BuildError
from wasmfit.builder.sources import unpack


def archive(place: Path, *members: tuple[str, bytes | None]) -> Path:
    """A tar archive of files, and of links where there is no content."""
    path = place / "x.tar.gz"
    with tarfile.open(path, "w:gz") as made:
        for name, content in members:
            member = tarfile.TarInfo(name)
            if content is None:
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
                made.addfile(member)
            else:
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
    return path


def test_files_are_unpacked_and_links_are_not(tmp_path: Path) -> None:
    unpack(archive(tmp_path, ("a/b.c", b"int x;"), ("a/link", None)), tmp_path / "out")
    assert (tmp_path / "out/a/b.c").read_bytes() == b"int x;"
    assert not (tmp_path / "out/a/link").exists()


def wheel(place: Path, *members: tuple[str, bytes]) -> Path:
    path = place / "x-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as made:
        for name, content in members:
            made.writestr(name, content)
    return path


def test_a_wheel_is_unpacked_too(tmp_path: Path) -> None:
    unpack(wheel(tmp_path, ("x/", b""), ("x/a.c", b"int x;")), tmp_path / "out")
    assert (tmp_path / "out/x/a.c").read_bytes() == b"int x;"


def test_a_wheel_cannot_write_elsewhere_either(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="outside its own folder"):
        unpack(wheel(tmp_path, ("../outside", b"x")), tmp_path / "out")
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("name", ["../outside", "/wasmfit-outside", "a/../../outside"])
def test_a_file_that_would_land_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BuildError, match="outside its own folder"):
        unpack(archive(tmp_path, (name, b"x")), tmp_path / "out")
    assert not (tmp_path / "outside").exists()
