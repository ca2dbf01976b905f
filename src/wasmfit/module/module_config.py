"""``my.toml`` next to ``my.wasm``: calls, expectations and stubs as a file."""

from pathlib import Path

from pydantic import Field, StrictFloat, StrictInt, StrictStr

from wasmfit.catalog.load import read
from wasmfit.model import Record

Number = StrictInt | StrictFloat | StrictStr


class Call(Record):
    """A call.

    Attributes:
        call: The call, as on the command line.
        expect: What it must return, a value or several in a list.
        log: What it must log.
    """

    call: str
    expect: Number | tuple[Number, ...] | None = None
    log: str | None = None


class ModuleConfig(Record):
    """The file.

    Attributes:
        calls: As ``--call``, ``--expect`` and ``--expect-log``.
        before: As ``--before``.
        times: As ``--calls``.
        allocator: As ``--allocator``.
        preset: As ``--preset``.
        imports: ``module.name`` → rule, as ``--import``.
        stub_all: As ``--stub-all``.
        fresh_instance: As ``--fresh-instance``.
        args: As ``--arg``.
        stdin: As ``--stdin``, from this file's folder.
        update_from: As ``--update-from``, from this file's folder.
        limit: As ``--limit``.
        timeout: As ``--timeout``.
    """

    calls: tuple[Call, ...] = ()
    before: tuple[str, ...] = ()
    times: int | None = None
    allocator: str | None = None
    preset: str | None = None
    fresh_instance: bool = False
    args: tuple[str, ...] = ()
    stdin: Path | None = None
    update_from: Path | None = None
    limit: StrictInt | StrictStr | None = None
    timeout: StrictInt | StrictFloat | None = None
    imports: dict[str, Number] = Field(default_factory=dict)
    stub_all: bool = False

    @property
    def expected(self) -> tuple[str | None, ...]:
        """What is expected of each call, as on the command line."""
        return tuple(_text(call.expect) for call in self.calls)

    @property
    def logs(self) -> tuple[str | None, ...]:
        """What each call must log."""
        return tuple(call.log for call in self.calls)


def _text(expect: Number | tuple[Number, ...] | None) -> str | None:
    if expect is None:
        return None
    return ", ".join(map(str, expect)) if isinstance(expect, tuple) else str(expect)


def read_module_config(module: Path) -> ModuleConfig:
    """The settings next to a module; the default ones where there is no file.

    Raises:
        UsageError: The file is broken.
    """
    path = module.with_suffix(".toml")
    return read(path, ModuleConfig) if path.is_file() else ModuleConfig()
