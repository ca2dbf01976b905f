//! Wasmtime's interpreter Pulley, over code that the host compiled ahead.
#![no_std]

mod config;
mod platform;

use core::ptr::NonNull;

use config::config;
use harness::{Failure, Job, extra};
use wasmtime::{Engine, Linker, Module, Store};

harness::firmware!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let engine = Engine::new(&config())?;
    // SAFETY: the bytes come from the same version's compiler, lie in flash and never change.
    let module = unsafe { Module::deserialize_raw(&engine, NonNull::from(job.module())) }?;

    harness::phase::instantiate();
    let mut store = Store::new(&engine, ());
    #[cfg(feature = "fuel")]
    store.set_fuel(u64::MAX)?;
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "extra", extra)?;
    let instance = linker.instantiate(&mut store, &module)?;
    let export = instance.get_typed_func::<(u32, u32), u32>(&mut store, job.export())?;

    job.run(|arguments| export.call(&mut store, (arguments[0], arguments[1])))
}
