"""Builds the distribution wasmfit-images: ``make maint-images``.

images.py                                   every runtime's newest version, every board, reference and small
images.py -r wasm3 -b nrf52840dk -w ''      one runtime on one board, without images of workloads

Everything is built through the cache, so what was built is not built again and an interrupted run goes on.
The tools are those that ``WASMFIT_RUST`` names, Debian's packages where it is not set.
"""

import argparse
import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from wasmfit import __version__
from wasmfit.builder import (
    BuildError,
    BuildStep,
    Context,
    FirmwareSpec,
    OpenPayload,
    StepContext,
    prelinking,
    steps,
)
from wasmfit.builder.digest import Shared
from wasmfit.catalog import Catalog
from wasmfit.emulation import HEAP_PLUGIN, STORES, WATCHDOG, plugins
from wasmfit.home import Home
from wasmfit.model import Board, Build, Cell, Embedding, Profile, Status
from wasmfit.plan import c_targets, plan
from wasmfit.provided import FORMAT, ImageArchive, LeftOut, Manifest, PluginSet, artefact_name
from wasmfit.requests import Experiment
from wasmfit.toolchain import ProcessRunner, Versions, find, recorded

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "images"
MOST_BYTES = 60_000_000
"""What the wheel may have."""

MACHINES = {"x86_64": "x86_64-linux-gnu-gcc", "aarch64": "aarch64-linux-gnu-gcc"}
"""Machine, as ``uname -m`` has it → the compiler of plugins for it."""

PLUGINS = (plugins.SOURCES, plugins.PROBE, WATCHDOG, HEAP_PLUGIN, STORES)
_GLIBC = re.compile(rb"GLIBC_(\d+)\.(\d+)")
_SECONDS = 600


@dataclass(frozen=True)
class Wanted:
    """An artefact that goes into the distribution.

    Attributes:
        group: The archive that it goes into.
        step: What makes it.
    """

    group: str
    step: BuildStep

    @property
    def name(self) -> str:
        """What it is called in the archive."""
        return artefact_name(self.step.kind, self.step.key)


def wanted(context: Context, cells: Iterable[Cell]) -> Iterator[Wanted]:
    """Images of cells for any module, modules, and images of workloads where nothing else serves."""
    shared, seen = Shared(), set[str]()
    for cell in cells:
        spec = FirmwareSpec.of(cell)
        group = f"{cell.build.label}-{cell.board.target}-{cell.profile.name}"
        for embedding in (Embedding.STATIC, Embedding.DYNAMIC):
            if embedding is Embedding.DYNAMIC and not context.catalog.takes_any_module(cell.build.runtime):
                continue
            one = prelinked(context, cell.build, cell.board, cell.profile, embedding, shared)
            if one is not None and one.key not in seen:
                seen.add(one.key)
                yield Wanted(group, one)
        last = steps(context, spec, shared)
        for step in (last.needs["module"], last.needs.get("prepared"), None if one is not None else last):
            # C that a module has become is of use to a compiler alone.
            if (
                step is not None
                and step.key not in seen
                and not (spec.is_translated and step.kind == "prepared")
            ):
                seen.add(step.key)
                yield Wanted("modules" if step is not last else group, step)


def prelinked(
    context: Context, build: Build, board: Board, profile: Profile, embedding: Embedding, shared: Shared
) -> BuildStep | None:
    """What links a runtime for any module."""
    spec = FirmwareSpec(build, board, context.catalog.base("bare"), profile, OpenPayload(embedding))
    return None if build.runtime.is_bound else prelinking.step(context, spec, shared)


def made(context: Context, wanted: Iterable[Wanted], jobs: int) -> Iterator[tuple[Wanted, Path | LeftOut]]:
    """Each with its folder, or with why it cannot be built: cells say that where there is no compiler."""
    log = StepContext(context.home.logs / "images.log")
    chosen = list(wanted)

    def build(one: Wanted) -> Path | LeftOut:
        try:
            return one.step.ensure(context.cache, log)
        except BuildError as error:
            print(f"left out: {one.step.title}: {error.reason}", file=sys.stderr)
            return LeftOut(status=error.status, reason=error.reason)

    with ThreadPoolExecutor(jobs) as pool:
        for number, (one, place) in enumerate(zip(chosen, pool.map(build, chosen), strict=True), start=1):
            print(f"[{number}/{len(chosen)}] {one.group}: {one.step.title}", file=sys.stderr)
            yield one, place


def packed(artefacts: Iterable[tuple[Wanted, Path]]) -> bytes:
    """An archive of artefacts; the same files give the same bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:xz", preset=9, format=tarfile.USTAR_FORMAT) as archive:
        # Files of one kind after one another: those of two boards have much in common.
        files = [
            (path.name, one.name, path)
            for one, place in artefacts
            for path in place.iterdir()
            if path.is_file()
        ]
        for name, artefact, path in sorted(files):
            member = tarfile.TarInfo(f"{artefact}/{name}")
            member.size, member.mode = path.stat().st_size, 0o755 if path.suffix == ".elf" else 0o644
            archive.addfile(member, io.BytesIO(path.read_bytes()))
    return stream.getvalue()


def compile_plugins(runner: ProcessRunner, folder: Path) -> dict[str, PluginSet]:
    """Compiles plugins for every machine whose compiler is here."""
    sets = {}
    for machine, compiler in MACHINES.items():
        program = shutil.which(compiler)
        if program is None:
            print(f"no plugins for {machine}: there is no {compiler}", file=sys.stderr)
            continue
        place = folder / machine
        place.mkdir(parents=True)
        digests, oldest = {}, (2, 0)
        for plugin in PLUGINS:
            for version in plugins.interfaces():
                library = place / plugins.file_name(plugin, version)
                plugins.compile_plugin(runner, Path(program), plugin, version, library)
                content = library.read_bytes()
                digests[library.name] = hashlib.sha256(content).hexdigest()
                found = [(int(major), int(minor)) for major, minor in _GLIBC.findall(content)]
                oldest = max([oldest, *found])
        sets[machine] = PluginSet(sources=plugins.sources_digest(machine), glibc=oldest, files=digests)
    return sets


def third_party(builds: Iterable[Build]) -> str:
    """Whose code is in the images."""
    named = {build.runtime.name: build.runtime for build in builds}
    lines = ["# Whose code is in the images", "", "| Runtime | Licence | Home |", "| --- | --- | --- |"]
    lines += [f"| {one.title} | {one.license} | {one.homepage} |" for _, one in sorted(named.items())]
    lines += [
        "",
        "Rust's standard library (MIT OR Apache-2.0) is in all of them, and the crates of the lockfiles in",
        "wasmfit's catalogue; images of runtimes in C have parts of the C library that `manifest.json` names",
        "(picolibc and newlib: BSD licences).",
        "",
    ]
    return "\n".join(lines)


def distribution(context: Context, arguments: argparse.Namespace, folder: Path) -> None:
    """Writes the package's folder."""
    catalog = context.catalog
    cells = chosen(catalog, arguments)
    package = folder / "wasmfit_images"
    (package / "groups").mkdir(parents=True)
    groups: dict[str, list[tuple[Wanted, Path]]] = defaultdict(list)
    left_out = {}
    for one, place in made(context, wanted(context, cells), arguments.jobs):
        if isinstance(place, Path):
            groups[one.group].append((one, place))
        # What this machine lacks says nothing of others.
        elif place.status is not Status.UNAVAILABLE:
            left_out[one.name] = place
    listed = {}
    for name, artefacts in sorted(groups.items()):
        content, file = packed(artefacts), f"groups/{name}.tar.xz"
        (package / file).write_bytes(content)
        names = tuple(sorted(one.name for one, _ in artefacts))
        listed[file] = ImageArchive(sha256=hashlib.sha256(content).hexdigest(), artefacts=names)
    manifest = Manifest(
        format=FORMAT,
        wasmfit=__version__,
        tools=recorded.record(system(), context.toolchain.rust, context.toolchain.c),
        groups=listed,
        plugins=compile_plugins(context.runner, package / "plugins"),
        left_out=dict(sorted(left_out.items())),
    )
    (package / "manifest.json").write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    for path in (*FOLDER.glob("*.*"), *FOLDER.glob("wasmfit_images/*.py"), *ROOT.glob("LICENSE-*")):
        place = folder / (path.relative_to(FOLDER) if path.is_relative_to(FOLDER) else path.name)
        shutil.copy(path, place)
    (folder / "THIRD-PARTY.md").write_text(third_party(cell.build for cell in cells), encoding="utf-8")


def system() -> str:
    """The system that images are made on."""
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.platform())


def chosen(catalog: Catalog, arguments: argparse.Namespace) -> tuple[Cell, ...]:
    """The cells whose images are wanted."""
    names = [
        name
        for name in sorted(catalog.workloads)
        if any(fnmatchcase(name, one) for one in arguments.workload)
    ]
    experiment = Experiment(
        runtimes=tuple(arguments.runtime),
        boards=tuple(arguments.board),
        profiles=tuple(arguments.profile),
        workloads=tuple(names) or ("add-with-extra",),
    )
    return plan(catalog, experiment).measured


def wheel_of(folder: Path, out: Path) -> Path:
    """Builds the wheel."""
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out]
    subprocess.run(command, cwd=folder, check=True, timeout=_SECONDS, stdout=subprocess.DEVNULL)
    version = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return out / f"wasmfit_images-{version}-py3-none-any.whl"


def main(words: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-r", "--runtime", action="append", help="runtimes, as of compare")
    parser.add_argument("-b", "--board", action="append", help="boards, or patterns of them")
    parser.add_argument("-p", "--profile", action="append", help="profiles")
    parser.add_argument("-w", "--workload", action="append", help="workloads, or patterns of them")
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "dist", help="folder of the wheel")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args(words)
    arguments.runtime = arguments.runtime or ["newest"]
    arguments.board = arguments.board or ["all"]
    arguments.profile = arguments.profile or ["reference", "small"]
    arguments.workload = arguments.workload or ["*"]
    os.environ.setdefault("WASMFIT_RUST", "packaged")
    os.environ["WASMFIT_IMAGES"] = "none"  # what is there already is not where these come from
    catalog, home, runner = Catalog.load(), Home.find(), ProcessRunner()
    cells = chosen(catalog, arguments)
    toolchain = find(
        Versions(home.tools, runner), c_targets(catalog, cells), [cell.board.emulator for cell in cells]
    )
    context = Context(catalog, home, toolchain, runner)
    home.logs.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        distribution(context, arguments, Path(folder))
        wheel = wheel_of(Path(folder), arguments.out)
    size = wheel.stat().st_size
    print(f"{wheel}: {size:,} B")
    if size > MOST_BYTES:
        print(f"That is more than {MOST_BYTES:,} B.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
