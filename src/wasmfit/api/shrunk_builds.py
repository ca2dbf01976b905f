"""Builds of runtimes that end a module's memory at an exported ``__heap_base``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wasmfit.catalog import Catalog
from wasmfit.model import Build, Variant
from wasmfit.module.shrinking import Shrinking, shrinking

SUFFIX = "-shrunk"
"""What the name of such a build ends in."""


@dataclass(frozen=True)
class WithShrunk:
    """Builds, each followed by the one that ends memory early where its runtime can.

    Attributes:
        catalog: The catalogue with variants for them, which no file has.
        builds: The builds.
        how: Name of a build that ends memory early → what does it.
    """

    catalog: Catalog
    builds: tuple[Build, ...]
    how: Mapping[str, str]


def with_shrunk(catalog: Catalog, chosen: Sequence[Build]) -> WithShrunk:
    """The builds with those that end memory early.

    A variant with dependencies of its own has none, since its lockfile has the variant's name.
    """
    known = shrinking()
    runtimes = dict(catalog.runtimes)
    builds: list[Build] = []
    how: dict[str, str] = {}
    for build in chosen:
        builds.append(build)
        can = known.get(build.runtime.name)
        if can is None or build.variant.dependencies or build.unavailable is not None:
            continue
        variant = _shrunk(build.variant, can)
        runtime = runtimes[build.runtime.name]
        if variant not in runtime.variants:
            runtime = runtime.model_copy(update={"variants": (*runtime.variants, variant)})
        runtimes[runtime.name] = runtime
        builds.append(build.model_copy(update={"variant": variant, "runtime": runtime}))
        how[variant.name] = can.how
    return WithShrunk(replace(catalog, runtimes=runtimes), tuple(builds), how)


def _shrunk(variant: Variant, can: Shrinking) -> Variant:
    return variant.model_copy(
        update={
            "name": f"{variant.name}{SUFFIX}",
            "summary": f"{variant.summary}; memory ends at an exported __heap_base",
            "defines": {**variant.defines, **can.defines},
            "cfg": (*variant.cfg, *can.cfg),
            "default": False,
        }
    )
