"""The bytes of an update."""

import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wat import assembled
from wasmfit.errors import UsageError
from wasmfit.module import load_user_module
from wasmfit.module.delta import update, updated
from wasmfit.requests import ModuleRequest

PIECES = st.lists(st.sampled_from([b"a module of wasm, ", b"\0" * 40, bytes(range(200)), b"x"]), max_size=8)


@given(PIECES, PIECES)
def test_an_update_makes_the_new_of_the_old(old: list[bytes], new: list[bytes]) -> None:
    before, after = b"".join(old), b"".join(new)
    assert updated(before, update(before, after)) == after


def test_what_has_not_changed_is_not_sent() -> None:
    old = bytes(at * at % 251 for at in range(5_000))
    new = old[:2_000] + b"something else" + old[2_100:]
    assert len(update(old, new)) < 60 < len(zlib.compress(new))


def test_the_old_module_is_named_and_checked(tmp_path: Path) -> None:
    text = '(module (func (export "run") (result i32) (i32.const {})))'
    new, old = assembled(text.format(1), tmp_path, "new"), assembled(text.format(2), tmp_path, "old")
    module = load_user_module(ModuleRequest(path=new, calls=("run()",), update_from=old))
    assert module.update_bytes == len(update(old.read_bytes(), new.read_bytes()))
    (tmp_path / "new.toml").write_text('update_from = "old.wasm"\n')
    assert load_user_module(ModuleRequest(path=new, calls=("run()",))).update_bytes == module.update_bytes
    old.write_bytes(b"\0asm\1\0\0\0\1")
    with pytest.raises(UsageError, match="of --update-from is not a module"):
        load_user_module(ModuleRequest(path=new, calls=("run()",)))
