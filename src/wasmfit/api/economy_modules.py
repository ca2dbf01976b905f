"""A workload's module in forms that ask for less and less memory, as files."""

from dataclasses import dataclass

from wasmfit.analysis.economy import EconomyForm, GuestForm
from wasmfit.builder import BuildError, Context, StepContext, guest
from wasmfit.builder.digest import Shared
from wasmfit.builder.module import NAME
from wasmfit.errors import UsageError
from wasmfit.model import Workload
from wasmfit.module.read import read
from wasmfit.module.smaller_memory import (
    HEAP_BASE,
    MARKS,
    exported_constant,
    with_pages_of_a_byte,
    without_exports,
)
from wasmfit.requests import ModuleRequest
from wasmfit.toolchain import write_whole

_LINK_ARGUMENT = "-Clink-arg="
_STACK_SIZE = "-zstack-size="
_CPU = "mvp"
"""What every runtime takes."""

EXTRA = "host.extra"
"""The function that workloads import, if any."""


@dataclass(frozen=True)
class FormModule:
    """A form of a workload's module.

    Attributes:
        form: What it is.
        request: The module as a user's.
    """

    form: EconomyForm
    request: ModuleRequest


@dataclass(frozen=True)
class FormModules:
    """Makes the forms.

    Attributes:
        context: What the module is built with.
        workload: Whose module it is.
    """

    context: Context
    workload: Workload

    @property
    def usual_stack(self) -> int:
        """Bytes of stack that the workload's module is linked with.

        Raises:
            UsageError: Its build names none.
        """
        sizes = [
            flag.removeprefix(f"{_LINK_ARGUMENT}{_STACK_SIZE}")
            for flag in self.workload.guest.rustflags
            if flag.startswith(f"{_LINK_ARGUMENT}{_STACK_SIZE}")
        ]
        if not sizes or not sizes[-1].isdecimal():
            raise UsageError(
                f"The module of {self.workload.name} is linked without a size of its stack.",
                "Choose another workload.",
            )
        return int(sizes[-1])

    def plain(self) -> FormModule:
        """The module as compilers of C make it: rustc alone exports the linker's marks of its own accord."""
        data = without_exports(self._linked(self.usual_stack), MARKS)
        title = f"as linked, with a stack of {self.usual_stack:,} B"
        return self._written(GuestForm.PLAIN, data, title, ())

    def heap_base(self) -> FormModule:
        """The same with the linker's marks exported."""
        title = "the same with __heap_base and __data_end exported"
        return self._written(GuestForm.HEAP_BASE, self._linked(self.usual_stack), title, _exports())

    def small_stack(self, stack: int) -> FormModule:
        """The same with a small stack.

        Args:
            stack: Bytes.
        """
        title = f"with that and a stack of {stack:,} B"
        linker = (*_exports(), "-z", f"stack-size={stack}")
        return self._written(GuestForm.SMALL_STACK, self._linked(stack), title, linker, stack)

    def byte_pages(self, stack: int) -> FormModule:
        """The same with a small stack, and a memory of just what lies before ``__heap_base``.

        Args:
            stack: Bytes.

        Raises:
            UsageError: The module does not say where that is.
        """
        data = self._linked(stack)
        size = exported_constant(data, HEAP_BASE)
        if size is None:
            raise UsageError(f"The module of {self.workload.name} does not export {HEAP_BASE}.")
        title = "with that and a page size of 1 (custom page sizes), minimum and maximum __heap_base"
        small = with_pages_of_a_byte(data, size)
        return self._written(GuestForm.BYTE_PAGES, small, title, (), stack)

    def _linked(self, stack: int) -> bytes:
        """The module, with the linker's marks exported and a stack of so many bytes.

        Arguments for the linker are given to the module's own crate: the standard library is compiled once
        for all of its sizes.
        """
        flags = self.workload.guest.rustflags
        links = [flag.removeprefix(_LINK_ARGUMENT) for flag in flags if flag.startswith(_LINK_ARGUMENT)]
        others = [argument for argument in links if not argument.startswith(_STACK_SIZE)]
        own = self.workload.guest.model_copy(
            update={
                "rustflags": tuple(flag for flag in flags if not flag.startswith(_LINK_ARGUMENT)),
                "link_args": (
                    *others,
                    *self.workload.guest.link_args,
                    *_exports(),
                    f"{_STACK_SIZE}{stack}",
                ),
            }
        )
        workload = self.workload.model_copy(update={"guest": own})
        # Not shared with another size: what is shared is told apart by the workload's name alone.
        step = guest.step(self.context, workload, _CPU, Shared())
        log = StepContext(self.context.home.logs / f"economy-{workload.name}.log")
        try:
            return (step.ensure(self.context.cache, log) / NAME).read_bytes()
        except BuildError as error:
            raise UsageError(
                f"The module of {workload.name} cannot be built: {error.reason} (log: {log.log})."
            ) from error

    def _written(
        self, form: GuestForm, data: bytes, title: str, linker: tuple[str, ...], stack: int | None = None
    ) -> FormModule:
        """The form with its file. Files of other stacks have other names: a cell names its module's."""
        name = "-".join((self.workload.name, form.value, *([] if stack is None else [str(stack)])))
        path = self.context.home.modules / f"{name}.wasm"
        # One that holds the same stays, since it may be in use.
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data)
        wasm = read(data)
        imported = {f"{entry.module}.{entry.name}" for entry in wasm.imports}
        calls = self.workload.calls
        request = ModuleRequest(
            path=path,
            calls=tuple(f"{self.workload.export}({', '.join(map(str, call.arguments))})" for call in calls),
            expect=tuple(str(call.expected) for call in calls),
            imports={EXTRA: str(self.workload.extra)} if EXTRA in imported else {},
            limit=self.workload.limit,
        )
        memory = sum(memory.bytes for memory in wasm.memories)
        return FormModule(
            EconomyForm(form=form, module=name, title=title, linker=linker, size=len(data), memory=memory),
            request,
        )


def _exports() -> tuple[str, ...]:
    return tuple(f"--export={name}" for name in MARKS)
