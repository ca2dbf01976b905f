"""Why cargo failed: its own words, as it printed them, into one line."""

import pytest

from wasmfit.builder.cargo_reasons import clash, deepest_cause, is_of_git, reason

# As Debian's cargo 1.96 printed it, called by laze 0.1.39.
OF_GIT = """\
    Updating git repository `https://example.org/forks/embassy`
error: failed to get `embassy-nrf` as a dependency of package `ariel-os-nrf v0.5.0 (/app/ariel-os-nrf)`

Caused by:
  failed to load source for dependency `embassy-nrf`

Caused by:
  unable to update https://example.org/forks/embassy?rev=3940a79a29ae578a35625cae949bea473abf21d1

Caused by:
  failed to clone into: /root/.cargo/git/db/embassy-22b0b1a9ea8b0ba0

Caused by:
  invalid version 0 on git_proxy_options; class=Invalid (3)
FAILED: build/bin/nrf52840dk/cargo/thumbv7em-none-eabihf/release/wasmfit-app
ninja: build stopped: subcommand failed.
laze: error: ninja exited with code 1
"""

CLASHES = """\
error: failed to select a version for `libm`.
    ... required by package `wasm-interpreter v0.2.0 (/work/wasm-interpreter)`
    ... which satisfies path dependency `wasm-interpreter` of package `app v0.2.0 (/tmp/clash/app)`
versions that meet the requirements `=0.2.8` are: 0.2.8

all possible versions conflict with previously selected packages.

  previously selected package `libm v0.2.16`
    ... which satisfies dependency `libm = "^0.2.11"`{locked} of package `some-system v0.5.0{place}`
    ... which satisfies path dependency `some-system` of package `app v0.2.0 (/tmp/clash/app)`

failed to select a version for `libm` which could resolve this conflict
laze: error: ninja exited with code 1
"""


def test_the_reason_is_the_last_cause_with_the_address() -> None:
    assert is_of_git(OF_GIT)
    assert reason(OF_GIT) == (
        "cargo: invalid version 0 on git_proxy_options; class=Invalid (3) "
        "(https://example.org/forks/embassy?rev=3940a79a29ae578a35625cae949bea473abf21d1)"
    )


@pytest.mark.parametrize("locked", ["", " (locked to 0.2.16)"])
@pytest.mark.parametrize("place", ["", " (/tmp/clash/b)"])
def test_of_versions_that_clash_it_is_who_wants_which(locked: str, place: str) -> None:
    said = clash(CLASHES.format(locked=locked, place=place))
    assert said is not None
    assert said.startswith("wasm-interpreter 0.2.0 needs libm =0.2.8, and some-system 0.5.0 needs ^0.2.11")
    assert said.endswith("in its Cargo.toml, libm without `=`")
    assert reason(CLASHES.format(locked=locked, place=place)) == said


def test_an_ordinary_error_stays_what_it_was() -> None:
    text = (
        "error[E0432]: unresolved import `wasm::validate`\n --> src/lib.rs:12:5\nlaze: error: ninja exited\n"
    )
    assert (clash(text), deepest_cause(text), is_of_git(text)) == (None, None, False)
    assert reason(text) == "cargo: error[E0432]: unresolved import `wasm::validate`"


def test_of_a_failed_link_it_is_what_the_linker_says() -> None:
    text = (
        "error: linking with `/usr/bin/ld.lld-19` failed: exit status: 1\n"
        '  = note:  "/usr/bin/ld.lld-19" "--as-needed"\n'
        "  = note: ld.lld-19: error: undefined symbol: wasmfit_stack_start\n"
        "          >>> referenced by platform.c:63\n"
    )
    assert reason(text) == "link: undefined symbol: wasmfit_stack_start"
