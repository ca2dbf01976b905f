//! Wasmi, as its documentation embeds it.
#![no_std]

use harness::{Failure, Job, extra};
use wasmi::{Engine, Linker, Module, Store};

harness::firmware!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    #[cfg(not(feature = "fuel"))]
    let engine = Engine::default();
    #[cfg(feature = "fuel")]
    let engine = Engine::new(wasmi::Config::default().consume_fuel(true));
    #[cfg(not(feature = "unchecked"))]
    let module = Module::new(&engine, job.module())?;
    // SAFETY: the host has linked a valid module.
    #[cfg(feature = "unchecked")]
    let module = unsafe { Module::new_unchecked(&engine, job.module()) }?;

    harness::phase::instantiate();
    let mut store = Store::new(&engine, ());
    #[cfg(feature = "fuel")]
    store.set_fuel(u64::MAX)?;
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "extra", extra)?;
    let instance = linker.instantiate_and_start(&mut store, &module)?;
    let export = instance.get_typed_func::<(u32, u32), u32>(&store, job.export())?;

    job.run(|arguments| export.call(&mut store, (arguments[0], arguments[1])))
}
