"""A module → C, by a program of the runtime's own package, for what is compiled ahead of time."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from wasmfit.model import Build, UserModule, Workload

from . import cargo, digest, sources
from .context import Context, Step
from .errors import BuildError

_SECONDS = 300


@dataclass(frozen=True)
class Translated:
    """A module that has become C.

    Attributes:
        source: The C file.
        symbol: The C function that the export has become.
    """

    source: Path
    symbol: str

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
        finished = context.gateway.run(command, cwd=place / "c", log=step.log, timeout=_SECONDS)
        program.unlink()
        if finished.code != 0:
            said = cargo.first_error(finished.output)
            raise BuildError(f"{Path(rule.program).name} refused the module: {said}")

    made_from = digest.of("translated", build.version.source, rule, digest.file(module))
    export = workload.export
    folder = context.cache.get("prepared", made_from, make) / "c"
    header = (folder / rule.header).read_text(encoding="utf-8")
    found = re.search(rule.export.replace("{export}", re.escape(export)), header)
    if found is None:
        raise BuildError(f"the module has no export {export!r}")
    return Translated(folder / rule.output, found[1])
