"""GDB's remote protocol: packets, and what is made of answers that are none."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wasmfit.probe.cores import CORES, CortexM
from wasmfit.probe.remote import (
    MOST_PACKET_BYTES,
    Packets,
    RefusedError,
    Remote,
    RemoteError,
    framed,
    unescaped,
)
from wasmfit.probe.semihosting import Host


@given(some.binary(max_size=400))
def test_what_is_framed_comes_back(payload: bytes) -> None:
    assert Packets().take(b"+" + framed(payload)) == [payload]


@given(some.lists(some.binary(max_size=30), max_size=5), some.integers(1, 9))
def test_packets_come_in_any_pieces(payloads: list[bytes], piece: int) -> None:
    stream, packets = b"".join(map(framed, payloads)), Packets()
    pieces = [stream[at : at + piece] for at in range(0, len(stream), piece)]
    assert [one for part in pieces for one in packets.take(part)] == payloads


@given(some.binary(max_size=200))
def test_any_bytes_are_packets_or_an_error(data: bytes) -> None:
    with_sum = b"$%s#%02x" % (data, sum(data) & 0xFF)
    for stream in (data, with_sum):
        try:
            found = Packets().take(stream)
        except RemoteError:
            continue
        assert all(isinstance(one, bytes) for one in found)


def test_runs_are_spelled_out() -> None:
    # GDB's manual: a byte, `*`, and how often it comes again, plus 29.
    assert unescaped(b"0* ") == b"0000"
    with pytest.raises(RemoteError, match="ends in the middle"):
        unescaped(b"*!")
    with pytest.raises(RemoteError, match="ends in the middle"):
        unescaped(b"ab}")


def test_a_wrong_sum_is_an_error() -> None:
    with pytest.raises(RemoteError, match="sum is wrong"):
        Packets().take(b"$OK#00")


def test_a_packet_without_an_end_is_an_error() -> None:
    packets = Packets()
    packets.take(b"$" + b"x" * (MOST_PACKET_BYTES - 1))
    with pytest.raises(RemoteError, match="without an end"):
        packets.take(b"xx")


@contextmanager
def session(answer: Callable[[str], list[str]]) -> Iterator[Remote]:
    """A session with a GDB server that answers by rule; an empty list ends it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        packets = Packets()
        # A client that goes while something is on its way resets the connection.
        with connection, suppress(ConnectionError):
            while data := connection.recv(65_536):
                for request in packets.take(data):
                    answers = answer(request.decode())
                    if not answers:
                        return
                    for one in answers:
                        connection.sendall(b"+" + framed(one.encode("latin-1")))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener, closing(Remote.connect(listener.getsockname()[1])) as remote:
        yield remote
    thread.join(5)


def only(request: str, *answers: str) -> Callable[[str], list[str]]:
    """The rule of a server that knows one request, by its beginning."""
    return lambda asked: list(answers) if asked.startswith(request) else [""]


# As probe-rs 0.32 describes a core: no numbers, quotes of the other kind.
PROBE_RS = (
    'l<?xml version="1.0"?><target version="1.0"><architecture>armv7e-m</architecture>'
    "<feature name='org.gnu.gdb.arm.m-profile'><reg name='r0' bitsize='32' type='uint32'/>"
    "<reg name='r1' bitsize='32' type='uint32'/></feature></target>"
)
# As QEMU does: other files, numbers where they jump.
QEMU = {
    "target.xml": 'l<target><xi:include href="cpu.xml"/><xi:include href="csr.xml"/></target>',
    "cpu.xml": 'l<feature><reg name="zero" bitsize="32" regnum="0"/><reg name="ra" bitsize="32"/></feature>',
    "csr.xml": 'l<feature><reg name="mcycle" bitsize="32" regnum="2881"/></feature>',
}


def described(documents: dict[str, str]) -> Callable[[str], list[str]]:
    def answer(request: str) -> list[str]:
        if request.startswith("qXfer:features:read:"):
            return [documents[request.split(":")[3]]]
        return ["PacketSize=1000"] if request.startswith("qSupported") else [""]

    return answer


def test_registers_are_numbered_as_each_server_describes_them() -> None:
    with session(described({"target.xml": PROBE_RS})) as remote:
        assert remote.registers == {"r0": 0, "r1": 1}
    with session(described(QEMU)) as remote:
        assert remote.registers == {"zero": 0, "ra": 1, "mcycle": 2881}


def test_a_server_that_describes_nothing_has_no_registers() -> None:
    with session(lambda _: [""]) as remote:
        assert remote.registers == {}
        with pytest.raises(RefusedError, match="refuses 'p0'"):
            remote.register(0)


def test_errors_of_the_server_are_refusals() -> None:
    with (
        session(only("m", "E0e")) as remote,
        pytest.raises(RefusedError, match="E0e"),
    ):
        remote.memory(0xE000_1000, 4)


def test_what_is_no_bytes_is_refused() -> None:
    with (
        session(only("m", "nothing")) as remote,
        pytest.raises(RefusedError, match="where bytes"),
    ):
        remote.memory(0, 4)
    with (
        session(only("m", "00")) as remote,
        pytest.raises(RefusedError, match="1 byte, not 4"),
    ):
        remote.memory(0, 4)


def test_a_server_that_goes_is_said_to_be_gone() -> None:
    with (
        session(only("c")) as remote,
        pytest.raises(RemoteError, match="ended the session"),
    ):
        remote.resume(5)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(RemoteError, match="does not answer"):
            Remote.connect(free.getsockname()[1], seconds=0.2)


def test_a_core_that_does_not_stop_is_waited_for_so_long_and_no_longer() -> None:
    with session(only("c", "O41")) as remote, pytest.raises(TimeoutError):
        remote.resume(0.3)


def test_a_core_that_nobody_waits_for_any_more_is_left() -> None:
    with session(only("c", "O41")) as remote, pytest.raises(TimeoutError):
        remote.resume(60, cancelled=lambda: True)


def test_the_monitors_words_are_put_together() -> None:
    with session(only("qRcmd", "O5265", "O736574", "OK")) as remote:
        assert remote.monitor("reset halt") == "Reset"


class Memory:
    """A core's memory and control registers, behind the protocol."""

    def __init__(self, words: dict[int, int], *, writable: bool = True) -> None:
        self.words = words
        self.writable = writable

    def __call__(self, request: str) -> list[str]:
        place, _, rest = request[1:].partition(",")
        if request.startswith("m"):
            address = int(place, 16)
            if address & ~3 not in self.words:
                return ["E0e"]
            word = self.words[address & ~3].to_bytes(4, "little")
            return [word[address & 3 :][: int(rest, 16)].hex()]
        if request.startswith("M"):
            if self.writable:
                self.words[int(place, 16)] = int.from_bytes(bytes.fromhex(rest.partition(":")[2]), "little")
            return ["OK"]
        return [""]


DEMCR, CTRL, CYCCNT = 0xE000_EDFC, 0xE000_1000, 0xE000_1004


def test_the_cycle_counter_of_a_cortex_m_is_switched_on() -> None:
    memory = Memory({DEMCR: 0x100, CTRL: 0x4000_0000, CYCCNT: 1234})
    with session(memory) as remote:
        counter = CORES["thumb"].counter(remote)
        assert counter is not None
        assert (counter.name, counter.read()) == ("DWT CYCCNT", 1234)
    assert memory.words[DEMCR] == 0x0100_0100
    assert memory.words[CTRL] == 0x4000_0001


@pytest.mark.parametrize(
    "memory",
    [
        Memory({}),
        Memory({DEMCR: 0, CTRL: 1 << 25, CYCCNT: 0}),
        Memory({DEMCR: 0, CTRL: 0, CYCCNT: 0}, writable=False),
    ],
    ids=["no such memory", "a core that says it has none", "nothing can be switched on"],
)
def test_a_core_without_a_counter_has_none(memory: Memory) -> None:
    with session(memory) as remote:
        assert CORES["thumb"].counter(remote) is None


def test_only_bkpt_ab_asks_the_host() -> None:
    with session(Memory({0: 0xBEAB_BE00})) as remote:
        core = CORES["thumb"]
        assert isinstance(core, CortexM)
        assert core.asks(remote, 2) == 2
        assert core.asks(remote, 0) is None


def test_what_a_board_may_ask_of_the_host() -> None:
    text = int.from_bytes(b"end\n", "little")
    with session(Memory({0x100: text, 0x104: 0})) as remote:
        host = Host()
        assert host.answer(remote, 0x04, 0x100) == 0
        assert host.lines == ["end"]
        assert host.answer(remote, 0x15, 0) == 0xFFFF_FFFF, "it is not an emulated core"
        assert host.answer(remote, 0x01, 0) == 0xFFFF_FFFF, "it may not open files"
        assert host.answer(remote, 0x12, 0) == 0xFFFF_FFFF, "it may not run commands"
        assert not host.ended
        host.answer(remote, 0x18, 0x20026)
        assert host.ended
