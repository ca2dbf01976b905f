"""A file of a Python package is found and checked, and nothing of it is run."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from wasmfit.builder.errors import BuildError
from wasmfit.builder.package_index import PackageFile, PackageIndexes
from wasmfit.toolchain import ProcessRunner

NAME = "c_sources-1.0.tar.gz"
BACKEND = """
from pathlib import Path
def prepare_metadata_for_build_wheel(*_):
    Path("{ran}").touch()
"""


def sdist(ran: Path) -> bytes:
    """A source distribution whose build backend leaves a file."""
    files = {
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n',
        "evil.py": BACKEND.format(ran=ran),
        "PKG-INFO": "Metadata-Version: 2.1\nName: c-sources\nVersion: 1.0\n",
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"c_sources-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def wanted(content: bytes) -> PackageFile:
    return PackageFile("c-sources", "1.0", (hashlib.sha256(content).hexdigest(),), ".tar.gz")


@pytest.fixture
def served() -> Iterator[tuple[str, dict[str, bytes]]]:
    """An index's address, and what it serves: path → content."""
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = pages.get(self.path)
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/simple", pages
    server.shutdown()


LISTS = [
    f'<!DOCTYPE html><a href="c_sources-0.9.tar.gz">old</a><a href="../../files/{NAME}#sha256=00">new</a>',
    f'{{"files": [{{"url": "c_sources-0.9.tar.gz"}}, {{"url": "../../files/{NAME}"}}, {{}}, 7]}}',
]


@pytest.mark.parametrize("page", LISTS, ids=["html", "json"])
def test_an_index_is_asked(served: tuple[str, dict[str, bytes]], tmp_path: Path, page: str) -> None:
    url, pages = served
    content = sdist(tmp_path / "ran")
    pages |= {"/simple/c-sources/": page.encode(), f"/files/{NAME}": content}
    path = PackageIndexes((url,)).fetch(wanted(content), tmp_path)
    assert path.read_bytes() == content
    assert not (tmp_path / "ran").exists()


def test_another_hash_is_refused_and_nothing_is_kept_or_run(
    served: tuple[str, dict[str, bytes]], tmp_path: Path
) -> None:
    url, pages = served
    pages |= {"/simple/c-sources/": LISTS[0].encode(), f"/files/{NAME}": sdist(tmp_path / "ran")}
    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(BuildError, match=r"c_sources-1\.0\.tar\.gz has another SHA-256"):
        PackageIndexes((url,)).fetch(wanted(b"what was published"), place)
    assert not list(place.iterdir())
    assert not (tmp_path / "ran").exists()


def test_a_folder_of_packages_comes_first_as_pip_is_set_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = sdist(tmp_path / "ran")
    links = tmp_path / "links"
    links.mkdir()
    (links / NAME).write_bytes(content)
    (links / "c_sources-1.0.zip").write_bytes(b"")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    indexes = PackageIndexes.of_pip(ProcessRunner())
    assert indexes.urls == ()
    assert indexes.fetch(wanted(content), tmp_path).read_bytes() == content
    assert not (tmp_path / "ran").exists()


def test_pips_own_index_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "http://127.0.0.1:9/more")
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    first, more = PackageIndexes.of_pip(ProcessRunner()).urls
    assert first.startswith("https://")
    assert more == "http://127.0.0.1:9/more"
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/other")
    assert PackageIndexes.of_pip(ProcessRunner()).urls[0] == "http://127.0.0.1:9/other"


@pytest.mark.parametrize(
    "page", ["", "{", '{"files": 3}', '<a href="ftp://127.0.0.1/c_sources-1.0.tar.gz">', "[" * 100_000]
)
def test_an_index_that_says_nothing_sensible(
    served: tuple[str, dict[str, bytes]], tmp_path: Path, page: str
) -> None:
    url, pages = served
    pages["/simple/c-sources/"] = page.encode()
    with pytest.raises(BuildError, match=r"no index has c-sources 1\.0"):
        PackageIndexes((url,)).fetch(wanted(b""), tmp_path)
