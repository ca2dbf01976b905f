"""The result channel: the lines that a firmware sends about its own run.

The firmware may be out of its mind when it writes them, so a line that is not
exactly as the harness writes it is counted and left out, and texts are data:
made escape_unprintable, cut, never interpreted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from wasmfit.words import escape_unprintable

MOST_RESULTS = 100_000
"""Results kept; more are counted only."""

_WORD = "[0-9a-f]{8}"
_RESULT = re.compile(f"result ({_WORD})")
_VALUE = re.compile(f"value ({_WORD}) ({_WORD})")
_CALLED = re.compile("(called|prepared)" + f" ({_WORD})" * 3)
_EXIT = re.compile(f"exit ({_WORD})")
_BUFFER = re.compile("buffer" + f" ({_WORD})" * 2)
_BYTES = re.compile("bytes ((?:[0-9a-f]{2}){1,32})")
_LOG = re.compile(f"log ({_WORD}) ({_WORD})")
_SAID = re.compile("said ((?:[0-9a-f]{2}){1,32})")
_STUB = re.compile(f"stub ({_WORD})")
_HEAP = re.compile("heap" + f" ({_WORD})" * 5)
_HELD = re.compile("held" + f" ({_WORD})" * 5)
_REQUESTS = re.compile("requests" + f" ({_WORD})" * 4)
_ROUNDS = re.compile("rounds" + f" ({_WORD})" * 5)
_FAULT = re.compile("(fault|trap)" + f" ({_WORD})" * 4)
_MEMORY = {"heap": _HEAP, "held": _HELD, "requests": _REQUESTS, "rounds": _ROUNDS}
_PANIC = re.compile(f"panic (?:(.*) ({_WORD}))?")
_ENDS = frozenset({"end ok", "end fail", "end panic", "end fault"})
_PHASES = frozenset({"start", "load", "instantiate", "call", "idle", "done"})
_REGISTERS = 16
_CUT_PATH = 48
_MOST_SAID = 4096


@dataclass(frozen=True)
class HeapReport:
    """The allocator's counters in bytes.

    Attributes:
        peak: Most ordinary heap in use at once.
        linear_peak: Most linear memory in use at once.
        live: Ordinary heap in use at the end.
        linear_live: Linear memory in use at the end.
        refused: Size of the last request that was refused; 0 if none was.
    """

    peak: int
    linear_peak: int
    live: int
    linear_live: int
    refused: int


@dataclass(frozen=True)
class HeapState:
    """The heap after the last call, in bytes.

    Attributes:
        allocated: What is not free.
        requested: What was requested of it.
        largest_free: The largest block that the allocator would give out.
        largest_request: The largest request of all, linear memory left out.
        size: Of the heap.
    """

    allocated: int
    requested: int
    largest_free: int
    largest_request: int
    size: int


@dataclass(frozen=True)
class Rounds:
    """What was in use, in bytes, when everything had been dropped: after the first round and after the last.

    Attributes:
        rounds: How many there were.
        first, first_linear: Ordinary heap and linear memory after the first.
        last, last_linear: The same after the last.
    """

    rounds: int
    first: int
    first_linear: int
    last: int
    last_linear: int


@dataclass(frozen=True)
class Log:
    """What a module wrote through a stub that reads memory.

    Attributes:
        length: Bytes in all.
        digest: FNV-1a over all of them, 32 bits.
        text: The first of them.
    """

    length: int
    digest: int
    text: bytes = b""


@dataclass(frozen=True)
class Report:
    """What the firmware has said.

    Attributes:
        results: Results of the calls in order, where a call has one of 32 bits.
        values: The same for calls of any signature, as 64-bit words.
        logs: For each of those, how the log stood after it, without text.
        log: What the module logged.
        prepared: Results of the calls that prepare, likewise.
        buffers: Memory that was read after calls, in order.
        stub: Number of the import whose stub ended the run.
        exited: The code that the module has exited with, if it is not 0.
        cannot: What the embedding cannot do for the job.
        heap: The allocator's counters.
        heap_state: The heap after the last call.
        requests: Blocks asked for at load, at instantiation, in the first call and in the last.
        rounds: What was left after each round.
        phase: The phase that a failure happened in, in the firmware's words.
        failure: Why the runtime gave up.
        panic: Where it panicked, as ``file:line``; empty where it did not say.
        fault: Registers after a fault of a Cortex-M; see :mod:`wasmfit.emulation.cortex_m`.
        trap: Registers after a trap of a RISC-V core; see :mod:`wasmfit.emulation.riscv`.
        end: How the run ended: ``ok``, ``fail``, ``panic`` or ``fault``; ``None`` if it did not say.
        unread: Lines that are none of the harness's.
    """

    results: tuple[int, ...] = ()
    values: tuple[tuple[int, ...], ...] = ()
    logs: tuple[Log, ...] = ()
    log: Log | None = None
    prepared: tuple[tuple[int, ...], ...] = ()
    buffers: tuple[Log, ...] = ()
    stub: int | None = None
    exited: int | None = None
    cannot: str | None = None
    heap: HeapReport | None = None
    heap_state: HeapState | None = None
    requests: tuple[int, int, int, int] | None = None
    rounds: Rounds | None = None
    phase: str | None = None
    failure: str | None = None
    panic: str | None = None
    fault: tuple[int, ...] = ()
    trap: tuple[int, ...] = ()
    end: str | None = None
    unread: int = 0


@dataclass
class Channel:
    """Puts a report together, line by line. What comes after the end is not looked at."""

    _results: list[int] = field(default_factory=list)
    _values: list[tuple[int, ...]] = field(default_factory=list)
    _pending: list[int] = field(default_factory=list)
    _logs: list[Log] = field(default_factory=list)
    _log: Log | None = None
    _prepared: list[tuple[int, ...]] = field(default_factory=list)
    _buffers: list[Log] = field(default_factory=list)
    _stub: int | None = None
    _exited: int | None = None
    _cannot: str | None = None
    _heap: HeapReport | None = None
    _heap_state: HeapState | None = None
    _requests: tuple[int, int, int, int] | None = None
    _rounds: Rounds | None = None
    _phase: str | None = None
    _failure: str | None = None
    _panic: str | None = None
    _fault: list[int] = field(default_factory=list)
    _trap: list[int] = field(default_factory=list)
    _end: str | None = None
    _unread: int = 0

    def take(self, line: str) -> None:
        """Takes one line, without its end."""
        if self._end is None and not self._understood(line):
            self._unread += 1

    def report(self) -> Report:
        """Everything that has come so far."""
        return Report(
            results=tuple(self._results),
            values=tuple(self._values),
            logs=tuple(self._logs),
            log=self._log,
            prepared=tuple(self._prepared),
            buffers=tuple(self._buffers),
            stub=self._stub,
            exited=self._exited,
            cannot=self._cannot,
            heap=self._heap,
            heap_state=self._heap_state,
            requests=self._requests,
            rounds=self._rounds,
            phase=self._phase,
            failure=self._failure,
            panic=self._panic,
            fault=tuple(self._fault),
            trap=tuple(self._trap),
            end=self._end,
            unread=self._unread,
        )

    def _understood(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        match word:
            case "result":
                return self._take_result(line)
            case "value" | "called" | "prepared":
                return self._take_values(line)
            case "log" | "said" | "buffer" | "bytes":
                return self._take_bytes(word, line)
            case "stub" | "exit":
                return self._take_stub(line)
            case "heap" | "held" | "requests" | "rounds":
                return self._take_memory(word, line)
            case "fault" | "trap":
                return self._take_fault(line)
            case "panic":
                return self._take_panic(line)
            case "fail" | "cannot":
                self._take_words(word, rest)
            case "phase" if rest in _PHASES:
                self._phase = rest
            case "end" if line in _ENDS:
                self._end = rest
            case _:
                return False
        return True

    def _take_words(self, word: str, words: str) -> None:
        if word == "fail":
            self._failure = escape_unprintable(words)
        else:
            self._cannot = escape_unprintable(words)

    def _take_result(self, line: str) -> bool:
        match = _RESULT.fullmatch(line)
        if match and len(self._results) < MOST_RESULTS:
            self._results.append(int(match[1], 16))
        return match is not None

    def _take_memory(self, word: str, line: str) -> bool:
        match = _MEMORY[word].fullmatch(line)
        if match is None:
            return False
        numbers = [int(number, 16) for number in match.groups()]
        match word:
            case "heap":
                self._heap = HeapReport(*numbers)
            case "held":
                self._heap_state = HeapState(*numbers)
            case "rounds":
                self._rounds = Rounds(*numbers)
            case _:
                load, instantiate, first, last = numbers
                self._requests = (load, instantiate, first, last)
        return True

    def _take_values(self, line: str) -> bool:
        if match := _VALUE.fullmatch(line):
            self._pending.append(int(match[1] + match[2], 16))
            return True
        match = _CALLED.fullmatch(line)
        pending, self._pending = self._pending, []
        if match is None or int(match[2], 16) != len(pending):
            return False
        if match[1] == "prepared":
            if len(self._prepared) < MOST_RESULTS:
                self._prepared.append(tuple(pending))
        elif len(self._values) < MOST_RESULTS:
            self._values.append(tuple(pending))
            self._logs.append(Log(int(match[3], 16), int(match[4], 16)))
        return True

    def _take_buffer(self, line: str) -> bool:
        if match := _BUFFER.fullmatch(line):
            if len(self._buffers) < MOST_RESULTS:
                self._buffers.append(Log(int(match[1], 16), int(match[2], 16)))
            return True
        match = _BYTES.fullmatch(line)
        if match is None or not self._buffers:
            return False
        self._buffers[-1] = replace(self._buffers[-1], text=bytes.fromhex(match[1]))
        return True

    def _take_bytes(self, word: str, line: str) -> bool:
        return self._take_log(line) if word in ("log", "said") else self._take_buffer(line)

    def _take_log(self, line: str) -> bool:
        if match := _LOG.fullmatch(line):
            self._log = Log(int(match[1], 16), int(match[2], 16))
            return True
        match = _SAID.fullmatch(line)
        if match is None or self._log is None or len(self._log.text) >= _MOST_SAID:
            return False
        self._log = replace(self._log, text=self._log.text + bytes.fromhex(match[1]))
        return True

    def _take_stub(self, line: str) -> bool:
        if match := _EXIT.fullmatch(line):
            self._exited = int(match[1], 16)
            return True
        match = _STUB.fullmatch(line)
        if match:
            self._stub = int(match[1], 16)
        return match is not None

    def _take_fault(self, line: str) -> bool:
        match = _FAULT.fullmatch(line)
        registers = self._fault if line.startswith("fault") else self._trap
        if match is None or len(registers) >= _REGISTERS:
            return False
        registers += [int(number, 16) for number in match.groups()[1:]]
        return True

    def _take_panic(self, line: str) -> bool:
        match = _PANIC.fullmatch(line)
        if match is None:
            return False
        self._panic = f"{escape_unprintable(_whole_part(match[1]))}:{int(match[2], 16)}" if match[1] else ""
        return True


def _whole_part(path: str) -> str:
    """A path without its first name, where the harness has cut that in two."""
    if len(path.encode()) < _CUT_PATH or "/" not in path:
        return path
    return path.partition("/")[2]
