"""Settings as the configuration files of a user's project have them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tomli_w

from wasmfit.model import Build, Profile, RustProfile

_SPECIFICATION = (
    "TARGET.json, named as your target, for `cargo build --target TARGET.json`: what "
    "`rustc -Zunstable-options --print target-spec-json --target TARGET` says, but"
)
_LINKED = "your-crate"
"""A placeholder for the package that is linked."""

_STANDARD = ("core", "alloc", "compiler_builtins")


@dataclass(frozen=True)
class ConfigExcerpt:
    """A part of a configuration file: the file, and its text."""

    file: str
    text: str


def config_excerpts(build: Build, profile: Profile, name: str = "tuned") -> tuple[ConfigExcerpt, ...]:
    """The settings to copy: wasmfit's profile, and the configuration of Cargo or a C compiler.

    Flags that the chip's target needs are omitted: a project has those already.

    Args:
        build, profile: The build, and its profile.
        name: The profile's name, for a file of the same name.
    """
    own = profile.model_dump(mode="json", exclude={"tuned"}, exclude_defaults=True) | {"name": name}
    excerpts = [
        ConfigExcerpt(
            f"profiles/{name}.toml of a catalogue for wasmfit --catalog", tomli_w.dumps(own).strip()
        )
    ]
    if build.runtime.language == "rust":
        excerpts.append(ConfigExcerpt("Cargo.toml", tomli_w.dumps(_manifest(build, profile.rust)).strip()))
        excerpts.append(ConfigExcerpt(".cargo/config.toml", tomli_w.dumps(_config(profile)).strip()))
        if profile.rust.target:
            excerpts.append(
                ConfigExcerpt(_SPECIFICATION, json.dumps(profile.rust.target, indent=2, sort_keys=True))
            )
        if flags := build.variant.host_arguments:
            excerpts.append(ConfigExcerpt("arguments of the host step", " ".join(flags)))
        if build.variant.cfg:
            excerpts.append(ConfigExcerpt("features of wasmfit's embedding", " ".join(build.variant.cfg)))
    elif build.runtime.language == "c":
        excerpts.append(ConfigExcerpt("the C compiler and linker", "\n".join(_c_flags(build, profile))))
    return tuple(excerpts)


def _manifest(build: Build, rust: RustProfile) -> dict[str, Any]:
    levels = {} if rust.std_opt_level is None else dict.fromkeys(_STANDARD, rust.std_opt_level)
    packages: dict[str, dict[str, object]] = {
        crate: {"opt-level": _level(level)} for crate, level in {**levels, **rust.packages}.items()
    }
    unstable = ["panic-immediate-abort"] if rust.panic == "immediate-abort" else []
    for crate, flags in build.variant.package_rustflags.items():
        packages.setdefault(crate, {})["rustflags"] = list(flags)
        unstable.append("profile-rustflags")
    if rust.linked_rustflags:
        packages.setdefault(_LINKED, {})["rustflags"] = list(rust.linked_rustflags)
        unstable.append("profile-rustflags")
    release: dict[str, object] = {
        "opt-level": _level(rust.opt_level),
        "lto": rust.lto,
        "codegen-units": rust.codegen_units,
        "panic": rust.panic,
    }
    if packages:
        release["package"] = packages
    dependencies = {
        name: {
            "version": dependency.version,
            "default-features": dependency.default_features,
            "features": list(dependency.features),
        }
        for name, dependency in build.dependencies.items()
    }
    head: dict[str, object] = {"cargo-features": list(dict.fromkeys(unstable))} if unstable else {}
    return {**head, "dependencies": dependencies, "profile": {"release": release}}


def _level(level: str) -> int | str:
    return int(level) if level.isdigit() else level


def _config(profile: Profile) -> dict[str, Any]:
    flags = [*profile.rust.rustflags, *(f"-Clink-arg={flag}" for flag in profile.linker)]
    unstable: dict[str, object] = {"build-std": ["core", "alloc"]}
    if profile.rust.std_features:
        unstable["build-std-features"] = list(profile.rust.std_features)
    if profile.rust.target:
        unstable["json-target-spec"] = True
    return {**({"build": {"rustflags": flags}} if flags else {}), "unstable": unstable}


def _c_flags(build: Build, profile: Profile) -> Iterator[str]:
    yield f"CFLAGS: {' '.join(_last_level(profile.c.flags))}"
    if profile.linker:
        yield f"LDFLAGS: {' '.join(f'-Wl,{flag}' for flag in profile.linker)} (LLD)"
    common: Mapping[str, str] = {} if build.runtime.c is None else build.runtime.c.defines
    defines = {**common, **build.version.defines, **build.variant.defines}
    if defines:
        yield f"DEFINES: {' '.join(f'-D{name}={value}' for name, value in sorted(defines.items()))}"


def _last_level(flags: tuple[str, ...]) -> list[str]:
    """The flags without optimisation levels that a later one overrides."""
    levels = [flag for flag in flags if flag.startswith("-O")]
    return [flag for flag in flags if flag not in levels[:-1]]
