"""What is called as operating systems and their libraries call things, where nothing else says whose it is.

A name alone proves little, so most rules hold only in files that have the system's own marks.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from wasmfit.elf.records import Symbol
from wasmfit.footprint.attribution.owners import SymbolRule


class SystemNames(NamedTuple):
    """How something calls its functions and data.

    Attributes:
        owner: What it is called.
        marks: Symbols that all files with it have; without any, names alone are enough.
        names: A pattern of the names.
        map_file: Where its build puts the linker's map; empty where it makes none.
    """

    owner: str
    marks: frozenset[str]
    names: str
    map_file: str = ""


SYSTEMS = (
    # What its macros export, and the logger that they call.
    SystemNames("defmt", frozenset(), r"_defmt_\w+|__defmt_\w+|__DEFMT_\w+"),
    SystemNames("SEGGER RTT", frozenset(), r"_?SEGGER_RTT\w*|_?acUpBuffer|_?acDownBuffer"),
    SystemNames(
        "cortex_m_rt",
        frozenset({"__RESET_VECTOR", "__EXCEPTIONS"}),
        r"Reset|DefaultHandler_?|DefaultPreInit|HardFault(?:_|Trampoline)?|__pre_init",
    ),
    # Its kernel (z_, k_), tables that its build generates, its devices and what initialises them.
    SystemNames(
        "Zephyr",
        frozenset({"z_cstart"}),
        r"_?_?z_\w+|_?_?k_\w+|_kernel\w*|_?_?arch_\w+|_?sys_\w+|_?_?device_\w+|_?_?init_\w+"
        r"|_?_?isr_\w+|_sw_isr_table|_irq_vector_table|_isr_(?:table|wrapper)\w*|_static_thread_data\w*"
        r"|_OffsetAbsSyms|__log_\w+|log_const_\w+|__net_\w+|_net_buf_\w+|_shell_\w+|_settings_\w+",
        "west build writes it to build/zephyr/zephyr.map",
    ),
    SystemNames(
        "RIOT",
        frozenset({"sched_active_pid", "kernel_init"}),
        r"sched_\w+|thread_\w+|mutex_\w+|msg_\w+|_?x?ztimer_\w+|xtimer_\w+|auto_init\w*|kernel_init|core_panic"
        r"|_?isr_\w+|irq_\w+|periph_init|cortexm_init|cortex_vector_base|vector_cpu|\w+_handler(?:_default)?",
        "make writes it next to the ELF file in bin/BOARD",
    ),
)


def systems_of(symbols: Iterable[Symbol]) -> list[SystemNames]:
    """The systems whose marks a file has, and those that need none."""
    wanted = frozenset().union(*(system.marks for system in SYSTEMS))
    found = {symbol[0] for symbol in symbols if symbol[0] in wanted}
    return [system for system in SYSTEMS if system.marks <= found]


def system_rule(symbols: Iterable[Symbol]) -> SymbolRule:
    """The rule of last resort: what is called as a system calls things belongs to it.

    Args:
        symbols: The file's symbols.
    """
    known = systems_of(symbols)
    # As one pattern, since most names match none.
    matches = re.compile("|".join(f"({system.names})" for system in known)).fullmatch

    def owner(name: str) -> str | None:
        match = matches(name)
        return None if match is None or match.lastindex is None else known[match.lastindex - 1].owner

    return owner
