//! Wasmi, taking any module: signatures and imports are data.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;

use harness::Failure;
use harness::any::{Import, Job, Trap, Type};
use wasmi::{Caller, Engine, Error, Extern, FuncType, Linker, Module, Store, Val, ValType};

harness::firmware_for_any!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let engine = Engine::default();
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
    let Some(export) = instance.get_func(&store, job.export()) else {
        harness::fail("the module has no such function")
    };
    let mut inputs: Vec<Val> = job.params().iter().map(|&kind| value(kind, 0)).collect();
    let mut values: Vec<Val> = job.results().iter().map(|&kind| value(kind, 0)).collect();

    job.run(|arguments, results| {
        for ((input, &kind), &word) in inputs.iter_mut().zip(job.params()).zip(arguments) {
            *input = value(kind, word);
        }
        export.call(&mut store, &inputs, &mut values)?;
        for (result, value) in results.iter_mut().zip(&values) {
            *result = word(value);
        }
        Ok::<(), Error>(())
    })
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
