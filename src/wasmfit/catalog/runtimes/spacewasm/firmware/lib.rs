//! SpaceWasm, reading the module from flash as one chunk of a stream.
#![no_std]

extern crate alloc;

mod parts;

use core::ops::ControlFlow;

use harness::{Failure, Job, extra};
use parts::{
    CODE_PAGES, CONTROL_FRAMES, Heap, Name, STACK_DEPTH, STACK_WORDS, Whole, export,
};
use spacewasm::{
    CodeBuilder, CompilerOptions, Engine, HostFunction, HostModule, Interpreter, InterpreterResult,
    InterpreterRunner, Module, Rc, Value, Vec, WasmRef,
};

harness::firmware!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let host = Vec::from_array([host()?]).map_err(Name)?;
    let mut engine = Engine::new(STACK_WORDS, 1, host).map_err(Name)?;
    let mut code = CodeBuilder::new(CompilerOptions {
        allow_memory_grow: true,
        max_backpatch_iterations: None,
        max_code_pages: CODE_PAGES,
    })
    .map_err(Name)?;
    let memory = Rc::new(Heap).map_err(Name)?.into_wasm_memory_allocator();
    let module = Module::new::<CONTROL_FRAMES, STACK_DEPTH>(
        "",
        &mut Whole(Some(job.module())),
        &mut engine.store,
        &mut code,
        memory,
    )
    .map_err(Name)?;

    harness::phase::instantiate();
    let instance = engine.push_module(module).map_err(Name)?;
    if let Some(start) = engine.module_start(instance) {
        call(&mut engine, &code, start, &[])?;
    }
    let Some(export) = export(&engine, instance, job.export()) else {
        harness::fail("the module has no such export")
    };

    job.run(|arguments| {
        let arguments = [Value::I32(arguments[0] as i32), Value::I32(arguments[1] as i32)];
        call(&mut engine, &code, export, &arguments)
    })
}

/// The module `host` with its one function.
fn host() -> Result<HostModule, Failure> {
    let extra = HostFunction::try_new("extra".into(), "".into(), "i".into(), |_, _| {
        ControlFlow::Continue(Some(Value::I32(extra() as i32)))
    })
    .map_err(Name)?;
    Ok(HostModule {
        name: "host".into(),
        globals: Vec::zero(),
        functions: Vec::from_array([extra]).map_err(Name)?,
        memory: Vec::zero(),
        table: Vec::zero(),
    })
}

/// Runs a function to its end; 0 stands for no result.
fn call(
    engine: &mut Engine,
    code: &CodeBuilder,
    function: WasmRef,
    arguments: &[Value],
) -> Result<u32, Failure> {
    engine.invoke(function, arguments).map_err(Name)?;
    match Interpreter.run(code.pages(), engine, usize::MAX) {
        InterpreterResult::Finished => Ok(engine.result.map_or(0, |value| value.read_32())),
        stopped => Err(Name(stopped).into()),
    }
}
