"""What ``fit`` says of memory that a module could do without."""

from pathlib import Path

from tests.analysis.test_economy import cell as economy_cell
from tests.wat import assembled
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.economy import GuestForm
from wasmfit.api.measured_experiment import MeasuredExperiment
from wasmfit.api.memory_notes import memory_notes
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import UserModule
from wasmfit.module import load_user_module
from wasmfit.plan import plan
from wasmfit.requests import Experiment, ModuleRequest
from wasmfit.store import Store

CATALOG = Catalog.load()
RUNTIMES = ("wamr-classic", "wamr-mini", "wasm3", "spacewasm")
MARKED = '(global (export "__data_end") i32 (i32.const 8)) (global (export "__heap_base") i32 (i32.const 16))'


def measured(home: Path, module: UserModule | None = None, **fields: object) -> MeasuredExperiment:
    experiment = Experiment.model_validate({"runtimes": RUNTIMES, **fields})
    planned = plan(CATALOG, experiment, module=module)
    return MeasuredExperiment(CATALOG, Home.at(home), planned, Comparison((), 0.0, 0))


def user_module(text: str, into: Path) -> UserModule:
    path = assembled(f'(module (func (export "run")) {text})', into)
    return load_user_module(ModuleRequest(path=path, calls=("run()",)))


def test_a_module_that_does_not_say_where_its_heap_begins(tmp_path: Path) -> None:
    (note,) = memory_notes(measured(tmp_path, user_module("(memory 2)", tmp_path)))
    assert note.startswith("if the module exported `__heap_base` and `__data_end` (docs/economy.md), ")
    assert "wamr-classic, wamr-mini and wasm3 could give it less memory than the 131,072 B" in note
    assert "economy`" not in note
    assert "spacewasm" not in note


def test_a_module_that_does(tmp_path: Path) -> None:
    (note,) = memory_notes(measured(tmp_path, user_module(f"(memory 1) {MARKED}", tmp_path)))
    assert note.startswith("the module exports `__heap_base` and `__data_end`, so wamr-classic")


def test_nothing_is_said_without_memory_or_a_runtime_that_shrinks_it(tmp_path: Path) -> None:
    assert memory_notes(measured(tmp_path, user_module("", tmp_path))) == ()
    with_memory = user_module("(memory 1)", tmp_path)
    assert memory_notes(measured(tmp_path, with_memory, runtimes=("spacewasm",))) == ()


def test_a_workload_has_a_number_where_it_was_measured_and_no_sentence_elsewhere(tmp_path: Path) -> None:
    crc32 = measured(tmp_path, workloads=("crc32",))
    assert memory_notes(crc32) == ()
    store = Store(tmp_path / "results.sqlite")
    for build, heap_base in (("wamr-classic-shrunk@2.4.3", 37_616), ("wasm3-shrunk@0.5.0", 36_912)):
        for form, ram in ((GuestForm.PLAIN, 85_488), (GuestForm.HEAP_BASE, heap_base)):
            name = f"{build}/crc32-{form}/nrf52840dk/bare/reference"
            store.save(economy_cell(form, ram).model_copy(update={"id": name}), "a")
    notes = memory_notes(crc32)
    assert [note.partition(" built")[0] for note in notes] == [
        "export `__heap_base` and `__data_end`, and RAM falls by 47,872 B on wamr-classic 2.4.3",
        "export `__heap_base` and `__data_end`, and RAM falls by 48,576 B on wasm3 0.5.0",
    ]
    assert all("measured by `wasmfit economy -w crc32`" in note for note in notes)
    assert memory_notes(measured(tmp_path, workloads=("json",))) == ()
