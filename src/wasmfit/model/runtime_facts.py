"""What differs in kind between runtimes, and between ways to build one."""

from .base import Record


class RuntimeFacts(Record):
    """What differs in kind between runtimes, shown with the figures.

    Attributes:
        validation: Whether the device checks the module or trusts it.
        module_bytes: Where the module's bytes must lie, and what becomes of them.
        execution: How code is executed.
        host_step: What has to be done to the module before it can be flashed.
        operand_stack: Where wasm's operands and frames lie, and what limits them.
        heap: What limits the memory that the runtime may take.
        notes: What else a reader must know to compare fairly.
        suite: Why the W3C suite cannot be replayed on it here, where it cannot.
    """

    validation: str
    module_bytes: str
    execution: str
    host_step: str
    operand_stack: str
    heap: str
    notes: tuple[str, ...] = ()
    suite: str | None = None


class FactChanges(Record):
    """The facts that a variant changes; notes are added to the runtime's.

    Attributes:
        validation, module_bytes, execution, host_step, operand_stack, heap: Instead of the runtime's.
        notes: What else a reader must know of this variant.
    """

    validation: str | None = None
    module_bytes: str | None = None
    execution: str | None = None
    host_step: str | None = None
    operand_stack: str | None = None
    heap: str | None = None
    notes: tuple[str, ...] = ()
