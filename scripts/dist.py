"""Builds the wheel and the source distribution into dist/, and checks them: ``make maint-dist``.

dist.py                 what is wrong with the archives is an error
dist.py --tag v0.2.0    so is what has to be there before a release of that tag is published
"""

import argparse
import email
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

from readme_renderer import markdown

ROOT = Path(__file__).parents[1]

_SECONDS = 300


def build(folder: Path) -> tuple[Path, Path]:
    """Builds both archives into a folder, and returns the wheel and the source distribution."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, timeout=_SECONDS, stdout=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    return wheel, sdist


def problems_of_wheel(wheel: Path) -> Iterator[str]:
    """What is wrong with a wheel, in sentences."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        inside = {name for name in names if not re.match(r"wasmfit-[^/]+\.dist-info/", name)}
        tracked = {path.removeprefix("src/") for path in _tracked("src/wasmfit")}
        yield from (f"the wheel lacks {name}" for name in sorted(tracked - inside))
        yield from (
            f"the wheel has {name}, which is not in the repository" for name in sorted(inside - tracked)
        )
        for licence in ("LICENSE-MIT", "LICENSE-APACHE"):
            if not any(name.endswith(f".dist-info/licenses/{licence}") for name in names):
                yield f"the wheel lacks {licence}"
        yield from _problems_of_metadata(_metadata(archive))
        with tempfile.TemporaryDirectory() as folder:
            archive.extractall(folder)  # noqa: S202 - built right here
            yield from _problems_of_running(Path(folder))


def problems_of_sdist(sdist: Path) -> Iterator[str]:
    """What is wrong with a source distribution: it has to have what the wheel and the tests are made from."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in ("pyproject.toml", "uv.lock", "Makefile", "mkdocs.yml", "CHANGELOG.md"):
        if name not in names:
            yield f"the source distribution lacks {name}"
    for path in _tracked("src", "tests", "scripts", "docs"):
        if path not in names:
            yield f"the source distribution lacks {path}"


def problems_of_release(tag: str) -> Iterator[str]:
    """What has to be done before a tag is published, in sentences."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    version = project["version"]
    if tag.removeprefix("v") != version:
        yield f"the tag is {tag}, and pyproject.toml has version {version}"
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## \[?{re.escape(version)}\]? - \d{{4}}-\d\d-\d\d$", changes, re.MULTILINE):
        yield f"CHANGELOG.md has no section `## {version} - YYYY-MM-DD`"
    if "Repository" not in project.get("urls", {}):
        yield "pyproject.toml has no [project.urls] with Repository: nobody would find the source"


def _tracked(*folders: str) -> list[str]:
    """Files that are in the repository or, being new, would be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(command, cwd=ROOT, check=True, timeout=_SECONDS, capture_output=True, text=True)
    return [path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file()]


def _metadata(archive: zipfile.ZipFile) -> Message:
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(archive.read(name))


def _problems_of_metadata(metadata: Message) -> Iterator[str]:
    version = re.search(
        r'^__version__ = "(.+)"$', (ROOT / "src/wasmfit/__init__.py").read_text(), re.MULTILINE
    )
    if version is None or metadata["Version"] != version[1]:
        yield f"the metadata has version {metadata['Version']}, and wasmfit.__version__ is another"
    if metadata["Description-Content-Type"] != "text/markdown":
        yield "the description is not said to be Markdown"
    rendered = markdown.render(str(metadata.get_payload()), variant="GFM")
    if rendered is None or "<h1" not in rendered or "<h2" not in rendered:
        yield "README.md does not render"


def _problems_of_running(folder: Path) -> Iterator[str]:
    """Starts what is in the wheel, with this environment's dependencies, away from the sources."""
    ended = subprocess.run(
        [sys.executable, "-m", "wasmfit", "list", "boards"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if ended.returncode != 0 or "nrf52840dk" not in ended.stdout:
        yield f"what is in the wheel does not list its boards: {ended.stderr.strip()[-300:]}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tag", help="the tag that is about to be published")
    tag = parser.parse_args().tag
    folder = ROOT / "dist"
    for stale in [*folder.glob("*.whl"), *folder.glob("*.tar.gz")]:
        stale.unlink()
    wheel, sdist = build(folder)
    problems = [*problems_of_wheel(wheel), *problems_of_sdist(sdist)]
    if tag is not None:
        problems += problems_of_release(tag)
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"{wheel.relative_to(ROOT)} and {sdist.relative_to(ROOT)} are in order")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
