"""How a workload's module is built: what all share, what is its own, what a lesser runtime is given."""

from pathlib import Path
from typing import Any

import pytest

from wasmfit.builder import PackageSpec, firmware, guest
from wasmfit.catalog import Catalog
from wasmfit.model import builds

CATALOG = Catalog.load()


def own_flags(name: str, cpu: str | None = None) -> list[str]:
    manifest: Any = guest.package(CATALOG, CATALOG.workload(name), cpu).manifest
    flags: list[str] = manifest["profile"]["release"]["package"].get("guest", {}).get("rustflags", [])
    return flags


def test_a_feature_is_the_guests_alone_and_none_for_a_lesser_runtime() -> None:
    assert own_flags("bulk-memory") == ["-Ctarget-feature=+bulk-memory"]
    assert own_flags("bulk-memory", "mvp") == []
    assert own_flags("memory-grow") == own_flags("memory-grow", "mvp") == ["-Clink-arg=--max-memory=131072"]
    assert own_flags("sha256") == []


def test_workloads_share_what_costs_a_standard_library() -> None:
    shared = {
        (one.guest.target, one.guest.build_std, one.guest.std_features, one.guest.rustflags)
        for one in CATALOG.workloads.values()
        if one.name != "add-with-extra"
    }
    assert len(shared) == 1


def test_the_reference_module_is_built_as_the_reference_has_it() -> None:
    manifest: Any = guest.package(CATALOG, CATALOG.workload("add-with-extra")).manifest
    release = manifest["profile"]["release"]
    assert release["opt-level"] == "z"
    assert {table["opt-level"] for table in release["package"].values()} == {"z"}
    assert manifest["dependencies"] == {}


@pytest.mark.parametrize("name", CATALOG.workloads)
def test_lockfiles(name: str) -> None:
    workload = CATALOG.workload(name)
    (native,) = builds(CATALOG.runtimes["native"])
    module = guest.package(CATALOG, workload)
    linked = firmware.package(CATALOG, PackageSpec(native, CATALOG.profile("reference"), workload))
    for made in (module, linked):
        assert made.lock is not None
        assert made.lock.is_file()
        assert made.locked
        # Its own, or what those without dependencies share.
        assert made.lock.is_relative_to(CATALOG.folder(workload)) is bool(workload.guest.dependencies)
    crate: Any = linked.manifests[f"{guest.crate_place(CATALOG, workload)}/Cargo.toml"]
    assert crate["dependencies"] == module.manifest["dependencies"]


def test_a_dependency_must_be_pinned(tmp_path: Path) -> None:
    folder = tmp_path / "workloads" / "loose"
    folder.mkdir(parents=True)
    text = (CATALOG.folder(CATALOG.workload("crc32")) / "workload.toml").read_text()
    assert '"=3.4.0"' in text
    changed = text.replace('name = "crc32"', 'name = "loose"').replace('"=3.4.0"', '"3"')
    (folder / "workload.toml").write_text(changed)
    with pytest.raises(Exception, match=r"guest\.dependencies\.crc\.version"):
        Catalog.load(tmp_path)
