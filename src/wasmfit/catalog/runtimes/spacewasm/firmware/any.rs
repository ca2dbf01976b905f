//! SpaceWasm, taking any module: signatures and imports are data.
#![no_std]

extern crate alloc;

mod parts;

use core::ops::ControlFlow;

use harness::Failure;
use harness::any::{self, Import, Job, MOST_VALUES, Memory, Trap, Type};
use parts::{CODE_PAGES, CONTROL_FRAMES, Heap, Name, STACK_DEPTH, STACK_WORDS, Whole, export};
use spacewasm::{
    CodeBuilder, CompilerOptions, Engine, HostFunction, HostFunctionBreak, HostFunctionResult, HostModule,
    HostName, HostValList, Interpreter, InterpreterResult, InterpreterRunner, Module, ModuleRef, Rc,
    Value, Vec, WasmRef,
};

harness::firmware_for_any!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let mut engine = Engine::new(STACK_WORDS, 1, hosts(job)?).map_err(Name)?;
    let mut code = CodeBuilder::new(CompilerOptions {
        allow_memory_grow: true,
        max_backpatch_iterations: None,
        // A large module ends where RAM does, not at a limit of ours: four times its size is plenty.
        max_code_pages: CODE_PAGES.max(job.module().len() / 128),
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
    let mut exports = Vec::new(job.functions().len()).map_err(Name)?;
    for function in job.functions() {
        let Some(export) = export(&engine, instance, function.name()) else {
            harness::fail("the module has no such export")
        };
        exports.try_push(Export { function: export, params: function.params() }).map_err(Name)?;
    }

    job.perform(&mut Instance { engine, code, module: instance, exports })
}

/// An exported function.
struct Export {
    function: WasmRef,
    params: &'static [Type],
}

struct Instance {
    engine: Engine,
    code: CodeBuilder,
    module: ModuleRef,
    exports: Vec<Export>,
}

impl any::Instance for Instance {
    type Error = Failure;

    fn call(&mut self, function: usize, arguments: &[u64], results: &mut [u64]) -> Result<(), Failure> {
        let export = &self.exports[function];
        let mut values = [Value::I32(0); MOST_VALUES];
        for ((slot, &kind), &word) in values.iter_mut().zip(export.params).zip(arguments) {
            *slot = value(kind, word);
        }
        let inputs = &values[..export.params.len()];
        let result = call(&mut self.engine, &self.code, export.function, inputs)?;
        // WebAssembly 1.0 has one result at the most; a module with more was refused.
        if let Some(slot) = results.first_mut() {
            *slot = result;
        }
        Ok(())
    }

    fn memory(&mut self) -> impl Memory {
        // The engine's own is that of the module which was called last, and none before the first call.
        Linear(self.engine.store.get_memory(self.module))
    }
}

/// The modules that the job imports from, with their functions; the job's table is in order.
fn hosts(job: &'static Job) -> Result<Vec<HostModule>, Failure> {
    let groups = || job.imports().chunk_by(|one, next| one.module() == next.module());
    let mut hosts = Vec::new(groups().count()).map_err(Name)?;
    for imports in groups() {
        let mut functions = Vec::new(imports.len()).map_err(Name)?;
        for import in imports {
            functions.try_push(host(import)?).map_err(Name)?;
        }
        let name = HostName::try_from_str(imports[0].module()).map_err(Name)?;
        let host =
            HostModule { name, globals: Vec::zero(), functions, memory: Vec::zero(), table: Vec::zero() };
        hosts.try_push(host).map_err(Name)?;
    }
    Ok(hosts)
}

fn host(import: &'static Import) -> Result<HostFunction, Failure> {
    let name = HostName::try_from_str(import.name()).map_err(Name)?;
    Ok(HostFunction::try_new(name, types(import.params())?, types(import.results())?, |engine, arguments| {
        answer(import, engine, arguments)
    })
    .map_err(Name)?)
}

/// What every import does.
fn answer(import: &Import, engine: &mut Engine, arguments: &[Value]) -> HostFunctionResult {
    match import.answer(|place| word(arguments[place]), &mut Linear(&engine.memory)) {
        Ok(answer) => ControlFlow::Continue(
            import.results().first().map(|&kind| value(kind, import.result(kind, answer))),
        ),
        Err(_) => ControlFlow::Break(HostFunctionBreak::Trap),
    }
}

/// Linear memory, which SpaceWasm gives out piece by piece.
struct Linear<'a>(&'a spacewasm::Memory);

impl Memory for Linear<'_> {
    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), Trap> {
        bytes.copy_from_slice(self.0.load(at as usize, bytes.len()).map_err(|_| Trap)?);
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Trap> {
        self.0.store(at as usize, bytes).map_err(|_| Trap)
    }
}

/// Runs a function to its end; 0 stands for no result.
fn call(
    engine: &mut Engine,
    code: &CodeBuilder,
    function: WasmRef,
    arguments: &[Value],
) -> Result<u64, Failure> {
    engine.invoke(function, arguments).map_err(Name)?;
    match Interpreter.run(code.pages(), engine, usize::MAX) {
        InterpreterResult::Finished => Ok(engine.result.map_or(0, |value| value.read_64())),
        stopped => Err(Name(stopped).into()),
    }
}

/// A signature's half as SpaceWasm writes it.
fn types(types: &[Type]) -> Result<HostValList, Failure> {
    let mut letters = [0; MOST_VALUES];
    for (slot, kind) in letters.iter_mut().zip(types) {
        *slot = match kind {
            Type::I32 => b'i',
            Type::I64 => b'I',
            Type::F32 => b'f',
            Type::F64 => b'd',
        };
    }
    let text = str::from_utf8(&letters[..types.len()]).unwrap_or_default();
    Ok(HostValList::try_new(text).map_err(Name)?)
}

fn value(kind: Type, word: u64) -> Value {
    match kind {
        Type::I32 => Value::I32(word as i32),
        Type::I64 => Value::I64(word as i64),
        Type::F32 => Value::F32(f32::from_bits(word as u32)),
        Type::F64 => Value::F64(f64::from_bits(word)),
    }
}

fn word(value: Value) -> u64 {
    match value {
        Value::I32(value) => u64::from(value as u32),
        Value::I64(value) => value as u64,
        Value::F32(value) => u64::from(value.to_bits()),
        Value::F64(value) => value.to_bits(),
    }
}
