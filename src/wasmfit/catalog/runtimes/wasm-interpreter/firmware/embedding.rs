//! The interface of today: the embedder answers host calls, and resumes what made them.

use alloc::vec;
use alloc::vec::Vec;

use harness::{Failure, Job, extra};
use wasm::addrs::FuncAddr;
use wasm::resumable::RunState;
use wasm::{ExternVal, FuncType, NumType, ResultType, RuntimeError, Store, ValType, Value, validate};

/// The number of the host function, of which there is one.
const EXTRA: usize = 0;

pub fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let module = validate(job.module())?;

    harness::phase::instantiate();
    let mut store = Store::new(());
    let results = vec![ValType::NumType(NumType::I32)];
    let signature = FuncType {
        params: ResultType { valtypes: Vec::new() },
        returns: ResultType { valtypes: results },
    };
    let host = ExternVal::Func(store.func_alloc(signature, EXTRA));
    let imports = module.imports().map(|_| host).collect();
    // SAFETY: all addresses, here and below, come from this store.
    let instance = unsafe { store.module_instantiate(&module, imports, None) }?.module_addr;
    let export = unsafe { store.instance_export(instance, job.export()) }?
        .as_func()
        .ok_or(RuntimeError::UnknownExport)?;

    job.run(|arguments| call(&mut store, export, arguments))
}

/// Calls the export, and for it the one function of the host that is linked.
fn call(store: &mut Store<()>, export: FuncAddr, arguments: &[u32]) -> Result<u32, RuntimeError> {
    let arguments = arguments.iter().map(|&argument| Value::I32(argument)).collect();
    // SAFETY: as above.
    let mut state = unsafe { store.invoke(export, arguments, None) }?;
    loop {
        state = match state {
            RunState::HostCalled { resumable, .. } => {
                unsafe { store.finish_host_call(resumable, vec![Value::I32(extra())]) }?
            }
            RunState::Resumable { resumable, .. } => unsafe { store.resume_wasm(resumable) }?,
            RunState::Finished { values, .. } => match values[..] {
                [Value::I32(value)] => return Ok(value),
                _ => return Err(RuntimeError::FunctionInvocationSignatureMismatch),
            },
        }
    }
}
