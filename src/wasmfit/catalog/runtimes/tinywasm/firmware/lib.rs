//! TinyWasm, as its documentation embeds it, with stacks that fit a microcontroller.
#![no_std]

mod config;

use config::config;
use harness::{Failure, Job, extra};
use tinywasm::engine::Engine;
use tinywasm::parser::{Parser, ParserOptions};
use tinywasm::{HostFunction, Imports, ModuleInstance, Store};

harness::firmware!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    // Linear memory at instantiation, as everybody else's, not at the first write to it.
    let options = ParserOptions::default().with_local_memory_allocation_optimization(false);
    let module = Parser::with_options(options).parse_module_bytes(job.module())?;

    harness::phase::instantiate();
    let mut store = Store::new(Engine::new(config()));
    let mut imports = Imports::new();
    imports.define("host", "extra", HostFunction::from(&mut store, |_, ()| Ok(extra() as i32)));
    let instance = ModuleInstance::instantiate(&mut store, &module, Some(imports))?;
    let export = instance.func::<(i32, i32), i32>(&store, job.export())?;

    job.run(|arguments| {
        let sum = export.call(&mut store, (arguments[0] as i32, arguments[1] as i32))?;
        Ok::<u32, tinywasm::Error>(sum as u32)
    })
}
