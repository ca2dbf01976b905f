"""Getting one file of a Python package, and running nothing of it.

pip would run a source distribution's build backend for its metadata, and what that backend requires, of which
no hash is known. Only files are wanted here: the file is found on pip's own indexes (the simple repository
API, PEP 503 and PEP 691), and kept only if its hash is one that the catalogue has.
"""

import hashlib
import json
import re
import ssl
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPException
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from packaging.tags import sys_tags
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from wasmfit.toolchain import ProcessRunner
from wasmfit.words import escape_unprintable

from .errors import BuildError

_SECONDS = 60
_MOST_BYTES = 512 * 1024 * 1024
_MOST_PAGE_BYTES = 64 * 1024 * 1024
_SIMPLE = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
_SETTING = re.compile(
    r"(?:global|download|:env:)\.(index-url|extra-index-url|find-links|no-index|cert)='(.*)'"
)
_DEFAULT = re.compile(r"--index-url <url> [^(]*\(default (\S+)\)")
_SCHEMES = frozenset({"http", "https", "file"})


@dataclass(frozen=True)
class PackageFile:
    """A file of a distribution.

    Attributes:
        name: The distribution.
        version: Its version.
        sha256: The hashes that the file may have.
        suffix: How its name ends: ``.tar.gz`` or ``.whl``.
    """

    name: str
    version: str
    sha256: tuple[str, ...]
    suffix: str


@dataclass(frozen=True)
class PackageIndexes:
    """Where packages come from, as pip is set up.

    Attributes:
        urls: Indexes of the simple repository API.
        pages: Folders, and pages with links.
        certificates: File of the certificates that are trusted; ``None``: the system's.
    """

    urls: tuple[str, ...]
    pages: tuple[str, ...] = ()
    certificates: str | None = None

    @classmethod
    def of_pip(cls, runner: ProcessRunner) -> "PackageIndexes":
        """Those that pip's settings name."""
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        said = runner.run([*pip, "config", "list"], timeout=_SECONDS)
        settings: dict[str, str] = {}
        for line in said.output.splitlines():
            if match := _SETTING.fullmatch(line.strip()):
                settings[match[1]] = match[2].replace("\\n", " ")
        # pip's own default is in no setting, but in its help.
        told = _DEFAULT.search(
            " ".join(runner.run([*pip, "download", "--help"], timeout=_SECONDS).output.split())
        )
        default = settings.get("index-url") or (told[1] if told else "")
        indexes = [default, *settings.get("extra-index-url", "").split()]
        alone = settings.get("no-index", "").lower() in ("1", "true", "yes", "on")
        return cls(
            () if alone else tuple(url for url in indexes if url),
            tuple(settings.get("find-links", "").split()),
            settings.get("cert"),
        )

    def fetch(self, wanted: PackageFile, place: Path) -> Path:
        """The file, in a folder.

        Raises:
            BuildError: No index has it, or it has another hash.
        """
        refused, failed = "", ""
        for url in self._links(wanted):
            try:
                content = self._read(url, _MOST_BYTES)
            except (OSError, HTTPException, ValueError) as error:
                failed = escape_unprintable(str(error))
                continue
            if hashlib.sha256(content).hexdigest() in wanted.sha256:
                path = place / f"{wanted.name}-{wanted.version}{wanted.suffix}"
                path.write_bytes(content)
                return path
            refused = _file_of(url)
        if refused:
            raise BuildError(f"{escape_unprintable(refused)} has another SHA-256 than the catalogue says")
        missing = f"no index has {wanted.name} {wanted.version}"
        raise BuildError(f"{missing}: {failed}" if failed else missing)

    def _links(self, wanted: PackageFile) -> Iterator[str]:
        """The addresses of files that may be the wanted one, each opened only when the one before was not."""
        for page in self.pages:
            folder = Path(page.removeprefix("file://"))
            if folder.is_dir():
                yield from (
                    path.resolve().as_uri() for path in sorted(folder.iterdir()) if _is(wanted, path.name)
                )
            else:
                yield from self._on_page(page, wanted)
        for index in self.urls:
            yield from self._on_page(f"{index.rstrip('/')}/{canonicalize_name(wanted.name)}/", wanted)

    def _on_page(self, page: str, wanted: PackageFile) -> list[str]:
        try:
            content = self._read(page, _MOST_PAGE_BYTES)
            found = [urljoin(page, link) for link in _listed(content)]
        except (OSError, HTTPException, ValueError, RecursionError):
            return []
        return [link for link in found if _is(wanted, _file_of(link))]

    def _read(self, url: str, most: int) -> bytes:
        if urlsplit(url).scheme not in _SCHEMES:
            raise ValueError(f"an address of another kind: {url[:100]}")
        context = ssl.create_default_context(cafile=self.certificates) if url.startswith("https:") else None
        request = urllib.request.Request(url, headers={"Accept": _SIMPLE})  # noqa: S310 — the schemes are checked
        with urllib.request.urlopen(request, timeout=_SECONDS, context=context) as answer:  # noqa: S310
            content: bytes = answer.read(most + 1)
        if len(content) > most:
            raise ValueError(f"more than {most:,} bytes")
        return content


def _file_of(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2])


def _is(wanted: PackageFile, name: str) -> bool:
    """Whether a file's name is that of the wanted distribution, version and kind, for this system."""
    if not name.endswith(wanted.suffix):
        return False
    try:
        if wanted.suffix == ".whl":
            distribution, version, _, tags = parse_wheel_filename(name)
            if tags.isdisjoint(sys_tags()):
                return False
        else:
            distribution, version = parse_sdist_filename(name)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return False
    return distribution == canonicalize_name(wanted.name) and version == Version(wanted.version)


def _listed(page: bytes) -> Sequence[str]:
    """The links of a page of the simple repository API, in JSON or HTML."""
    text = page.decode("utf-8", errors="replace")
    if text.lstrip().startswith("{"):
        files = json.loads(text).get("files")
        entries = files if isinstance(files, list) else []
        return [
            file["url"] for file in entries if isinstance(file, dict) and isinstance(file.get("url"), str)
        ]
    reader = _Links()
    reader.feed(text)
    return reader.found


class _Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]
