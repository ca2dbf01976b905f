//! Wasefire's interpreter, over the module in flash and a side table that the host added to it.
#![no_std]

extern crate alloc;

mod memory;
mod name;

use alloc::vec;

use harness::{Failure, Job, extra};
use memory::{Memory, pages};
use name::Name;
use wasefire_interpreter::{Error, InstId, Module, RunResult, Store, Val};

harness::firmware!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let module = Module::new(job.module()).map_err(Name)?;

    harness::phase::instantiate();
    // Before the store, which borrows it: so it is dropped after that.
    let memory = Memory::new(pages(job.module()).unwrap_or(0))?;
    let mut store = Store::default();
    store.link_func("host", "extra", 0, 1).map_err(Name)?;
    let instance = store.instantiate(module, memory.bytes()).map_err(Name)?;

    job.run(|arguments| call(&mut store, instance, job.export(), arguments).map_err(Name))
}

/// Calls the export, and for it the one function of the host that is linked.
fn call(store: &mut Store, instance: InstId, export: &str, arguments: &[u32]) -> Result<u32, Error> {
    let arguments = vec![Val::I32(arguments[0]), Val::I32(arguments[1])];
    let mut result = store.invoke(instance, export, arguments)?;
    loop {
        result = match result {
            RunResult::Host(call) => call.resume(&[Val::I32(extra())])?,
            RunResult::Done(values) => match values[..] {
                [Val::I32(value)] => return Ok(value),
                _ => return Err(Error::Invalid),
            },
        }
    }
}
