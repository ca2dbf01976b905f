"""What wasmfit-images brings: found, checked, put into the cache in the place of building it."""

import hashlib
import io
import json
import platform
import runpy
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wasmfit import provided
from wasmfit.builder import BuildError, BuildStep, StepContext
from wasmfit.builder.cache import Cache
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.provided import LeftOut, ProvidedImages

KEY = "ab" * 32
NAME = f"fake/{KEY[:32]}"
PLUGIN = b"a library"
PLUGIN_SHA256 = hashlib.sha256(PLUGIN).hexdigest()


def archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:xz") as made:
        for name, content in {f"{NAME}/{name}": content for name, content in files.items()}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return stream.getvalue()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A distribution with one artefact, and plugins for this machine."""
    folder = tmp_path / "images"
    (folder / "groups").mkdir(parents=True)
    plugin = folder / "plugins" / platform.machine() / "plugin-v1.so"
    plugin.parent.mkdir(parents=True)
    plugin.write_bytes(PLUGIN)
    content = archive(a=b"one", b=b"two")
    (folder / "groups" / "g.tar.xz").write_bytes(content)
    write(
        folder,
        groups={"groups/g.tar.xz": {"sha256": hashlib.sha256(content).hexdigest(), "artefacts": [NAME]}},
        plugins={
            platform.machine(): {"sources": "s", "glibc": [2, 4], "files": {"plugin-v1.so": PLUGIN_SHA256}},
        },
    )
    return folder


def write(folder: Path, **fields: Any) -> None:
    tools = {"system": "here", "rust": {"rustc": "1", "cargo": "1", "linker": "1"}, "c": {}}
    manifest = {"format": provided.FORMAT, "wasmfit": "0", "tools": tools, "groups": {}, "plugins": {}}
    (folder / "manifest.json").write_text(json.dumps({**manifest, **fields}))


def fails(_step: StepContext, _made: object, _place: Path) -> None:
    raise AssertionError("nothing is built that is provided")


def test_an_artefact_is_taken_in_the_place_of_building_it(root: Path, tmp_path: Path) -> None:
    images = ProvidedImages.at(root)
    assert images.has("fake", KEY)
    assert not images.has("other", KEY)
    step = BuildStep("fake", KEY, "a step", fails)
    place = step.ensure(Cache(tmp_path / "cache", provided=images), StepContext(tmp_path / "log"))
    assert {path.name: path.read_bytes() for path in place.iterdir()} == {"a": b"one", "b": b"two"}


def test_no_tool_is_required_for_what_is_provided(root: Path, tmp_path: Path) -> None:
    def require() -> None:
        raise BuildError("there is no compiler for it here")

    cache = Cache(tmp_path / "cache", provided=ProvidedImages.at(root))
    step = BuildStep("fake", KEY, "fake", fails, require=require)
    assert cache.has("fake", KEY)
    assert step.obstacle(cache) is None
    assert (step.ensure(cache, StepContext(tmp_path / "log")) / "a").read_bytes() == b"one"
    other = BuildStep("fake", "cd" * 32, "fake", fails, require=require)
    assert not cache.has("fake", other.key)
    assert other.obstacle(cache) is not None
    with pytest.raises(BuildError, match="no compiler"):
        other.ensure(cache, StepContext(tmp_path / "log"))


def test_a_damaged_archive_is_told(root: Path, tmp_path: Path) -> None:
    (root / "groups" / "g.tar.xz").write_bytes(archive(a=b"another"))
    with pytest.raises(UsageError, match="damaged: its SHA-256 is another"):
        ProvidedImages.at(root).put("fake", KEY, tmp_path)


def listed(root: Path, content: bytes, *artefacts: str) -> ProvidedImages:
    """The distribution with another archive, whose SHA-256 is right."""
    (root / "groups" / "g.tar.xz").write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    write(root, groups={"groups/g.tar.xz": {"sha256": sha256, "artefacts": list(artefacts) or [NAME]}})
    return ProvidedImages.at(root)


@pytest.mark.parametrize("content", [b"", b"no archive", archive(a=b"one" * 999)[:90]])
def test_an_archive_that_cannot_be_unpacked_is_told(root: Path, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UsageError, match="damaged: it cannot be unpacked"):
        listed(root, content).put("fake", KEY, tmp_path)


def test_an_archive_without_its_artefact_leaves_nothing_behind(root: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", provided=listed(root, archive(a=b"one"), "fake/" + "ef" * 16))
    for _ in range(2):
        with pytest.raises(UsageError, match="damaged: it lacks fake/efef"):
            cache.get("fake", "ef" * 32, lambda _: None)
    assert not cache.place("fake", "ef" * 32).exists()


def test_an_archive_that_is_gone_is_told(root: Path, tmp_path: Path) -> None:
    (root / "groups" / "g.tar.xz").unlink()
    with pytest.raises(UsageError, match="damaged: it cannot be read") as caught:
        ProvidedImages.at(root).put("fake", KEY, tmp_path)
    assert "Install wasmfit-images again" in caught.value.remedy


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"other"), lambda path: path.unlink()])
def test_a_damaged_plugin_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.31"))
    change(root / "plugins" / platform.machine() / "plugin-v1.so")
    with pytest.raises(UsageError, match=r"plugin-v1\.so is damaged"):
        ProvidedImages.at(root).plugin("plugin-v1.so", "s")


def test_a_folder_may_be_named_and_images_may_be_left_out(root: Path) -> None:
    found = ProvidedImages.find({provided.CHOICE: str(root)})
    assert found is not None
    assert found.root == root
    assert ProvidedImages.find({provided.CHOICE: "none"}) is None


def test_what_is_left_out_has_a_reason_and_may_be_missing_from_older_manifests(root: Path) -> None:
    assert ProvidedImages.at(root).left_out("fake", KEY) is None
    write(root, left_out={NAME: {"status": "unsupported", "reason": "needs threads"}})
    left_out = ProvidedImages.at(root).left_out("fake", KEY)
    assert left_out is not None
    assert left_out.reason == "needs threads"
    assert left_out.is_final
    assert not left_out.model_copy(update={"status": Status.BUILD_FAILED}).is_final


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 99}', "[" * 100_000])
def test_a_broken_manifest_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(UsageError, match=r"cannot be read|of another version of wasmfit"):
        ProvidedImages.at(tmp_path)


def test_plugins_are_for_a_machine_and_for_a_library_that_is_new_enough(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plugin(name: str = "plugin-v1.so", sources: str = "s") -> Path | None:
        return ProvidedImages.at(root).plugin(name, sources)

    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.31"))
    assert plugin() == root / "plugins" / platform.machine() / "plugin-v1.so"
    assert plugin("plugin-v9.so") is None
    assert plugin(sources="others") is None
    for library in (("glibc", "2.3"), ("musl", "1.2"), ("", "")):
        monkeypatch.setattr(platform, "libc_ver", lambda library=library: library)
        assert plugin() is None


def test_what_cannot_be_built_is_left_out_with_its_reason(tmp_path: Path) -> None:
    script = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "images.py"))

    def no_atomics(_step: StepContext, _made: object, _place: Path) -> None:
        raise BuildError("needs atomics", Status.UNSUPPORTED)

    context = SimpleNamespace(home=Home.at(tmp_path), cache=Cache(tmp_path / "cache"))
    (tmp_path / "cache" / "fake").mkdir(parents=True)
    wanted = script["Wanted"]("group", BuildStep("fake", KEY, "an image", no_atomics))
    ((one, end),) = script["made"](context, [wanted], 1)
    assert one.name == NAME
    assert end == LeftOut(status=Status.UNSUPPORTED, reason="needs atomics")
