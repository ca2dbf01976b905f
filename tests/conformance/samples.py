"""Small scripts, and answers to them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from wasmfit.conformance.prepare import Prepared
from wasmfit.conformance.script import Command, Part, Script
from wasmfit.emulation import SuiteEnd, SuiteRun


def instantiate(line: int = 1, module: int = 1, **more: object) -> Command:
    """A module that comes to life."""
    return Command(line=line, do="instantiate", module=module, **more)  # type: ignore[arg-type]


def invoke(line: int, instance: int = 0, **more: object) -> Command:
    """A call that must return 1."""
    fields: dict[str, object] = {"name": "f", "expect": "return", "results": ("i32:00000001",), **more}
    return Command(line=line, do="invoke", instance=instance, **fields)  # type: ignore[arg-type]


def load(line: int, expect: str = "invalid", **more: object) -> Command:
    """A module that must be refused."""
    fields: dict[str, object] = {"module": 2, "message": "type mismatch", "valid": False, **more}
    return Command(line=line, do="load", expect=expect, **fields)  # type: ignore[arg-type]


def part(*scripts: Sequence[Command]) -> Part:
    """A part with a file for each list of commands."""
    files = [Script(f"{number}.wast", tuple(commands), {}) for number, commands in enumerate(scripts)]
    return Part("sample", tuple(files), Path("nowhere"))


MODULES: list[Prepared] = [b"spectest", b"one", b"two"]


class Device:
    """Answers records as a device would, and ends when it is told to.

    Attributes:
        runs: The numbers of records that each run was given.
    """

    def __init__(self, answer: Callable[[int, bytes], str | SuiteRun]) -> None:
        self._answer = answer
        self.runs: list[int] = []

    def __call__(self, data: bytes, on_answer: Callable[[str], None]) -> SuiteRun:
        records = list(split(data))
        self.runs.append(len(records))
        for what, number, payload in records:
            said = self._answer(what, payload)
            if isinstance(said, SuiteRun):
                return said
            on_answer(f"{number} {said}")
        return SuiteRun(SuiteEnd.WHOLE, "", 1000, 0.5)


def split(data: bytes) -> list[tuple[int, int, bytes]]:
    """What the device reads: what to do, number, payload."""
    found, place = [], 0
    while place < len(data):
        what, number, length = (
            int.from_bytes(data[at : at + 4], "little") for at in range(place, place + 12, 4)
        )
        found.append((what, number, data[place + 12 : place + 12 + length]))
        place += 12 + length
    assert place == len(data)
    return found


CRASH = SuiteRun(SuiteEnd.CRASHED, "a fault", 10, 0.1)
