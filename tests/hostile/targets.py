"""What mutants are fed to, and what must hold of each: it is taken, or refused as bad input is.

Bad input gets one printable message, no traceback, in bounded time. A target raises if that does not hold.
"""

import contextlib
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from tests.elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Seg, Sym
from tests.footprint.survives import survives
from tests.hostile.made_elf import made_elf
from tests.samples import measurement
from tests.wat import GUESTS, compiled
from wasmfit.builder.job import pack_any
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import BUILT_IN
from wasmfit.errors import UsageError
from wasmfit.model import ValueType
from wasmfit.module import load_user_module
from wasmfit.module.read import ModuleError, read
from wasmfit.plan import plan
from wasmfit.requests import Experiment, ModuleRequest
from wasmfit.store import Store

from .mutate import BINARY, TEXT
from .readers import READERS
from .size_inputs import SIZE_INPUTS, kinds
from .target import Target, fit_to_print


def modules() -> list[bytes]:
    """The modules of tests, compiled."""
    with tempfile.TemporaryDirectory() as folder:
        return [compiled(source, Path(folder)).read_bytes() for source in sorted(GUESTS.glob("*.wat"))]


def _takes_module(data: bytes) -> bool:
    """All of the way from a user's file to the blob that an image carries."""
    try:
        wasm = read(data)
    except ModuleError as error:
        fit_to_print(error)
        wasm = None
    call = "run()"
    if wasm is not None:
        for name, kind in wasm.callable.items():
            signature = kind.signature
            if signature is not None:
                zeros = ("0" if one in (ValueType.I32, ValueType.I64) else "0.5" for one in signature.params)
                call = f"{name}({', '.join(zeros)})"
                break
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutant.wasm"
        path.write_bytes(data)
        try:
            module = load_user_module(ModuleRequest(path=path, calls=[call], stub_all=True))
        except UsageError as error:
            fit_to_print(error)
            return False
    blob = pack_any(data, module)
    assert len(blob) >= len(data)
    # Every runtime of the catalogue has a cell, which ends in a way that can be told.
    planned = plan(_CATALOG, Experiment(runtimes=["all"]), module=module)
    assert planned.all_cells
    return True


def elf_files() -> list[bytes]:
    """Small files for several processors."""
    return [
        ElfBuilder(
            sections=[
                Sec(".text", 0x100, b"\x70\x47" * 32, flags=CODE),
                Sec(".rodata", 0x200, b"hello, world\0" + bytes(19)),
                Sec(".data", 0x2000_0000, bytes(8), flags=DATA),
                Sec(".bss", 0x2000_0008, None, size=64, flags=DATA, type=8),
            ],
            symbols=[
                Sym("_RNvC3one3abc", 0x101, 16, binding=0),
                Sym("_ZN4core3fmt5write17h0123456789abcdefE", 0x111, 16),
                Sym("_ZNSt6vectorIiSaIiEE9push_backEOi", 0x121, 8),
                Sym(".Lanon.0f.1", 0x200, 4, ".rodata", 1, 0),
                Sym("memcpy", 0x2000_0000, 8, ".data", 1),
            ],
            segments=[Seg(0x100, 0x100, 0x40, 0x40), Seg(0x2000_0000, 0x140, 8, 72)],
            bits=bits,
            machine=machine,
        ).build()
        for bits, machine in ((32, 40), (32, 243), (32, 94), (64, 62))
    ] + kinds()


_PLACE = b"# place: "
_PLACES = sorted(
    str(path.relative_to(BUILT_IN))
    for kind in (
        "boards/*",
        "cores/*",
        "profiles/*",
        "targets/*",
        "runtimes/*/runtime",
        "workloads/*/workload",
    )
    for path in BUILT_IN.glob(f"{kind}.toml")
)


def toml_files() -> list[bytes]:
    """The catalogue's own files, each behind a line that says where it belongs."""
    return [_PLACE + place.encode() + b"\n" + (BUILT_IN / place).read_bytes() for place in _PLACES]


def _takes_toml(data: bytes) -> bool:
    """A catalogue of the user's with one file, and what a command does with it first."""
    head, _, body = data.partition(b"\n")
    place = head.removeprefix(_PLACE).decode(errors="replace")
    if place not in _PLACES:
        place = "boards/nrf52840dk.toml"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / place
        path.parent.mkdir(parents=True)
        path.write_bytes(body)
        try:
            catalog = Catalog.load(Path(folder))
            plan(catalog, Experiment(runtimes=["all"], boards=sorted(catalog.boards)))
        except UsageError as error:
            fit_to_print(error)
            return False
    return True


def _beside() -> list[bytes]:
    return [
        b"""# What is called, and what answers.
stub_all = true

[imports]
"env.clock_ms" = "clock_ms"
"env.log" = "log"
"env.five" = 5.5
"other.noise" = "random"

[[calls]]
call = "run(1, 2.5, 3.25, -4)"
expect = 1
"""
    ]


def _takes_beside(data: bytes) -> bool:
    """The settings beside a module."""
    with tempfile.TemporaryDirectory() as folder:
        module = compiled(GUESTS / "mixed.wat", Path(folder))
        module.with_suffix(".toml").write_bytes(data)
        try:
            load_user_module(ModuleRequest(path=module))
        except UsageError as error:
            fit_to_print(error)
            return False
    return True


def records() -> list[bytes]:
    """Records as the store keeps them."""
    return [measurement().model_dump_json().encode()]


def _takes_record(data: bytes) -> bool:
    """A store one of whose records has been changed: the cell is measured again, nothing else is lost."""
    sound = measurement("wasmi", "2.0.1")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "results.sqlite")
        store.path.write_bytes(_sound_store())
        with contextlib.closing(sqlite3.connect(store.path)) as database, database:
            changed = data.decode(errors="replace")
            database.execute("PRAGMA synchronous = OFF")
            database.execute("UPDATE measurement SET record = ? WHERE number = 1", (changed,))
        found = store.find(measurement().id, "print")
        assert store.find(sound.id, "print") == sound
    return found is not None


MEASUREMENTS = 3


@cache
def _sound_store() -> bytes:
    """The file of a store with a few measurements."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "results.sqlite")
        for number in range(MEASUREMENTS):
            store.save(measurement("wasmi", f"2.0.{number}"), "print")
        with contextlib.closing(sqlite3.connect(store.path)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
        return store.path.read_bytes()


def _takes_store(data: bytes) -> bool:
    """A store whose file has been damaged."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.sqlite"
        path.write_bytes(data)
        try:
            store = Store(path)
            store.count()
            for number in range(MEASUREMENTS):
                store.find(measurement("wasmi", f"2.0.{number}").id, "print")
            store.save(measurement(), "new")
        except UsageError as error:
            fit_to_print(error)
            return False
    return True


_CATALOG = Catalog.load()


def _choices() -> list[bytes]:
    """What decides how files are made."""
    return [bytes(range(number, number + 64)) for number in range(64)]


def _takes_choices(data: bytes) -> bool:
    """Makes a file, and reads it as ``elf`` does; whether it is a sound one, the choices decide."""
    survives(made_elf(data))
    return True


TARGETS = {
    one.name: one
    for one in (
        Target("module", modules, BINARY, _takes_module),
        Target("elf", elf_files, BINARY, survives),
        Target("made-elf", _choices, BINARY, _takes_choices, refuses=False),
        Target("toml", toml_files, TEXT, _takes_toml),
        Target("beside", _beside, TEXT, _takes_beside),
        Target("record", records, TEXT, _takes_record),
        Target("store", lambda: [_sound_store()], BINARY, _takes_store),
        *READERS,
        *SIZE_INPUTS,
    )
}
