"""Running images in QEMU: counts, kinds, flash accesses, calls, phases, heap, stack and faults.

How the figures come about, and what they do not say:

- **Instructions** are counted by a plugin, from the first instruction of one phase mark to the first
  of the next. The marks themselves and the harness's way to and from them are part of a phase, some
  ten to twenty instructions, the same in the baseline image. Each instruction that QEMU starts counts
  one: also those of an IT block whose condition is false, the IT instruction itself, and one that then
  faults. A count says nothing of cycles.
- **Kinds, jumps, flash accesses and cache misses** are kept by the block of straight code: what one passage
  counts times the passages, and cache lines looked up at its beginning. Of a block that a fault leaves they
  hold all. ``docs/measuring.md`` lists them.
- **The profile**, on request, follows calls and returns as the program makes them; it changes no figure.
- **The heap by purpose**, on request, is of two more runs (:mod:`.heap_blocks`); it changes no figure either.
- **Stack** is the lowest address in the stack's reservation that a store has hit in the phases load,
  instantiate and call. What the harness does between and after them is left out; room that was made
  and never written is not seen, nor is what the core itself saves when it takes an exception.
- **The board's memory** is not the emulated machine's, which has more and lets nearly everything pass:
  a stack that overflows runs into a region that swallows stores without a fault. So the plugin ends
  the run at the first store that the board would not take. Loads are not watched.
- **RunLimits** are in instructions, and so the same everywhere; the wall clock is for what executes none.
"""

from .execution import DEFAULT_LIMITS, Execution, RunLimits, execute, leak
from .fence import NO_FENCE, has_fence, unfenced
from .heap_blocks import HEAP_PLUGIN, Block, HeapTrace, HeapTraceError, trace
from .instances import instance_ram
from .least import least_ram
from .machine import ExpectedCalls, QemuRunner
from .plugins import SOURCES as COUNTER_PLUGIN
from .plugins import compiled, interface
from .profile import CallProfile, Row
from .stores import STORES, check_stores, place, worst
from .suite_runner import WATCHDOG, SuiteEnd, SuiteRun, run_suite
from .symbols import job_address
from .ten import emulator_trial

__all__ = [
    "COUNTER_PLUGIN",
    "DEFAULT_LIMITS",
    "HEAP_PLUGIN",
    "NO_FENCE",
    "STORES",
    "WATCHDOG",
    "Block",
    "CallProfile",
    "Execution",
    "ExpectedCalls",
    "HeapTrace",
    "HeapTraceError",
    "QemuRunner",
    "Row",
    "RunLimits",
    "SuiteEnd",
    "SuiteRun",
    "check_stores",
    "compiled",
    "emulator_trial",
    "execute",
    "has_fence",
    "instance_ram",
    "interface",
    "job_address",
    "leak",
    "least_ram",
    "place",
    "run_suite",
    "trace",
    "unfenced",
    "worst",
]
