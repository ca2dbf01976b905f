"""The fence between an image and the files of this machine, which semihosting would give it.

The plugin puts it up (``plugin/fence/fence.c``): a filter of the emulator's system calls, which Linux holds.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from wasmfit.errors import MissingToolError

NO_FENCE = (
    "This system has no fence around emulated images (that takes Linux with seccomp, on x86-64 or AArch64): "
    "the catalogue's images run without one, and no other image runs unless you add --no-fence."
)
"""What a run says where there is no fence."""

_MACHINES = frozenset({"x86_64", "aarch64"})
_ACTIONS = Path("/proc/sys/kernel/seccomp/actions_avail")


def has_fence() -> bool:
    """Whether this system has a fence."""
    if sys.platform != "linux" or os.uname().machine not in _MACHINES:
        return False
    try:
        return "trap" in _ACTIONS.read_text(encoding="ascii").split()
    except OSError:
        return False


def unfenced() -> MissingToolError:
    """The error of an image that does not run without a fence, where there is none."""
    return MissingToolError(
        "The image is not made of wasmfit's catalogue alone, and this system has no fence that would keep "
        "your files from it.",
        "If you trust it, add --no-fence.",
    )
