"""Real boards: flashing an image through probe-rs, running it, and measuring cycles with no code added to it.

How the figures come about, and what they do not say:

- **The same ELF.** What is flashed is the image whose bytes are reported. Cycles are read by the host,
  through probe-rs's GDB server, while the core is halted at the marks that the emulator counts between.
- **Cycles** are those of the core's own counter (DWT's CYCCNT of a Cortex-M, ``mcycle`` of a RISC-V core
  where the server lets it be read), which stands still while the core is halted. Leaving a breakpoint costs
  a step: the same few cycles in every phase of every image, the baseline's too.
- **Where a core has no counter**, a phase's time is the host's, with the way to the probe and back in it:
  milliseconds, and so an upper bound that says little of short calls.
- **Semihosting** is answered here, and of it what the harness uses: a core that stops at such a request waits
  for the host, whoever that is.
"""

from .board_runner import BoardRunner
from .errors import BoardError
from .probe_rs import Probe, ProbeRs

__all__ = [
    "BoardError",
    "BoardRunner",
    "Probe",
    "ProbeRs",
]
