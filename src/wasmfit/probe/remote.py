"""GDB's remote serial protocol, as far as reading, running and stopping at breakpoints needs it.

What comes from the other side is somebody's firmware and somebody's server: packets are bounded, checked, and
an answer that is none of the protocol's ends the session with a sentence.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from wasmfit.errors import WasmfitError
from wasmfit.words import counted

MOST_PACKET_BYTES = 1 << 20
"""A packet longer than this is none that we asked for."""

_SECONDS = 10.0
_CONNECT_SECONDS = 30.0
_TICK = 0.2
_STOP = re.compile(r"([STWX])([0-9a-f]{2})(.*)")
_REGISTER = re.compile(r"""<reg\b[^>]*?\bname=["']([^"'<>]+)["'][^>]*>""")
_NUMBER = re.compile(r"""\bregnum=["'](\d{1,9})["']""")
_INCLUDE = re.compile(r"""<xi:include\b[^>]*\bhref=["']([^"'<>]+)["']""")
_FEATURE_BYTES = 2048


class RemoteError(WasmfitError):
    """The GDB server does not do what the protocol says, or is gone."""

    exit_code = 1


class RefusedError(RemoteError):
    """The GDB server refuses a request: there is no such memory or register."""


@dataclass(frozen=True)
class Stop:
    """Why a core stands still.

    Attributes:
        signal: Number of the signal that GDB would show.
        exited: Whether there is nothing left to run.
    """

    signal: int
    exited: bool = False


def framed(payload: bytes) -> bytes:
    """A packet: ``$``, the payload with what means something else escaped, ``#`` and the sum of its bytes."""
    escaped = bytearray()
    for byte in payload:
        if byte in b"$#}*":
            escaped += bytes((0x7D, byte ^ 0x20))
        else:
            escaped.append(byte)
    return b"$%s#%02x" % (bytes(escaped), sum(escaped) & 0xFF)


def unescaped(content: bytes) -> bytes:
    """A packet's payload: escapes undone, runs (``*`` and how often the byte before comes again) spelled out.

    Raises:
        RemoteError: It ends in the middle of one, or is longer than any that we asked for.
    """
    payload, at = bytearray(), 0
    while at < len(content):
        byte = content[at]
        if byte in b"}*":
            if at + 1 == len(content) or (byte == 0x2A and (not payload or content[at + 1] < 29)):
                raise RemoteError("The GDB server sent a packet that ends in the middle.")
            if byte == 0x7D:
                payload.append(content[at + 1] ^ 0x20)
            else:
                payload += payload[-1:] * (content[at + 1] - 29)
            at += 2
        else:
            payload.append(byte)
            at += 1
        if len(payload) > MOST_PACKET_BYTES:
            raise RemoteError("The GDB server sent a packet without an end.")
    return bytes(payload)


@dataclass
class Packets:
    """Puts packets together from what a stream brings; acknowledgements between them are of no interest."""

    _bytes: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> list[bytes]:
        """The payloads that have become whole.

        Raises:
            RemoteError: A packet's sum is wrong, or it never ends.
        """
        self._bytes += data
        whole: list[bytes] = []
        while True:
            begin = self._bytes.find(b"$")
            if begin < 0:
                self._bytes.clear()
                return whole
            end = self._bytes.find(b"#", begin)
            if end < 0 or len(self._bytes) < end + 3:
                if len(self._bytes) - begin > MOST_PACKET_BYTES:
                    raise RemoteError("The GDB server sent a packet without an end.")
                return whole
            content, stated = bytes(self._bytes[begin + 1 : end]), bytes(self._bytes[end + 1 : end + 3])
            if stated.lower() != b"%02x" % (sum(content) & 0xFF):
                raise RemoteError("The GDB server sent a packet whose sum is wrong.")
            whole.append(unescaped(content))
            del self._bytes[: end + 3]


@dataclass
class Remote:
    """A session with a GDB server, whose core stands still between two calls of :meth:`resume`.

    Attributes:
        registers: The registers that the server describes, by name, with GDB's numbers.
    """

    _socket: socket.socket
    registers: dict[str, int] = field(default_factory=dict)
    _packets: Packets = field(default_factory=Packets)
    _waiting: list[bytes] = field(default_factory=list)

    @staticmethod
    def connect(
        port: int, seconds: float = _CONNECT_SECONDS, alive: Callable[[], bool] = lambda: True
    ) -> Remote:
        """Connects to a server on this machine, which may still be starting, as long as it is ``alive``.

        Raises:
            RemoteError: It does not answer.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                connected = socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
                break
            except OSError as error:
                if time.monotonic() >= deadline or not alive():
                    raise RemoteError(
                        f"The GDB server does not answer: {error.strerror or error}."
                    ) from error
                time.sleep(0.05)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        remote = Remote(connected)
        # Some servers let single registers be read only once they have described them.
        remote.registers = remote._described()
        return remote

    def close(self) -> None:
        """Leaves the server."""
        self._socket.close()

    def ask(self, request: str, seconds: float = _SECONDS) -> str:
        """Sends a request and returns what is answered.

        Raises:
            RefusedError: The answer is an error, or that the server does not know the request.
            RemoteError: There is no answer.
        """
        self._send(request)
        answer = self._receive(seconds)
        if not answer or re.fullmatch(r"E[0-9a-f]{2}", answer):
            raise RefusedError(f"The GDB server refuses {request[:60]!r}: {answer or 'not known'}.")
        return answer

    def memory(self, address: int, size: int) -> bytes:
        """Reads memory.

        Raises:
            RefusedError: There is none.
        """
        return _from_hex(self.ask(f"m{address:x},{size:x}"), size)

    def word(self, address: int) -> int:
        """Reads 32 bits, little-endian."""
        return int.from_bytes(self.memory(address, 4), "little")

    def set_word(self, address: int, value: int) -> None:
        """Writes 32 bits, little-endian."""
        self.ask(f"M{address:x},4:{value.to_bytes(4, 'little').hex()}")

    def register(self, number: int) -> int:
        """Reads a register by GDB's number of it."""
        return int.from_bytes(_from_hex(self.ask(f"p{number:x}")), "little")

    def set_register(self, number: int, value: int) -> None:
        """Writes a register of 32 bits."""
        self.ask(f"P{number:x}={value.to_bytes(4, 'little').hex()}")

    def stop_at(self, address: int, kind: int) -> None:
        """Sets a hardware breakpoint; ``kind`` is the length of the instruction there."""
        self.ask(f"Z1,{address:x},{kind:x}")

    def go_past(self, address: int, kind: int) -> None:
        """Removes a hardware breakpoint."""
        self.ask(f"z1,{address:x},{kind:x}")

    def monitor(self, command: str, seconds: float = _SECONDS) -> str:
        """Has the server do something of its own, and returns what it says."""
        self._send(f"qRcmd,{command.encode().hex()}")
        said = bytearray()
        while (answer := self._receive(seconds)) != "OK":
            if not answer.startswith("O"):
                raise RefusedError(f"The GDB server refuses {command!r}: {answer or 'not known'}.")
            said += _from_hex(answer[1:])
        return said.decode(errors="replace")

    def _described(self) -> dict[str, int]:
        """The registers that the server describes; none where it does not."""
        try:
            self.ask("qSupported:xmlRegisters=arm,riscv;hwbreak+;swbreak+")
            text = self._document("target.xml")
            parts = [self._document(name) for name in _INCLUDE.findall(text)] or [text]
        except RefusedError:
            return {}
        registers: dict[str, int] = {}
        number = 0
        for part in parts:
            for match in _REGISTER.finditer(part):
                stated = _NUMBER.search(match[0])
                number = int(stated[1]) if stated else number
                registers.setdefault(match[1], number)
                number += 1
        return registers

    def _document(self, name: str) -> str:
        text = ""
        while len(text) < MOST_PACKET_BYTES:
            answer = self.ask(f"qXfer:features:read:{name}:{len(text):x},{_FEATURE_BYTES:x}")
            text += answer[1:]
            if answer[0] != "m":
                break
        return text

    def resume(self, seconds: float, cancelled: Callable[[], bool] = lambda: False) -> Stop:
        """Lets the core run until it stops.

        Raises:
            TimeoutError: It does not, in that time, or it is no longer waited for.
            RemoteError: The server is gone.
        """
        self._send("c")
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or cancelled():
                raise TimeoutError
            try:
                answer = self._receive(min(left, _TICK), running=True)
            except TimeoutError:
                continue
            if stop := _STOP.fullmatch(answer):
                return Stop(int(stop[2], 16), exited=stop[1] in "WX")
            if not answer.startswith("O"):
                raise RemoteError(f"The GDB server says of a running core {answer[:60]!r}.")

    def halt(self) -> None:
        """Stops a running core."""
        self._socket.sendall(b"\x03")
        self._receive(_SECONDS)

    def _send(self, request: str) -> None:
        try:
            self._socket.sendall(framed(request.encode()))
        except OSError as error:
            raise RemoteError(f"The GDB server is gone: {error.strerror or error}.") from error

    def _receive(self, seconds: float, *, running: bool = False) -> str:
        deadline = time.monotonic() + seconds
        while not self._waiting:
            left = deadline - time.monotonic()
            try:
                if left <= 0:
                    raise TimeoutError
                self._socket.settimeout(left)
                data = self._socket.recv(65_536)
            except TimeoutError as error:
                if running:
                    raise
                raise RemoteError("The GDB server does not answer.") from error
            except OSError as error:
                raise RemoteError(f"The GDB server is gone: {error.strerror or error}.") from error
            if not data:
                raise RemoteError("The GDB server has ended the session.")
            self._waiting += self._packets.take(data)
            self._acknowledge(len(self._waiting))
        return self._waiting.pop(0).decode("latin-1")

    def _acknowledge(self, packets: int) -> None:
        if packets:
            self._socket.sendall(b"+" * packets)


def _from_hex(text: str, size: int | None = None) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        raise RefusedError(f"The GDB server answers {text[:60]!r} where bytes were asked for.") from error
    if size is not None and len(data) != size:
        raise RefusedError(f"The GDB server gave {counted(len(data), 'byte')}, not {size}.")
    return data
