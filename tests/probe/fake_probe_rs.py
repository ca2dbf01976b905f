"""A program with probe-rs's command line whose board is QEMU.

Its GDB server is QEMU's, with two things added that probe-rs's has: the core halts at semihosting requests,
and the monitor knows ``reset halt``.
"""

import selectors
import socket
import sys
import time
from pathlib import Path

from tests.probe import stand_in
from wasmfit.catalog import Catalog
from wasmfit.model import Board
from wasmfit.probe.remote import Packets, framed

_LAYOUT = Path(__file__).parent / "recorded" / "layout.svg"
_PROBE = "1209:4853:FAKE"
_RESET_HALT, _RESET = (f"qRcmd,{word.encode().hex()}".encode() for word in ("reset halt", "system_reset"))


def main(arguments: list[str], folder: Path) -> None:
    """Does what the arguments say; what was flashed is remembered in ``folder``."""
    command, *rest = arguments
    options = dict(one[2:].partition("=")[::2] for one in rest if one.startswith("--"))
    flash = folder / "flashed"
    if command == "list":
        sys.stdout.write(f"The following debug probes were found:\n[0]: Fake -- {_PROBE} (CMSIS-DAP)\n")
        return
    if options["probe"] != _PROBE:
        sys.exit("Error: Failed to open probe\n\nCaused by:\n    The probe could not be found.")
    if command == "download":
        flash.write_text(rest[-1])
        Path(options["flash-layout"]).write_text(_LAYOUT.read_text())
    elif command == "gdb":
        board = next(one for one in Catalog.load().boards.values() if one.probe_rs_chip == options["chip"])
        port = int(options["gdb-connection-string"].rpartition(":")[2])
        _serve(port, Path(flash.read_text()), board)


def _connected(port: int) -> socket.socket:
    """A connection to a server that may still be starting."""
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            time.sleep(0.05)
    sys.exit("Error: QEMU does not start")


def _serve(port: int, image: Path, board: Board) -> None:
    """Passes packets between one client and QEMU."""
    with socket.create_server(("127.0.0.1", port)) as listener, stand_in.emulated(image, board) as behind:
        front, _ = listener.accept()
        back = _connected(behind)
        own = [b"Z1,%x,2" % address for address in stand_in.asks_at(image, board.emulator.isa)]
        for request in own:
            back.sendall(framed(request))
        streams = {front: Packets(), back: Packets()}
        selector, unasked = selectors.DefaultSelector(), len(own)
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while True:
            for ready in [key.fileobj for key, _ in selector.select()]:
                assert isinstance(ready, socket.socket)
                if not (data := ready.recv(65_536)):
                    return
                for packet in streams[ready].take(data):
                    if ready is front:
                        back.sendall(framed(_RESET if packet == _RESET_HALT else packet))
                    elif unasked:
                        unasked -= 1
                        back.sendall(b"+")
                    else:
                        back.sendall(b"+")
                        front.sendall(b"+" + framed(packet))
