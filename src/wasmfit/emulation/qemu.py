"""QEMU's command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from wasmfit.model import Emulator
from wasmfit.toolchain import remedy as what_to_do
from wasmfit.words import escape_unprintable, hexadecimal

_LAST_WORDS = re.compile(r"qemu[\w-]*: (?!warning:|terminating on signal)(?:fatal: )?(.+)")

NOTHING_ATTACHED = (
    *("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"),
    *("-monitor", "none", "-serial", "none", "-parallel", "none", "-net", "none"),
)
"""The options that keep everything away that a machine has by default."""

TOLD = "emulated"
"""What an image is told that asks for its command line: that it runs here, and not on its board."""


def command(emulator: Emulator, elf: Path, plugin: Path, plugin_arguments: Sequence[str]) -> list[str]:
    """The command that runs an image: nothing attached but the result channel, which is stdout.

    The plugin puts up the fence around the image; QEMU's own sandbox would only end without a word what the
    fence can name.

    Without ``-icount``: instructions are counted by the plugin, and an image has no clock to read.
    """
    return [
        emulator.qemu,
        *("-M", emulator.machine),
        *emulator.options,
        *_vectors(emulator),
        *NOTHING_ATTACHED,
        *("-chardev", "stdio,id=channel,signal=off"),
        *("-semihosting-config", f"enable=on,target=native,chardev=channel,arg={TOLD}"),
        *("-plugin", ",".join(escaped(argument) for argument in (str(plugin), *plugin_arguments))),
        *image(emulator, elf),
    ]


def _vectors(emulator: Emulator) -> tuple[str, ...]:
    return (
        () if emulator.vectors is None else ("-global", f"{emulator.vectors}={hexadecimal(emulator.flash)}")
    )


def image(emulator: Emulator, elf: Path) -> tuple[str, str]:
    """The options that load an image and start it."""
    if emulator.start == "entry":
        return "-device", f"loader,file={escaped(str(elf))},cpu-num=0"
    return "-kernel", str(elf)


def escaped(text: str) -> str:
    """The text as QEMU takes it within an option of several parts."""
    return text.replace(",", ",,")


def last_words(output: str) -> str | None:
    """QEMU's last message about itself, if it left one."""
    said = [match[1] for match in map(_LAST_WORDS.match, output.splitlines()) if match]
    return escape_unprintable(said[-1]) if said else None


def remedy(program: str) -> str:
    """What to do about an emulator that is not there, or does not work."""
    return f"`wasmfit doctor` tries every tool. {what_to_do(Path(program).name).text}"
