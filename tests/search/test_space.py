"""What may be set, and what settings stand for."""

import pytest

from wasmfit.builder import PackageSpec, firmware
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.search import applied

from .fake import build, space_of

REFERENCE = Catalog.load().profile("reference")


def test_what_gives_up_something_a_module_needs_takes_leave() -> None:
    assert space_of().values["validation"] == ("on",)
    assert list(space_of().withheld) == ["validation-off"]
    allowed = space_of(allow=("validation-off",))
    assert allowed.values["validation"] == ("on", "off")
    assert not allowed.withheld


def test_naming_a_value_is_leave() -> None:
    held = space_of(fixed=("validation=off",))
    assert held.values["validation"] == ("off",)
    assert not held.withheld


def test_switches_are_of_language_version_and_variant() -> None:
    assert "dispatch" in space_of("wasmi@2.0.0").values
    assert "dispatch" not in space_of("wasmi@1.1.0").values
    assert "dispatch" not in space_of("wasmi-portable@2.0.0").values
    assert "opt" not in space_of("wasm3").values
    assert "c-opt" not in space_of("wasmi").values


def test_starts_that_the_user_rules_out_are_left_out() -> None:
    held = space_of(fixed=("messages=on",))
    assert held.starts
    assert all("messages" not in start for start in held.starts)
    assert len(held.starts) < len(space_of().starts)
    assert not space_of(fixed=("messages=on", "opt=s")).starts


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"fixed": ("opt",)}, r"--set takes SWITCH=VALUE, and 'opt' is not that"),
        ({"fixed": ("opt=",)}, r"--set takes SWITCH=VALUE"),
        ({"fixed": ("opt=9",)}, r"There is no value of opt named '9'"),
        ({"fixed": ("opt=s,",)}, r"There is no value of opt named ''"),
        ({"fixed": ("optt=s",)}, r"There is no switch named 'optt'. Did you mean opt"),
        ({"fixed": ("opt=s", "opt=z")}, r"--set names opt twice. Write --set opt=A,B"),
        ({"allow": ("no-validation",)}, r"There is no value that needs leave named"),
    ],
)
def test_wrong_words_are_refused_with_a_remedy(given: dict[str, tuple[str, ...]], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        space_of(fixed=given.get("fixed", ()), allow=given.get("allow", ()))


def test_leave_where_nothing_needs_it() -> None:
    with pytest.raises(UsageError, match=r"Nothing of tinywasm needs leave"):
        space_of("tinywasm", allow=("validation-off",))


def test_settings_that_change_nothing_are_the_profile_itself() -> None:
    space = space_of()
    made = applied(space, build(), REFERENCE, space.whole({}))
    assert made.profile is REFERENCE
    assert made.build == build()


def test_settings_change_profile_and_build() -> None:
    settings = {"opt": "z", "messages": "off", "std": "size", "icf": "all", "dispatch": "portable"}
    settings |= {"parser-opt": "z", "interpreter-opt": "2", "inline": "25"}
    made = applied(space_of(), build(), REFERENCE, settings)
    rust = made.profile.rust
    assert (rust.opt_level, rust.messages, rust.std_features) == ("z", False, ("optimize_for_size",))
    assert rust.packages == {"wasmparser": "z", "wasmi": "2"}
    # At link time alone: the crates that come before are compiled as they were.
    assert rust.linked_rustflags == ("-Cllvm-args=--inline-threshold=25",)
    assert not any("inline-threshold" in flag for flag in rust.rustflags)
    manifest = firmware.package(Catalog.load(), PackageSpec(made.build, made.profile)).manifest
    release = manifest["profile"]["release"]  # type: ignore[index]
    assert release["package"]["firmware"] == {"rustflags": ["-Cllvm-args=--inline-threshold=25"]}
    assert made.profile.linker == ("--icf=all",)
    assert made.profile.tuned == settings
    features = made.build.dependencies["wasmi"].features
    assert "portable-dispatch" in features
    assert "auto-dispatch" not in features
    # The lockfile stays the version's own.
    assert not made.build.variant.dependencies


def test_a_target_is_told_what_no_flag_can_say() -> None:
    made = applied(space_of(), build(), REFERENCE, {"frame-pointers": "omitted"})
    assert made.profile.rust.target == {"frame-pointer": "may-omit"}
    assert firmware.options(Catalog.load().targets["thumbv7em-none-eabihf"], made.profile).specification
    assert not firmware.options(Catalog.load().targets["thumbv7em-none-eabihf"], REFERENCE).specification


def test_validation_off_is_the_variant_without_it() -> None:
    made = applied(space_of(allow=("validation-off",)), build(), REFERENCE, {"validation": "off"})
    unchecked = build("wasmi-unchecked@2.0.0")
    assert made.build.dependencies == unchecked.dependencies
    assert made.build.variant.cfg == unchecked.variant.cfg
    assert made.build.facts == unchecked.facts


def test_names_are_of_the_settings_and_of_nothing_else() -> None:
    space = space_of()
    first = applied(space, build(), REFERENCE, {"opt": "z", "icf": "all"})
    again = applied(space, build(), REFERENCE, {"icf": "all", "opt": "z", "std": "speed"})
    other = applied(space, build(), REFERENCE, {"opt": "z"})
    assert first.profile.name == again.profile.name != other.profile.name
    assert first.profile.name.startswith("tune-")
