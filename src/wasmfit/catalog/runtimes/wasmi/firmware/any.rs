//! Wasmi, taking any module: signatures and imports are data.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;

use harness::Failure;
use harness::any::{self, Import, Job, Trap, Type};
use wasmi::{Caller, Config, Engine, Error, Extern, Func, FuncType, Linker, Memory, Module, Store, Val, ValType};

harness::firmware_for_any!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    // A module of the user's may have smaller pages than 64 KiB: nothing else has to be switched on.
    #[cfg_attr(feature = "unchecked", expect(unused_mut))]
    let mut config = Config::default();
    // Without validation nothing is refused, and so nothing can be switched on.
    #[cfg(not(feature = "unchecked"))]
    config.wasm_custom_page_sizes(true);
    let engine = Engine::new(&config);
    #[cfg(not(feature = "unchecked"))]
    let module = Module::new(&engine, job.module())?;
    // SAFETY: the mark of a module that the host has not validated is the user's to set.
    #[cfg(feature = "unchecked")]
    let module = unsafe { Module::new_unchecked(&engine, job.module()) }?;

    harness::phase::instantiate();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    for import in job.imports() {
        let signature = FuncType::new(types(import.params()), types(import.results()));
        linker.func_new(import.module(), import.name(), signature, |caller, arguments, results| {
            answer(job, import, caller, arguments, results)
        })?;
    }
    let instance = linker.instantiate_and_start(&mut store, &module)?;
    let mut exports = Vec::new();
    for function in job.functions() {
        let Some(func) = instance.get_func(&store, function.name()) else {
            harness::fail("the module has no such function")
        };
        exports.push(Export {
            func,
            params: function.params(),
            inputs: function.params().iter().map(|&kind| value(kind, 0)).collect(),
            values: function.results().iter().map(|&kind| value(kind, 0)).collect(),
        });
    }
    let memory = instance.get_memory(&store, job.memory());
    for _ in job.further_instances() {
        linker.instantiate_and_start(&mut store, &module)?;
    }

    job.perform(&mut Instance { store, exports, memory })
}

/// An exported function, with room for what goes in and comes out.
struct Export {
    func: Func,
    params: &'static [Type],
    inputs: Vec<Val>,
    values: Vec<Val>,
}

struct Instance {
    store: Store<()>,
    exports: Vec<Export>,
    memory: Option<Memory>,
}

impl any::Instance for Instance {
    type Error = Error;

    fn call(&mut self, function: usize, arguments: &[u64], results: &mut [u64]) -> Result<(), Error> {
        let export = &mut self.exports[function];
        for ((input, &kind), &word) in export.inputs.iter_mut().zip(export.params).zip(arguments) {
            *input = value(kind, word);
        }
        export.func.call(&mut self.store, &export.inputs, &mut export.values)?;
        for (result, value) in results.iter_mut().zip(&export.values) {
            *result = word(value);
        }
        Ok(())
    }

    fn memory(&mut self) -> impl any::Memory {
        self.memory.as_ref().map_or(&mut [][..], |memory| memory.data_mut(&mut self.store))
    }
}

/// What every import does.
fn answer(
    job: &Job,
    import: &Import,
    mut caller: Caller<'_, ()>,
    arguments: &[Val],
    results: &mut [Val],
) -> Result<(), Error> {
    let memory = if import.touches_memory() {
        caller.get_export(job.memory()).and_then(Extern::into_memory)
    } else {
        None
    };
    let bytes = memory.as_ref().map_or(&mut [][..], |memory| memory.data_mut(&mut caller));
    let answer =
        import.answer(|place| word(&arguments[place]), bytes).map_err(|_| Error::new(Trap::WORDS))?;
    for (result, &kind) in results.iter_mut().zip(import.results()) {
        *result = value(kind, import.result(kind, answer));
    }
    Ok(())
}

fn types(types: &'static [Type]) -> impl ExactSizeIterator<Item = ValType> {
    types.iter().map(|kind| match kind {
        Type::I32 => ValType::I32,
        Type::I64 => ValType::I64,
        Type::F32 => ValType::F32,
        Type::F64 => ValType::F64,
    })
}

fn value(kind: Type, word: u64) -> Val {
    match kind {
        Type::I32 => Val::I32(word as i32),
        Type::I64 => Val::I64(word as i64),
        Type::F32 => Val::F32(wasmi::F32::from_bits(word as u32)),
        Type::F64 => Val::F64(wasmi::F64::from_bits(word)),
    }
}

fn word(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(*value as u32),
        Val::I64(value) => *value as u64,
        Val::F32(value) => u64::from(value.to_bits()),
        Val::F64(value) => value.to_bits(),
        _ => 0,
    }
}
