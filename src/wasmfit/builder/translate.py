"""A module → C, by a program of the runtime's own package, for what is compiled ahead of time."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from wasmfit.model import Build, Translator, UserModule, Workload

from . import calls, digest, sources
from .context import Context, Step
from .errors import BuildError
from .host import MEMORY, refusal

_SECONDS = 300


@dataclass(frozen=True)
class Translated:
    """A module that has become C.

    Attributes:
        source: The C file.
        symbol: The C function that the export has become; ``None`` where ``calls`` knows.
        calls: C that calls it and answers the imports, for a module of the user's.
    """

    source: Path
    symbol: str | None
    calls: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder that holds it and its header, and nothing else."""
        return self.source.parent


def translated(
    context: Context, step: Step, build: Build, workload: Workload | UserModule, module: Path
) -> Translated:
    """Translates the module, or takes it from the cache.

    Raises:
        BuildError: The program refuses the module, or the module has no such export.
    """
    assert build.runtime.c is not None
    rule = build.runtime.c.translator
    assert rule is not None

    def make(place: Path) -> None:
        program = place / "program"
        # A wheel is an archive, whose files may come without the right to be run.
        shutil.copy(sources.package_folder(context, step, build) / rule.program, program)
        program.chmod(0o755)
        (place / "c").mkdir()
        values = {"module": str(module), "output": rule.output}
        command = [str(program), *(argument.format_map(values) for argument in rule.arguments)]
        finished = context.gateway.run(
            command, cwd=place / "c", log=step.log, timeout=_SECONDS, memory=MEMORY
        )
        program.unlink()
        if finished.code != 0:
            raise refusal(Path(rule.program).name, finished)

    made_from = digest.of("translated", build.version.source, rule, digest.file(module))
    folder = context.cache.get("prepared", made_from, make) / "c"
    header = (folder / rule.header).read_text(encoding="utf-8")
    if not isinstance(workload, UserModule):
        return Translated(folder / rule.output, _symbol(rule, header, workload.export))
    written = calls.source(header, (folder / rule.output).read_text(encoding="utf-8"), workload)

    def write(place: Path) -> None:
        shutil.copytree(folder, place / "c")
        (place / "c" / calls.NAME).write_text(written, encoding="ascii")

    whole = context.cache.get("prepared", digest.of("calls", made_from, written), write) / "c"
    return Translated(whole / rule.output, None, whole / calls.NAME)


def _symbol(rule: Translator, header: str, export: str) -> str:
    found = re.search(rule.export.replace("{export}", re.escape(export)), header)
    if found is None:
        raise BuildError(f"the module has no export {export!r}")
    return found[1]
