"""Settings → the profile and the way to build a runtime that they stand for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from wasmfit.model import (
    Build,
    Dependency,
    DependencyChange,
    FactChanges,
    Profile,
    RustChanges,
    RustProfile,
    SwitchValue,
)

from .space import Settings, Space, said

_Pinned = TypeVar("_Pinned", Dependency, DependencyChange)


@dataclass(frozen=True)
class Tuned:
    """What settings stand for.

    Attributes:
        changes: The settings that change something.
        build: The runtime as they build it.
        profile: The profile as they change it; its own self where they change nothing.
    """

    changes: dict[str, str]
    build: Build
    profile: Profile


def applied(space: Space, build: Build, profile: Profile, settings: Settings) -> Tuned:
    """A build and a profile with settings; the same settings make the same names, on any machine."""
    changes = space.changes(settings)
    if not changes:
        return Tuned({}, build, profile)
    values = space.chosen(changes)
    rust = profile.rust
    for value in values:
        rust = _rust(rust, value.rust)
    tuned = profile.model_copy(
        update={
            "name": _name(build, profile, changes),
            "summary": f"{profile.name} with {said(changes)}",
            "rust": rust,
            "c": profile.c.model_copy(update={"flags": (*profile.c.flags, *_each(values, "c_flags"))}),
            "linker": (*profile.linker, *_each(values, "linker")),
            "tuned": changes,
        }
    )
    return Tuned(changes, _build(build, values), tuned)


def _name(build: Build, profile: Profile, changes: Settings) -> str:
    """A profile's name that tells these settings from all others of any runtime."""
    told = f"{build.label} {profile.name} {said(changes)}"
    return f"tune-{sha256(told.encode()).hexdigest()[:10]}"


def _each(values: Sequence[SwitchValue], field: str) -> tuple[str, ...]:
    return tuple(item for value in values for item in getattr(value, field))


def _rust(rust: RustProfile, changes: RustChanges) -> RustProfile:
    added = ("std_features", "rustflags", "linked_rustflags", "packages", "target")
    update: dict[str, Any] = {
        name: value for name, value in changes if value is not None and name not in added
    }
    update["std_features"] = tuple(dict.fromkeys((*rust.std_features, *changes.std_features)))
    update["rustflags"] = (*rust.rustflags, *changes.rustflags)
    update["linked_rustflags"] = (*rust.linked_rustflags, *changes.linked_rustflags)
    update["packages"] = {**rust.packages, **changes.packages}
    update["target"] = {**rust.target, **changes.target}
    return rust.model_copy(update=update)


def _build(build: Build, values: Sequence[SwitchValue]) -> Build:
    """The build with what the values change.

    Features are changed in the version, not in the variant: the lockfile stays the version's, so a feature
    that would need another crate fails to build, and says so, instead of being resolved again.
    """
    variant, version = build.variant, build.version
    flags = dict(variant.package_rustflags)
    for value in values:
        for crate, more in value.package_rustflags.items():
            flags[crate] = (*flags.get(crate, ()), *more)
    changed = variant.model_copy(
        update={
            "cfg": (*variant.cfg, *_each(values, "cfg")),
            "host_arguments": (*variant.host_arguments, *_each(values, "host_arguments")),
            "package_rustflags": flags,
            "defines": {**variant.defines, **{k: v for value in values for k, v in value.defines.items()}},
            "dependencies": _with_features(variant.dependencies, values),
            "facts": _facts(variant.facts, [value.facts for value in values]),
        }
    )
    own = {
        name: dependency
        for name, dependency in version.dependencies.items()
        if name not in variant.dependencies
    }
    dependencies = {**version.dependencies, **_with_features(own, values)}
    return build.model_copy(
        update={
            "variant": changed,
            "version": version.model_copy(update={"dependencies": dependencies}),
        }
    )


def _with_features(dependencies: Mapping[str, _Pinned], values: Iterable[SwitchValue]) -> dict[str, _Pinned]:
    chosen = list(values)
    changed = dict(dependencies)
    for crate, dependency in dependencies.items():
        features = _features(crate, dependency.features, chosen)
        changed[crate] = dependency.model_copy(update={"features": features})
    return changed


def _features(crate: str, features: tuple[str, ...], values: Sequence[SwitchValue]) -> tuple[str, ...]:
    for value in values:
        kept = [feature for feature in features if feature not in value.remove.get(crate, ())]
        features = tuple(dict.fromkeys((*kept, *value.add.get(crate, ()))))
    return features


def _facts(facts: FactChanges, changes: Iterable[FactChanges]) -> FactChanges:
    for change in changes:
        update = {name: value for name, value in change if value is not None and name != "notes"}
        facts = facts.model_copy(update={**update, "notes": (*facts.notes, *change.notes)})
    return facts
