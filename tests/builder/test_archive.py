"""Folders come back as they were; what was damaged or leads elsewhere is refused."""

import hashlib
import io
import tarfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.builder import ArchiveError, archive, packed, unpack


def tree(root: Path) -> dict[str, tuple[bytes, bool]]:
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), bool(path.stat().st_mode & 0o100))
        for path in root.rglob("*")
        if path.is_file()
    }


def filled(root: Path) -> Path:
    (root / "deep" / "er").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "deep" / "er" / "o.o").write_bytes(bytes(range(256)))
    (root / "host").write_bytes(b"#!/bin/true\n")
    (root / "host").chmod(0o755)
    return root


def archive_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """An archive as somebody malicious could make it."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    data = zlib.compress(stream.getvalue())
    return hashlib.sha256(data).digest() + data


def test_there_and_back(tmp_path: Path) -> None:
    source, target = filled(tmp_path / "a"), tmp_path / "b"
    target.mkdir()
    unpack(packed(source), target)
    assert tree(target) == tree(source)
    assert (target / "empty").is_dir()


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = filled(tmp_path / "a"), filled(tmp_path / "b")
    (other / "host").touch()
    assert packed(one) == packed(other)


def test_only_some_names(tmp_path: Path) -> None:
    target = tmp_path / "b"
    target.mkdir()
    unpack(packed(filled(tmp_path / "a"), only=("deep",)), target)
    assert list(tree(target)) == ["deep/er/o.o"]


def test_links_are_not_sent(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(ArchiveError, match="neither file nor folder"):
        packed(tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside", ".."])
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(ArchiveError, match="leads elsewhere"):
        unpack(archive_of((tarfile.TarInfo(name), b"x")), inside)
    assert list(tmp_path.rglob("*")) == [inside]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_anything_but_files_and_folders(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("link")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(ArchiveError):
        unpack(archive_of((member, b"")), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 100_000)
    with pytest.raises(ArchiveError, match="larger than 100,000 B"):
        unpack(archive_of((tarfile.TarInfo("zeros"), bytes(1_000_000))), tmp_path)
    assert list(tmp_path.iterdir()) == []


@given(data=st.data())
def test_damage_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = archive_of((tarfile.TarInfo("file"), b"content"))
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = bytearray(whole)
    broken[at] ^= data.draw(st.integers(1, 255))
    folder = tmp_path_factory.mktemp("damaged")
    with pytest.raises(ArchiveError, match="damaged on its way"):
        unpack(bytes(broken), folder)
    with pytest.raises(ArchiveError):
        unpack(whole[:at], folder)
    assert list(folder.iterdir()) == []


@given(noise=st.binary(max_size=200), compressed=st.booleans())
def test_noise_is_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, compressed: bool
) -> None:
    data = zlib.compress(noise) if compressed else noise
    folder = tmp_path_factory.mktemp("noise")
    with pytest.raises(ArchiveError):
        unpack(hashlib.sha256(data).digest() + data, folder)
    assert list(folder.iterdir()) == []
