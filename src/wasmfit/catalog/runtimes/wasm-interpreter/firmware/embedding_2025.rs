//! The interface until November 2025: an instance that calls host functions itself.

use alloc::vec;
use alloc::vec::Vec;

use harness::{Failure, Job, extra};
use wasm::{RuntimeInstance, Value, validate};

const MODULE: &str = "module";

pub fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let module = validate(job.module())?;

    harness::phase::instantiate();
    let mut instance = RuntimeInstance::new(());
    instance.add_host_function_typed::<(), u32>("host", "extra", answer)?;
    instance.add_module(MODULE, &module)?;
    let export = instance.get_function_by_name(MODULE, job.export())?;

    job.run(|arguments| instance.invoke_typed::<(u32, u32), u32>(&export, (arguments[0], arguments[1])))
}

fn answer(_: &mut (), _: Vec<Value>) -> Vec<Value> {
    vec![Value::I32(extra())]
}
