"""Generated modules on every interpreter and in Node: what each makes of the same call."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

from wasmfit.builder import Context, FirmwareSpec, StepContext, image, steps
from wasmfit.catalog import Catalog
from wasmfit.emulation import DEFAULT_LIMITS, QemuRunner, RunLimits, compiled, execute
from wasmfit.errors import UsageError, WasmfitError
from wasmfit.home import Home
from wasmfit.model import Cell, Signature, Status, StoreCheck, UserModule, ValueType, is_nan
from wasmfit.module import load_user_module
from wasmfit.module.read import read
from wasmfit.plan import c_targets, plan
from wasmfit.requests import Experiment, ModuleRequest
from wasmfit.run.job import FAILURES, end_of
from wasmfit.run.stores import store_check
from wasmfit.run.subject import subject_of
from wasmfit.toolchain import ProcessRunner, Versions, find

from .trap_kinds import TrapKind, is_same, kind_of

NODE = Path(__file__).with_suffix(".mjs")
CRATE = Path(__file__).parent / "generate"
_BUILD_SECONDS = 900
_NODE_SECONDS = 300
_INTEGERS = ("0", "1", "-1", "7", "65536", "2147483647", "-2147483648")
_FLOATS = ("0.0", "-1.5", "3.25", "1e30", "-0.0")


@dataclass(frozen=True)
class Case:
    """A call of a generated module.

    Attributes:
        number: The module's.
        path: The module.
        export: The function that is called.
        params, results: Its types.
        arguments: In wasm's notation.
    """

    number: int
    path: Path
    export: str
    params: tuple[ValueType, ...]
    results: tuple[ValueType, ...]
    arguments: tuple[str, ...]

    @property
    def call(self) -> str:
        """The call, as ``--call`` takes it."""
        return f"{self.export}({', '.join(self.arguments)})"


@dataclass(frozen=True)
class End:
    """How a call ended: with values, as bits in hexadecimal, or with a status and its reason."""

    values: tuple[str, ...] | None = None
    status: Status = Status.OK
    reason: str = ""


class Verdict(StrEnum):
    """What one end is, next to Node's."""

    VALUE = "same value"
    TRAP = "trap of the same kind"
    UNTOLD = "trap in both, the device's without its kind"
    STACK = "stack used up"
    REFUSED = "refused"
    MEMORY = "out of memory"
    DISAGREES = "disagrees"


def generator(target: Path) -> Path:
    """The program that writes modules, built into a folder."""
    manifest = str(CRATE / "Cargo.toml")
    command = ["cargo", "build", "--quiet", "--release", "--locked", "--manifest-path", manifest]
    subprocess.run([*command, "--target-dir", str(target)], check=True, timeout=_BUILD_SECONDS)
    return target / "release" / "generate"


def generated(program: Path, folder: Path, first: int, count: int, *, plain: bool = False) -> list[Path]:
    """The modules of these numbers; a number whose choices make no module has none.

    Args:
        program: The generator.
        folder: Where they go.
        first, count: Their numbers.
        plain: Without floats, and with nothing that came after WebAssembly 1.0.
    """
    numbers = (str(first), str(count))
    command = [str(program), str(folder), *numbers, *(["plain"] if plain else [])]
    subprocess.run(command, check=True, timeout=_BUILD_SECONDS)
    return sorted(folder.glob("[gp]*.wasm"))


def context_of(home: Home, runtimes: Sequence[str], boards: Sequence[str]) -> Context:
    """What images of these runtimes for these boards are built with."""
    runner, catalog = ProcessRunner(), Catalog.load()
    cells = plan(catalog, Experiment(runtimes=tuple(runtimes), boards=tuple(boards))).cells
    emulators = [cell.board.emulator for cell in cells]
    toolchain = find(Versions(home.tools, runner), c_targets(catalog, cells), emulators)
    return Context(catalog, home, toolchain, runner)


def case_of(path: Path) -> Case:
    """One call of a module, which its number decides."""
    number = int(path.stem[1:])
    exports = _exports(path)
    name = sorted(exports)[number % len(exports)]
    return _case(path, name, exports[name], Random(number))  # noqa: S311 - it is to be the same every time


def cases_of(path: Path) -> list[Case]:
    """A call of each function that a module exports; its number and the names decide the arguments."""
    return [
        _case(path, name, signature, Random(f"{path.stem} {name}"))  # noqa: S311 - as above
        for name, signature in sorted(_exports(path).items())
    ]


def _exports(path: Path) -> dict[str, Signature]:
    return {name: kind.signature for name, kind in read(path.read_bytes()).callable.items() if kind.signature}


def _case(path: Path, name: str, signature: Signature, chance: Random) -> Case:
    arguments = tuple(chance.choice(_FLOATS if one.is_float else _INTEGERS) for one in signature.params)
    return Case(int(path.stem[1:]), path, name, signature.params, signature.results, arguments)


def in_node(cases: Sequence[Case]) -> list[End]:
    """How each call ends in Node."""
    asked = [
        {
            "path": str(case.path),
            "export": case.export,
            "params": case.params,
            "results": case.results,
            "arguments": case.arguments,
        }
        for case in cases
    ]
    ended = subprocess.run(
        ["node", NODE],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=_NODE_SECONDS,
    )
    return [_of_node(answer) for answer in json.loads(ended.stdout)]


def _of_node(answer: dict[str, object]) -> End:
    match answer:
        case {"values": list(values)}:
            return End(tuple(map(str, values)))
        case {"trap": str(why)}:
            return End(status=Status.TRAPPED, reason=why)
        case _:
            return End(status=Status.UNSUPPORTED, reason=str(answer["refused"]))


@dataclass(frozen=True)
class Device:
    """An interpreter on a board.

    Attributes:
        context: What its images are built with.
        runtime: The interpreter.
        board: The board.
    """

    context: Context
    runtime: str
    board: str

    @property
    def name(self) -> str:
        """What it is called in a table."""
        return f"{self.runtime} on {self.board}"

    def cell(self, case: Case) -> Cell | End:
        """The cell of a case; how it ends, where there is none."""
        request = ModuleRequest(path=case.path, calls=(case.call,), times=1)
        try:
            module = load_user_module(request)
        except UsageError as error:
            return End(status=Status.BUILD_FAILED, reason=error.message)
        planned = plan(
            self.context.catalog, Experiment(runtimes=(self.runtime,), boards=(self.board,)), module=module
        )
        for skipped in planned.skipped:
            if skipped.cell.build.runtime.name != "baseline":
                return End(status=skipped.status, reason=skipped.reason)
        return next(cell for cell in planned.cells if cell.build.runtime.name != "baseline")

    def end(self, cell: Cell) -> End:
        """How the call ends."""
        context, subject = self.context, subject_of(cell)
        with tempfile.TemporaryDirectory() as folder:
            step = StepContext(Path(folder) / "log")
            try:
                last = steps(context, FirmwareSpec.of(cell))
                built = image(context, step, FirmwareSpec.of(cell), last)
                plugin = compiled(context.home.plugins, context.runner, cell.board.emulator.qemu, step.log)
                runner = QemuRunner(cell.board, plugin, context.runner, step.log)
                limits = RunLimits(instructions=DEFAULT_LIMITS.instructions, seconds=600)
                ended = execute(built.ran, runner, subject.expected, limits=limits, plain=True)
            except FAILURES as error:
                status, reason = end_of(error)
                return End(status=status, reason=reason or "")
            except WasmfitError as error:
                return End(status=Status.BUILD_FAILED, reason=error.message)
        if ended.status is not Status.OK:
            return End(status=ended.status, reason=ended.reason or "")
        return End(_bits(cell, ended.run.calls[-1].results or ()))

    def stores(self, cell: Cell) -> StoreCheck:
        """What comes of looking at its stores."""
        return store_check(self.context, cell)


def _bits(cell: Cell, words: Sequence[int]) -> tuple[str, ...]:
    assert isinstance(cell.workload, UserModule)
    kinds = cell.workload.signature.results
    return tuple(
        "nan" if is_nan(kind, word) else f"{word & ((1 << kind.bits) - 1):x}"
        for kind, word in zip(kinds, words, strict=True)
    )


_LACKS = {
    Status.UNSUPPORTED: Verdict.REFUSED,
    Status.UNAVAILABLE: Verdict.REFUSED,
    Status.OUT_OF_MEMORY: Verdict.MEMORY,
    Status.DOES_NOT_FIT: Verdict.MEMORY,
}
"""Ends that say what a device lacks: nothing that a result could be compared with."""


_OF_SEGMENTS = frozenset({TrapKind.MEMORY, TrapKind.TABLE})


def verdict(node: End, device: End) -> Verdict:
    """What a device's end is, next to Node's."""
    if device.status is Status.UNSUPPORTED and node.status is Status.TRAPPED:
        # Some find a segment that is out of bounds when they read the module.
        kind = kind_of(device.reason)
        if kind in _OF_SEGMENTS and is_same(kind_of(node.reason), kind):
            return Verdict.TRAP
    if device.status in _LACKS:
        return _LACKS[device.status]
    if device.status is Status.TRAPPED:
        return _of_traps(node, kind_of(device.reason))
    if node.status is device.status is Status.OK and node.values == device.values:
        return Verdict.VALUE
    return Verdict.DISAGREES


def _of_traps(node: End, kind: TrapKind) -> Verdict:
    if node.status is Status.TRAPPED:
        if kind is TrapKind.UNTOLD:
            return Verdict.UNTOLD
        if is_same(kind_of(node.reason), kind):
            return Verdict.TRAP
    # How deep calls may go is a limit of who runs the module.
    return Verdict.STACK if kind is TrapKind.STACK else Verdict.DISAGREES
