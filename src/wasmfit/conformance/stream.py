"""A part's scripts as records that a conformance image reads; the format is that of ``harness/src/suite.rs``.

Records come in chunks. A chunk begins by dropping everything, and takes nothing of what came before it: so a
run that ended in one can go on with the next.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .prepare import Prepared, RefusedModule
from .script import Command, Part, Script

_HEAD = struct.Struct("<3I")
_SLOT = struct.Struct("<I")
_CALL = struct.Struct("<HH")
_ARGUMENT = struct.Struct("<B16s")

_DROP, _INSTANTIATE, _LOAD, _REGISTER, _INVOKE, _GET, _HOST_REFUSED = range(1, 8)
_INVOKE_WITHIN, _INSTANTIATE_WITHIN, _HEAP, _ROUNDS = range(8, 12)
_HEAP_QUESTIONS = {"mark": 0, "grown": 1, "more": 2, "written": 3}
_LIMITS = struct.Struct("<II8x")
_TYPES = {"i32": 0, "i64": 1, "f32": 2, "f64": 3, "v128": 4, "null": 5, "extern": 6, "host": 7}
_KINDS = {"func": 0, "extern": 1, "any": 2, "exn": 3}

SPECTEST_SLOT = 0xFFFF_FFFF
"""Where the module ``spectest`` is, in chunks that import from it."""

_NOWHERE = 0xFFFF_FFFE
"""Where modules go that must not come to life."""


@dataclass(frozen=True)
class CommandRecord:
    """A record of a chunk.

    Attributes:
        what: The number that says what to do.
        payload: Its bytes.
        command: Place of the command in the script; ``None`` for what we add: dropping, ``spectest``.
    """

    what: int
    payload: bytes
    command: int | None

    @property
    def drops(self) -> bool:
        """Whether it drops everything."""
        return self.what == _DROP

    @property
    def is_counted(self) -> bool:
        """Whether the instructions that it takes are counted: whether it has a budget."""
        if self.what == _INSTANTIATE_WITHIN:
            _, budget = _LIMITS.unpack_from(self.payload, _SLOT.size)
            return bool(budget)
        return self.what == _INVOKE_WITHIN


@dataclass(frozen=True)
class Chunk:
    """Commands that build on each other.

    Attributes:
        script: The file that they are of.
        start, end: Their places in it.
    """

    script: Script
    start: int
    end: int

    @property
    def commands(self) -> range:
        """Places of its commands."""
        return range(self.start, self.end)


def chunks(part: Part) -> list[Chunk]:
    """The part cut where everything before can be dropped."""
    parts = []
    for script in part.scripts:
        starts = [at for at, command in enumerate(script.commands) if command.fresh or at == 0]
        parts += [
            Chunk(script, start, end)
            for start, end in pairwise((*starts, len(script.commands)))
            if start < end
        ]
    return parts


def records(chunk: Chunk, modules: Sequence[Prepared]) -> Iterator[CommandRecord]:
    """The records of a chunk."""
    commands = [(at, chunk.script.commands[at]) for at in chunk.commands]
    yield CommandRecord(_DROP, _SLOT.pack(any(command.budget is not None for _, command in commands)), None)
    if any(command.spectest for _, command in commands):
        yield _module(_INSTANTIATE, SPECTEST_SLOT, modules[0], None)
        yield CommandRecord(_REGISTER, _SLOT.pack(SPECTEST_SLOT) + b"spectest", None)
    for at, command in commands:
        if not command.excluded:
            yield _record(at, command, modules)


def _record(at: int, command: Command, modules: Sequence[Prepared]) -> CommandRecord:
    match command.do:
        case "instantiate" if command.module is not None:
            slot = at if command.expect is None else _NOWHERE
            if command.pages is not None or command.budget is not None:
                limits = (command.pages or 0, command.budget or 0)
                return _module(_INSTANTIATE_WITHIN, slot, modules[command.module], at, limits)
            return _module(_INSTANTIATE, slot, modules[command.module], at)
        case "load" if command.module is not None:
            return _module(_LOAD, _NOWHERE, modules[command.module], at)
        case "rounds" if command.module is not None:
            return _module(_ROUNDS, command.count, modules[command.module], at)
        case "mark" | "grown" | "more" | "written":
            return CommandRecord(_HEAP, _SLOT.pack(_HEAP_QUESTIONS[command.do]), at)
    assert command.instance is not None
    name = command.name.encode()
    match command.do:
        case "invoke":
            rest = _CALL.pack(len(command.args), len(name)) + name + b"".join(map(argument, command.args))
            of = _SLOT.pack(command.instance)
            if command.budget is None:
                return CommandRecord(_INVOKE, of + rest, at)
            return CommandRecord(_INVOKE_WITHIN, of + _SLOT.pack(command.budget) + rest, at)
        case "get":
            return CommandRecord(_GET, _SLOT.pack(command.instance) + name, at)
        case "register":
            return CommandRecord(_REGISTER, _SLOT.pack(command.instance) + name, at)
    raise ValueError(f"the script has an unknown command {command.do!r}")


def _module(
    what: int, slot: int, module: Prepared, at: int | None, limits: tuple[int, int] | None = None
) -> CommandRecord:
    if isinstance(module, RefusedModule):
        return CommandRecord(_HOST_REFUSED, _SLOT.pack(slot) + module.words.encode(), at)
    if limits is not None:
        return CommandRecord(what, _SLOT.pack(slot) + _LIMITS.pack(*limits) + module, at)
    return CommandRecord(what, module if what == _LOAD else _SLOT.pack(slot) + module, at)


def argument(word: str) -> bytes:
    """An argument as the device reads it."""
    kind, _, value = word.partition(":")
    match kind:
        case "v128":
            return _ARGUMENT.pack(_TYPES[kind], bytes.fromhex(value))
        case "null":
            number = _KINDS[value]
        case "extern" | "host":
            number = int(value)
        case _:
            number = int(value, 16)
    return _ARGUMENT.pack(_TYPES[kind], number.to_bytes(16, "little"))


def packed(numbered: Iterable[tuple[int, CommandRecord]]) -> bytes:
    """Records with their numbers, as the file that the device reads."""
    return b"".join(
        _HEAD.pack(record.what, number, len(record.payload)) + record.payload for number, record in numbered
    )
