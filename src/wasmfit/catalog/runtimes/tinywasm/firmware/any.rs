//! TinyWasm, taking any module: signatures and imports are data.
#![no_std]

extern crate alloc;

mod config;

use alloc::string::ToString;
use alloc::vec::Vec;

use config::config;
use harness::Failure;
use harness::any::{self, Import, Job, Memory, Trap, Type};
use tinywasm::engine::Engine;
use tinywasm::parser::{Parser, ParserOptions};
use tinywasm::types::{FuncType, WasmType, WasmValue};
use tinywasm::{Error, FuncContext, Function, HostFunction, Imports, ModuleInstance, Store};

harness::firmware_for_any!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    // Linear memory at instantiation, as everybody else's, not at the first write to it.
    let options = ParserOptions::default().with_local_memory_allocation_optimization(false);
    let module = Parser::with_options(options).parse_module_bytes(job.module())?;

    harness::phase::instantiate();
    let mut store = Store::new(Engine::new(config()));
    let mut imports = Imports::new();
    for import in job.imports() {
        let signature = FuncType::new(&types(import.params()), &types(import.results()));
        let function = HostFunction::from_untyped(&mut store, &signature, |context, arguments| {
            answer(job, import, context, arguments)
        });
        imports.define(import.module(), import.name(), function);
    }
    let instance = ModuleInstance::instantiate(&mut store, &module, Some(imports.clone()))?;
    for _ in job.further_instances() {
        ModuleInstance::instantiate(&mut store, &module, Some(imports.clone()))?;
    }
    let mut exports = Vec::new();
    for function in job.functions() {
        exports.push(Export {
            function: instance.func_untyped(&store, function.name())?,
            params: function.params(),
            inputs: function.params().iter().map(|&kind| value(kind, 0)).collect(),
        });
    }
    let memory = if job.memory().is_empty() { None } else { Some(instance.memory(job.memory())?) };

    job.perform(&mut Instance { store, exports, memory })
}

/// An exported function, with room for what goes in.
struct Export {
    function: Function,
    params: &'static [Type],
    inputs: Vec<WasmValue>,
}

struct Instance {
    store: Store,
    exports: Vec<Export>,
    memory: Option<tinywasm::Memory>,
}

impl any::Instance for Instance {
    type Error = Error;

    fn call(&mut self, function: usize, arguments: &[u64], results: &mut [u64]) -> Result<(), Error> {
        let export = &mut self.exports[function];
        for ((input, &kind), &word) in export.inputs.iter_mut().zip(export.params).zip(arguments) {
            *input = value(kind, word);
        }
        let values = export.function.call(&mut self.store, &export.inputs)?;
        for (result, value) in results.iter_mut().zip(&values) {
            *result = word(value);
        }
        Ok(())
    }

    fn memory(&mut self) -> impl Memory {
        Exported { memory: self.memory.as_ref(), store: &mut self.store }
    }
}

/// The memory that the module exports, if it does.
struct Exported<'a> {
    memory: Option<&'a tinywasm::Memory>,
    store: &'a mut Store,
}

impl Memory for Exported<'_> {
    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), Trap> {
        let memory = self.memory.ok_or(Trap)?;
        memory.read_exact(self.store, at as usize, bytes).map_err(|_| Trap)
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Trap> {
        let memory = self.memory.ok_or(Trap)?;
        memory.copy_from_slice(self.store, at as usize, bytes).map_err(|_| Trap)
    }
}

/// What every import does.
fn answer(
    job: &Job,
    import: &Import,
    mut context: FuncContext<'_>,
    arguments: &[WasmValue],
) -> Result<Vec<WasmValue>, Error> {
    let argument = |place: usize| word(&arguments[place]);
    let answered = if import.touches_memory() {
        let memory = context.memory(job.memory())?;
        import.answer(argument, &mut Linear { memory, store: context.store_mut() })
    } else {
        import.answer(argument, &mut [][..])
    };
    let answer = answered.map_err(|_| Error::Other(Trap::WORDS.to_string()))?;
    Ok(import.results().iter().map(|&kind| value(kind, import.result(kind, answer))).collect())
}

/// Linear memory, which TinyWasm gives out piece by piece.
struct Linear<'a> {
    memory: tinywasm::Memory,
    store: &'a mut Store,
}

impl Memory for Linear<'_> {
    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), Trap> {
        self.memory.read_exact(self.store, at as usize, bytes).map_err(|_| Trap)
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Trap> {
        self.memory.copy_from_slice(self.store, at as usize, bytes).map_err(|_| Trap)
    }
}

fn types(types: &[Type]) -> Vec<WasmType> {
    let one = |kind: &Type| match kind {
        Type::I32 => WasmType::I32,
        Type::I64 => WasmType::I64,
        Type::F32 => WasmType::F32,
        Type::F64 => WasmType::F64,
    };
    types.iter().map(one).collect()
}

fn value(kind: Type, word: u64) -> WasmValue {
    match kind {
        Type::I32 => WasmValue::I32(word as i32),
        Type::I64 => WasmValue::I64(word as i64),
        Type::F32 => WasmValue::F32(f32::from_bits(word as u32)),
        Type::F64 => WasmValue::F64(f64::from_bits(word)),
    }
}

fn word(value: &WasmValue) -> u64 {
    match value {
        WasmValue::I32(value) => u64::from(*value as u32),
        WasmValue::I64(value) => *value as u64,
        WasmValue::F32(value) => u64::from(value.to_bits()),
        WasmValue::F64(value) => value.to_bits(),
        _ => 0,
    }
}
