"""What is done with a module: calls that prepare, buffers, streams, limits, presets."""

from pathlib import Path
from typing import Any

import pytest

from tests.wat import GUESTS, assembled, guest
from wasmfit.errors import UsageError
from wasmfit.model import Kept, Rule, StepKind, UserModule
from wasmfit.module import load_user_module
from wasmfit.requests import ModuleRequest

SAMPLE = {"env.sample": "1"}


def loaded(path: Path, *calls: str, **request: Any) -> UserModule:
    return load_user_module(ModuleRequest(path=path, calls=calls, **request))


def steps(module: UserModule) -> list[tuple[StepKind, str, int]]:
    return [(step.kind, step.text, step.times) for step in module.steps]


def test_a_reactor_is_initialised_first(tmp_path: Path) -> None:
    path = guest("reactor", tmp_path)
    module = loaded(path, "get(2)", before=["init(3)"], times=7)
    assert steps(module) == [
        (StepKind.BEFORE, "_initialize()", 1),
        (StepKind.BEFORE, "init(3)", 1),
        (StepKind.CALL, "get(2)", 7),
    ]
    assert [function.name for function in module.functions] == ["get", "_initialize", "init"]
    # Unless it is what is looked at.
    assert steps(loaded(path, "_initialize()")) == [(StepKind.CALL, "_initialize()", 3)]


def test_an_argument_is_another_exports_result(tmp_path: Path) -> None:
    module = loaded(guest("reactor", tmp_path), "get(two())", times=2)
    assert [step.text for step in module.steps] == ["_initialize()", *["two()", "get(two())"] * 2]
    (argument,) = module.calls[0].arguments
    assert argument == Kept(slot=0, text="two()")
    assert [step.slot for step in module.steps] == [None, 0, None, 0, None]


def test_a_command_is_called_once(tmp_path: Path) -> None:
    stdin = tmp_path / "in"
    stdin.write_text("hello")
    module = loaded(guest("command", tmp_path), args=["-v"], stdin=stdin, expect_stdout="x")
    assert steps(module) == [(StepKind.CALL, "_start()", 1)]
    assert module.calls[0].log == "x"
    data = {stub.name: (stub.rule, stub.data) for stub in module.stubs}
    assert data["args_get"] == (Rule.WASI_TEXTS, b"command.wasm\0-v\0")
    assert data["args_sizes_get"] == (Rule.WASI_SIZES, b"command.wasm\0-v\0")
    assert data["fd_read"] == (Rule.WASI_READ, b"hello")
    assert {"--arg", "-v", "--stdin"} <= set(module.options)


def test_buffers_are_filled_before_and_read_after_each_call(tmp_path: Path) -> None:
    (tmp_path / "frame.bin").write_bytes(b"abc")
    call = f"process(in:@{tmp_path / 'frame.bin'}, out:3) -> 'bcd'"
    module = loaded(guest("filter", tmp_path), call, imports=SAMPLE, times=2)
    kinds = [step.kind for step in module.steps]
    each = [StepKind.WRITE, StepKind.WRITE, StepKind.CALL, StepKind.READ]
    assert kinds == [StepKind.BEFORE, StepKind.BEFORE, *each * 2]
    assert [step.text for step in module.steps[:2]] == ["malloc(3)", "malloc(3)"]
    assert module.steps[2].data == b"abc"
    # The signature has room for the input's length.
    assert [one if isinstance(one, int) else one.text for one in module.calls[0].arguments] == [
        "malloc(3)",
        3,
        "malloc(3)",
    ]
    assert module.calls[0].outs[0].expected == b"bcd"


@pytest.mark.parametrize(
    ("call", "more", "said"),
    [
        ("process(in:@none.bin, out:3)", {}, "cannot be read: No such file"),
        ("process(in:abc, out:3)", {}, "neither a file, nor hexadecimal, nor quoted text"),
        ("process(in:'abc', out:x)", {}, "does not say how many bytes"),
        ("process(in:'abc', out:0)", {}, "has to have 1 to 1,048,576 bytes"),
        ("process(in:'abc', out:99999999)", {}, "has to have 1 to 1,048,576 bytes"),
        ("process(in:'abc', out:999999999999999999)", {}, "has to have 1 to 1,048,576 bytes"),
        ("process(in:'abc', out:3) -> 'ab'", {}, "Both must have the same size"),
        ("process(in:'abc', out:3) -> 'abc', 'abc'", {}, "has 1 output, and 2 are expected"),
        ("process(in:'abc')", {}, "and not 1, 1 of them buffers"),
        ("adc() -> 'a'", {}, "expects a buffer and has none"),
        ("process(in:'abc', out:3)", {"allocator": "none"}, "has no export 'none'"),
        ("process(in:'abc', out:3)", {"allocator": "adc"}, "as an allocator it would take 1"),
        ("process(process(1, 2), 2, 3)", {}, "process takes 3 arguments"),
        ("adc()", {"before": ["process(in:'a', 1, 2)"]}, "buffers are arguments of the measured call"),
        ("adc()", {"before": ["none()"]}, "has no export 'none'"),
        ("adc()", {"times": 0}, "a call is made 1 to 1,000 times"),
        ("adc()", {"limit": "many"}, "not a number of instructions"),
        ("adc()", {"limit": "0"}, "not a number of instructions"),
        ("adc()", {"timeout": -1}, "a number of seconds above 0"),
        ("adc()", {"stdin": Path("none.txt")}, "of --stdin cannot be read"),
        ("adc()", {"preset": "dhrystone"}, "Presets: coremark, embench"),
        ("adc()", {"expect_stdout": "@none"}, "of --expect-stdout cannot be read"),
        ("adc()", {"expect_stdout": "a", "expect_log": ["a"]}, "give one of them"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, call: str, more: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        loaded(guest("filter", tmp_path), call, imports=SAMPLE, **more)
    assert said in str(caught.value)


def test_several_calls_have_no_number(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="how often a single call is made"):
        loaded(guest("filter", tmp_path), "adc()", "adc()", imports=SAMPLE, times=4)
    with pytest.raises(UsageError, match="_start is called once"):
        loaded(guest("command", tmp_path), "_start()", times=2)


def test_a_module_without_an_allocator_says_what_to_do(tmp_path: Path) -> None:
    text = '(module (memory (export "memory") 1) (func (export "f") (param i32 i32)))'
    path = assembled(text, tmp_path)
    with pytest.raises(UsageError, match=r"exports no allocator .* malloc, alloc"):
        loaded(path, "f(in:'abc')")
    assert loaded(path, "f(in@1024:'abc')").calls[0].arguments == (1024, 3)
    with pytest.raises(UsageError, match="exports no memory"):
        loaded(assembled('(module (func (export "f") (param i32)))', tmp_path), "f(in@4:'a')")


@pytest.mark.parametrize(
    ("text", "number"), [("20G", 20 * 10**9), ("1.5M", 1_500_000), ("500", 500), (7, 7), ("2_000", 2000)]
)
def test_limits(tmp_path: Path, text: str | int, number: int) -> None:
    module = loaded(guest("reactor", tmp_path), "two()", limit=text, timeout=5)
    assert (module.limit, module.timeout) == (number, 5)
    assert module.options == ("--limit", str(text), "--timeout", "5.0")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("clock_ms:0", "whose step is not a number"),
        ("clock_ms:x", "whose step is not a number"),
        ("@none.txt", "cannot be read"),
        ("exit", "the first parameter is the exit code"),
        ("begin", "no import ends it"),
        ("end", "no import begins it"),
    ],
)
def test_rules_that_do_not_fit(tmp_path: Path, rule: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        loaded(guest("filter", tmp_path), "adc()", imports={"env.sample": rule})


def test_samples_are_values_of_the_imports_type(tmp_path: Path) -> None:
    samples = tmp_path / "adc.txt"
    samples.write_text("1, -1\n0x10")
    (stub,) = loaded(guest("filter", tmp_path), "adc()", imports={"env.sample": f"@{samples}"}).stubs
    assert stub.data == b"".join(word.to_bytes(8, "little") for word in (1, 0xFFFF_FFFF, 16))
    samples.write_text("1 x")
    with pytest.raises(UsageError, match="Number 2 of"):
        loaded(guest("filter", tmp_path), "adc()", imports={"env.sample": f"@{samples}"})


def test_presets_are_imports_calls_and_results(tmp_path: Path) -> None:
    marked = loaded(guest("marked", tmp_path), preset="embench")
    assert {stub.label: stub.rule for stub in marked.stubs} == {
        "env.initialise_board": Rule.CONSTANT,
        "env.start_trigger": Rule.REGION_BEGIN,
        "env.stop_trigger": Rule.REGION_END,
    }
    assert marked.export == "main"
    assert marked.calls[0].expected is not None
    (clock,) = loaded(guest("coremark", tmp_path), preset="coremark").stubs
    assert (clock.rule, clock.value) == (Rule.TIMES, 1000)
    assert clock.data[16:24] == (11_000_000).to_bytes(8, "little")
    with pytest.raises(UsageError, match=r"They are Embench IoT's: --preset embench"):
        loaded(guest("marked", tmp_path), "main()")
    with pytest.raises(UsageError, match="exports none of the calls of CoreMark"):
        loaded(guest("filter", tmp_path), preset="coremark", stub_all=True)


def test_what_compilers_import_has_rules_by_default(tmp_path: Path) -> None:
    text = """(module
      (import "env" "abort" (func (param i32 i32 i32 i32)))
      (import "env" "seed" (func (result f64)))
      (import "gojs" "runtime.ticks" (func (result f64)))
      (import "env" "emscripten_notify_memory_growth" (func (param i32)))
      (func (export "run")))"""
    stubs = loaded(assembled(text, tmp_path), "run()").stubs
    assert {stub.label: stub.text for stub in stubs} == {
        "env.abort": "AssemblyScript: trap",
        "env.emscripten_notify_memory_growth": "emscripten: noop",
        "env.seed": "AssemblyScript: 1",
        "gojs.runtime.ticks": "TinyGo: clock_ms",
    }
    named = loaded(assembled(text, tmp_path), "run()", imports={"env.abort": "noop"}).stubs
    assert next(stub for stub in named if stub.name == "abort").text == "noop"


def test_text_is_assembled(tmp_path: Path) -> None:
    path = tmp_path / "add.wat"
    path.write_text(';; a comment\n(module (func (export "f") (result i32) (i32.const 7)))')
    module = loaded(path, "f()")
    assert module.wasm is not None
    assert module.wasm[:4] == b"\0asm"
    path.write_text("(module\n  (func (export 5)))")
    with pytest.raises(UsageError, match=r"add\.wat:2:\d+ cannot be assembled"):
        loaded(path, "f()")
    path.write_text("")
    with pytest.raises(UsageError, match=r"add\.wat is empty"):
        loaded(path, "f()")
    path.write_text("hello")
    with pytest.raises(UsageError, match=r"WebAssembly text, which begins with \(module"):
        loaded(path, "f()")


def test_what_is_imported_besides_functions_becomes_the_modules_own(tmp_path: Path) -> None:
    path = tmp_path / "own.wat"
    path.write_text((GUESTS / "imports-everything.wat").read_text("utf-8"))
    module = loaded(path, "run(1)", imports={"env.base": "2000", "env.scale": "3", "env.memory": "2"})
    assert module.obstacle is None
    assert module.supplied == {"env.base": "2000", "env.memory": "2", "env.scale": "3", "env.table": "table"}
    assert (module.memory, module.memory_pages) == ("memory", 2)
    for imports, said in (
        ({}, "env.base, a global of type i32: say what it holds"),
        ({"env.base": "x", "env.scale": "1"}, "not an integer"),
        ({"env.base": "1", "env.scale": "1", "env.memory": "9"}, "a memory of 1 to 2 pages"),
        ({"env.base": "1", "env.scale": "1", "env.memory": "noop"}, "is not that many"),
    ):
        with pytest.raises(UsageError) as caught:
            loaded(path, "run(1)", imports=imports)
        assert said in str(caught.value)
