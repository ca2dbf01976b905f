"""From a file to the module that is measured: stubs, the TOML next to it, its name."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wat import guest
from wasmfit.errors import UsageError
from wasmfit.model import Rule, UserModule
from wasmfit.module import load_user_module
from wasmfit.module.user_module import _name
from wasmfit.requests import ModuleRequest

STUBS = {"env.clock_ms": "clock_ms", "env.log": "log", "env.five": "5.5", "other.noise": "random"}
CALL = ["run(1, 2.5, 3.25, -4)"]


def loaded(path: Path, **request: Any) -> UserModule:
    return load_user_module(ModuleRequest(path=path, **request))


def mixed(tmp_path: Path, **changes: str) -> UserModule:
    return loaded(guest("mixed", tmp_path), calls=CALL, imports=STUBS | changes)


def test_every_import_has_a_stub_in_the_order_that_runtimes_want(tmp_path: Path) -> None:
    module = mixed(tmp_path)
    assert [stub.label for stub in module.stubs] == ["env.clock_ms", "env.five", "env.log", "other.noise"]
    clock, five, log, noise = module.stubs
    assert (clock.rule, clock.value) == (Rule.CLOCK, 1000)
    assert (five.rule, five.value) == (Rule.CONSTANT, 0x4016000000000000)
    assert (log.rule, noise.rule) == (Rule.LOG, Rule.RANDOM)
    assert module.memory == "memory"
    assert (module.memory_pages, module.memory_bytes) == (1, 65_536)
    assert module.repeated
    assert module.sha256 == hashlib.sha256(module.path.read_bytes()).hexdigest()


def test_what_is_missing_is_listed_with_a_command_that_is_whole(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        loaded(guest("mixed", tmp_path), calls=CALL, imports={"env.log": "log"})
    said = str(caught.value)
    assert "env.clock_ms () -> (i64), env.five (f32) -> (f64), other.noise () -> (i32)" in said
    assert "--call 'run(1, 2.5, 3.25, -4)' --import 'env.clock_ms=noop'" in said
    assert "--stub-all" in said


def test_stub_all_stubs_the_rest(tmp_path: Path) -> None:
    module = loaded(guest("mixed", tmp_path), calls=CALL, imports={"env.clock_ms": "clock_us"}, stub_all=True)
    assert [stub.text for stub in module.stubs] == ["clock_us", "noop", "noop", "noop"]


@pytest.mark.parametrize(
    ("name", "rule", "said"),
    [
        ("env.clock", "clock_ms", "Did you mean 'env.clock_ms'?"),
        ("env.clock_ms", "clock", "Did you mean 'clock_us'?"),
        ("env.clock_ms", "1.5", "not an integer"),
        ("env.log", "5", "it has no one result"),
        ("env.log", "clock_ms", "returns nothing"),
        ("env.log", "random", "it gives integers"),
        ("env.five", "random", "it gives integers"),
        ("env.five", "log", "both i32"),
        ("other.noise", "0x1ffffffff", "does not fit in i32"),
    ],
)
def test_rules_that_do_not_fit(tmp_path: Path, name: str, rule: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        mixed(tmp_path, **{name: rule})
    assert said in str(caught.value)


def test_a_stub_that_reads_memory_needs_some(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the module exports none"):
        loaded(guest("no-memory", tmp_path), calls=["run()"], imports={"env.log": "log"})


def test_wasi_has_rules_of_its_own(tmp_path: Path) -> None:
    module = loaded(guest("wasi", tmp_path), calls=["run()"])
    rules = {stub.name: (stub.rule, stub.value) for stub in module.stubs}
    assert rules == {
        "args_sizes_get": (Rule.WASI_SIZES, 0),
        "clock_time_get": (Rule.WASI_CLOCK, 0),
        "fd_write": (Rule.WASI_WRITE, 0),
        "path_open": (Rule.CONSTANT, 52),
        "proc_exit": (Rule.WASI_EXIT, 0),
        "random_get": (Rule.WASI_RANDOM, 0),
    }
    assert all(stub.text.startswith("WASI: ") for stub in module.stubs)


def test_a_rule_of_the_users_goes_before_wasis(tmp_path: Path) -> None:
    module = loaded(
        guest("wasi", tmp_path), calls=["run()"], imports={"wasi_snapshot_preview1.proc_exit": "noop"}
    )
    (stub,) = (stub for stub in module.stubs if stub.name == "proc_exit")
    assert (stub.rule, stub.text) == (Rule.CONSTANT, "noop")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('(import "a" "t" (tag))', "imports tag a.t; functions can be stubbed"),
        ('(import "a" "f" (func (param externref)))', "imports a.f (externref) -> ()"),
        ('(import "a" "f" (func)) (import "a" "f" (func (param i32)))', "imports a.f with two types"),
    ],
)
def test_what_cannot_be_stubbed_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "test.wat"
    path.write_text(f'(module {text} (func (export "run")))')
    module = loaded(path, calls=["run()"])
    assert module.obstacle is not None
    assert said in module.obstacle


def test_what_must_be_logged(tmp_path: Path) -> None:
    path = guest("mixed", tmp_path)
    module = loaded(path, calls=CALL, imports=STUBS, expect_log=["hello"])
    # The first of the repeated calls alone: a module may keep state.
    assert [call.log for call in module.calls] == ["hello", None, None]
    path.with_suffix(".toml").write_text(f"[[calls]]\ncall = {CALL[0]!r}\nlog = 'bye'\n")
    assert loaded(path, imports=STUBS).calls[0].log == "bye"
    assert loaded(path, imports=STUBS, expect_log=["hello"]).calls[0].log == "hello"
    assert loaded(path, calls=CALL, imports=STUBS).calls[0].log is None


def test_a_text_can_be_expected_where_something_logs(tmp_path: Path) -> None:
    path = guest("mixed", tmp_path)
    with pytest.raises(UsageError, match=r"nothing that mixed\.wasm imports is answered by log"):
        loaded(path, calls=CALL, imports=STUBS | {"env.log": "noop"}, expect_log=["hello"])
    # That nothing is logged is true then.
    loaded(path, calls=CALL, imports=STUBS | {"env.log": "noop"}, expect_log=[""])
    with pytest.raises(UsageError, match="Give --expect-log once for each --call"):
        loaded(path, calls=CALL, imports=STUBS, expect_log=["hello", "hello"])


def test_the_file_next_to_it_says_the_same(tmp_path: Path) -> None:
    path = guest("mixed", tmp_path)
    path.with_suffix(".toml").write_text(
        """
        [[calls]]
        call = "run(1, 2.5, 3.25, -4)"
        expect = 17.375

        [[calls]]
        call = "run(0, 0, 0, 0)"

        [imports]
        "env.clock_ms" = "clock_ms"
        "env.log" = "noop"
        "env.five" = 5.5
        "other.noise" = 7
        """
    )
    module = loaded(path)
    first, second = module.calls
    assert first.expected is not None
    assert first.expected[0].word == 0x4031600000000000
    assert second.expected is None
    assert not module.repeated
    assert [stub.text for stub in module.stubs] == ["clock_ms", "5.5", "noop", "7"]
    # The command line goes before it.
    other = loaded(path, calls=["run(1, 1, 1, 1)"], imports={"env.log": "log"})
    assert [call.text for call in other.calls] == ["run(1, 1, 1, 1)"] * 3
    assert other.calls[0].expected is None
    assert other.stubs[2].text == "log"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cals = []", "cals"),
        ("[[calls]]\nexpect = 1", "calls.0.call"),
        ("[imports]\n'env.log' = true", "imports.env.log"),
        ("= 1", "not valid TOML"),
    ],
)
def test_a_broken_file_next_to_it_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = guest("mixed", tmp_path)
    path.with_suffix(".toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        loaded(path)
    assert said in str(caught.value)
    assert str(path.with_suffix(".toml")) in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        loaded(tmp_path / "none.wasm")
    with pytest.raises(UsageError, match="cannot be read"):
        loaded(tmp_path)


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_a_name_in_an_id_is_harmless(stem: str) -> None:
    name = _name(Path(f"{stem}.wasm"))
    assert 0 < len(name) <= 60
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~+%")


def test_a_command_to_paste_keeps_the_options_that_were_given(tmp_path: Path) -> None:
    request = ModuleRequest(path=guest("mixed", tmp_path), calls=tuple(CALL))
    typed = "wasmfit compare mixed.wasm --call 'run(1, 2.5, 3.25, -4)' -r wasm3 -b pico2"
    with pytest.raises(UsageError) as error:
        load_user_module(request, typed)
    assert f"{typed} --import 'env.clock_ms=noop'" in error.value.remedy
    with pytest.raises(UsageError) as error:
        load_user_module(request)
    assert "wasmfit compare " in error.value.remedy
