"""A search without builds: figures made up from settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from tests.samples import measurement, run, size
from wasmfit.analysis.tuning import Trial
from wasmfit.catalog import Catalog
from wasmfit.model import Build, InstructionCounts, LeastRam, Measurement, Status
from wasmfit.plan import select_builds
from wasmfit.search import Settings, Space, applied, space

Figures = tuple[int, int, int]
"""Flash, RAM and instructions."""


CATALOG = Catalog.load()


@cache
def build(name: str = "wasmi@2.0.0") -> Build:
    found = select_builds(CATALOG, [name])
    return next(one for one in found if one.name == name.partition("@")[0])


@cache
def space_of(
    name: str = "wasmi@2.0.0",
    *,
    allow: tuple[str, ...] = (),
    fixed: tuple[str, ...] = (),
    only: bool = False,
) -> Space:
    return space(CATALOG, build(name), allow=allow, fixed=fixed, only=only)


def cell(figures: Figures | None, module: str = "crc32") -> Measurement:
    if figures is None:
        return measurement(module=module, status=Status.BUILD_FAILED, reason="no", size=None, run=None)
    flash, ram, calls = figures
    least = LeastRam(bytes=ram, static=100, stack=1_000, heap=2_000, resolution=256, trials=3)
    ran = run().model_copy(update={"least_ram": least, "instructions": InstructionCounts(call=calls)})
    return measurement(module=module, size=size().model_copy(update={"flash": flash}), run=ran)


def trial(number: int, changes: Mapping[str, str], *figures: Figures | None) -> Trial:
    made = applied(space_of(), build(), CATALOG.profile("reference"), changes)
    cells = tuple(cell(one, f"workload{place}") for place, one in enumerate(figures))
    return Trial(number, dict(changes), space_of().given_up(changes), made.build, made.profile, cells, False)


@dataclass
class Fake:
    """Measures settings of a space by a rule, and remembers what it was asked."""

    space: Space
    rule: Callable[[Settings], Figures | None]
    asked: list[dict[str, str]] = field(default_factory=list)

    def measure(self, number: int, settings: Settings) -> Trial:
        changes = self.space.changes(settings)
        self.asked.append(changes)
        return trial(number, changes, self.rule(changes))
