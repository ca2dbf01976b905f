//! DLR's wasm-interpreter, taking any module: signatures and imports are data.
#![no_std]

#[cfg(feature = "runtime-instance")]
compile_error!("this version of wasm-interpreter runs the catalogue's own modules alone: its embedding of 2025 takes no others");

extern crate alloc;

use alloc::vec::Vec;

use harness::Failure;
use harness::any::{self, Function, Job, Trap, Type};
use wasm::addrs::{FuncAddr, MemAddr};
use wasm::resumable::RunState;
use wasm::value::{F32, F64};
use wasm::{ExternVal, FuncType, NumType, ResultType, RuntimeError, Store, ValType, Value, validate};

harness::firmware_for_any!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let module = validate(job.module())?;

    harness::phase::instantiate();
    let mut store = Store::new(());
    // A host function's code is the number of its import in the job; the module asks in its own order.
    let imports = module
        .imports()
        .map(|(module, name, _)| {
            let number = job.imports().iter().position(|one| one.module() == module && one.name() == name);
            let number = number.unwrap_or_else(|| harness::fail("an import that the job does not name"));
            let import = &job.imports()[number];
            let signature = FuncType { params: types(import.params()), returns: types(import.results()) };
            ExternVal::Func(store.func_alloc(signature, number))
        })
        .collect();
    // SAFETY: all addresses, here and below, come from this store.
    let instance = unsafe { store.module_instantiate(&module, imports, None) }?.module_addr;
    let mut exports = Vec::new();
    for function in job.functions() {
        let export = unsafe { store.instance_export(instance, function.name()) }?;
        exports.push(export.as_func().ok_or(RuntimeError::UnknownExport)?);
    }
    let memory = if job.memory().is_empty() {
        None
    } else {
        unsafe { store.instance_export(instance, job.memory()) }?.as_mem()
    };

    job.perform(&mut Instance { job, store, exports, memory })
}

struct Instance {
    job: &'static Job,
    store: Store<'static, ()>,
    exports: Vec<FuncAddr>,
    memory: Option<MemAddr>,
}

impl any::Instance for Instance {
    type Error = Failure;

    fn call(&mut self, function: usize, arguments: &[u64], results: &mut [u64]) -> Result<(), Failure> {
        let (export, of) = (self.exports[function], &self.job.functions()[function]);
        call(self.job, &mut self.store, export, of, self.memory, arguments, results)
    }

    fn memory(&mut self) -> impl any::Memory {
        Linear { store: &mut self.store, memory: self.memory }
    }
}

/// The memory that the module exports, if it does.
struct Linear<'a> {
    store: &'a mut Store<'static, ()>,
    memory: Option<MemAddr>,
}

impl any::Memory for Linear<'_> {
    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), Trap> {
        let memory = self.memory.ok_or(Trap)?;
        // SAFETY: as above.
        unsafe { self.store.mem_access_mut_slice(memory, |mut all: &mut [u8]| all.read(at, bytes)) }
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Trap> {
        let memory = self.memory.ok_or(Trap)?;
        // SAFETY: as above.
        unsafe { self.store.mem_access_mut_slice(memory, |mut all: &mut [u8]| all.write(at, bytes)) }
    }
}

/// Calls an export, and for it the functions of the host that it calls.
fn call(
    job: &'static Job,
    store: &mut Store<'static, ()>,
    export: FuncAddr,
    function: &'static Function,
    memory: Option<MemAddr>,
    arguments: &[u64],
    results: &mut [u64],
) -> Result<(), Failure> {
    // SAFETY: as above.
    let inputs = function.params().iter().zip(arguments).map(|(&kind, &word)| value(kind, word)).collect();
    let mut state = unsafe { store.invoke(export, inputs, None) }?;
    loop {
        state = match state {
            RunState::HostCalled { host_call, resumable } => {
                let import = &job.imports()[host_call.hostcode];
                let argument = |place: usize| word(&host_call.params[place]);
                let answer = match memory {
                    Some(memory) if import.touches_memory() => unsafe {
                        store.mem_access_mut_slice(memory, |bytes| import.answer(argument, bytes))
                    },
                    _ => import.answer(argument, &mut [][..]),
                }?;
                let results = import.results().iter();
                let values = results.map(|&kind| value(kind, import.result(kind, answer))).collect();
                unsafe { store.finish_host_call(resumable, values) }?
            }
            RunState::Resumable { resumable, .. } => unsafe { store.resume_wasm(resumable) }?,
            RunState::Finished { values, .. } => {
                for (slot, value) in results.iter_mut().zip(&values) {
                    *slot = word(value);
                }
                return Ok(());
            }
        }
    }
}

fn types(types: &[Type]) -> ResultType {
    let one = |kind: &Type| {
        ValType::NumType(match kind {
            Type::I32 => NumType::I32,
            Type::I64 => NumType::I64,
            Type::F32 => NumType::F32,
            Type::F64 => NumType::F64,
        })
    };
    ResultType { valtypes: types.iter().map(one).collect() }
}

fn value(kind: Type, word: u64) -> Value {
    match kind {
        Type::I32 => Value::I32(word as u32),
        Type::I64 => Value::I64(word),
        Type::F32 => Value::F32(F32::from_bits(word as u32)),
        Type::F64 => Value::F64(F64::from_bits(word)),
    }
}

fn word(value: &Value) -> u64 {
    match value {
        Value::I32(value) => u64::from(*value),
        Value::I64(value) => *value,
        Value::F32(value) => u64::from(value.to_bits()),
        Value::F64(value) => value.to_bits(),
        _ => 0,
    }
}
