//! DLR's wasm-interpreter, replaying the W3C suite.
#![no_std]

#[cfg(feature = "runtime-instance")]
compile_error!("this version of wasm-interpreter runs the catalogue's own modules alone: its embedding of 2025 takes no others");

extern crate alloc;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use harness::suite::{Kind, Stop, Suite, Value};
use wasm::addrs::ModuleAddr;
use wasm::resumable::RunState;
use wasm::value::{ExternAddr, F32, F64, Ref};
use wasm::{ExternVal, RefType, RuntimeError, Store, ValidationInfo, validate};

harness::firmware_for_suite!(Interpreter);

/// One store and what was made in it.
struct Interpreter {
    store: Store<'static, ()>,
    registered: BTreeMap<(&'static str, String), ExternVal>,
    instances: Vec<ModuleAddr>,
}

fn module(bytes: &'static [u8]) -> Result<ValidationInfo<'static>, Stop> {
    validate(bytes).map_err(Stop::load)
}

/// An error that came out of code, or instead of it.
fn stopped(error: RuntimeError) -> Stop {
    match error {
        RuntimeError::Trap(_) | RuntimeError::StackExhaustion => Stop::trap(error),
        _ => Stop::refused(error),
    }
}

fn value(value: &Value) -> Result<wasm::Value, Stop> {
    Ok(match *value {
        Value::I32(bits) => wasm::Value::I32(bits),
        Value::I64(bits) => wasm::Value::I64(bits),
        Value::F32(bits) => wasm::Value::F32(F32::from_bits(bits)),
        Value::F64(bits) => wasm::Value::F64(F64::from_bits(bits)),
        Value::V128(bytes) => wasm::Value::V128(bytes),
        Value::Null(Kind::Func) => wasm::Value::Ref(Ref::Null(RefType::FuncRef)),
        Value::Null(Kind::Extern) => wasm::Value::Ref(Ref::Null(RefType::ExternRef)),
        Value::Extern(number) => wasm::Value::Ref(Ref::Extern(ExternAddr(number as usize))),
        _ => return Err(Stop::refused("the interpreter has no values of this type")),
    })
}

fn word(value: &wasm::Value) -> Value {
    match value {
        wasm::Value::I32(bits) => Value::I32(*bits),
        wasm::Value::I64(bits) => Value::I64(*bits),
        wasm::Value::F32(value) => Value::F32(value.to_bits()),
        wasm::Value::F64(value) => Value::F64(value.to_bits()),
        wasm::Value::V128(bytes) => Value::V128(*bytes),
        wasm::Value::Ref(Ref::Null(RefType::FuncRef)) => Value::Null(Kind::Func),
        wasm::Value::Ref(Ref::Null(RefType::ExternRef)) => Value::Null(Kind::Extern),
        wasm::Value::Ref(Ref::Func(_)) => Value::Ref(Kind::Func),
        wasm::Value::Ref(Ref::Extern(number)) => Value::Extern(number.0 as u32),
    }
}

impl Interpreter {
    fn export(&self, instance: u32, name: &str) -> Result<ExternVal, Stop> {
        // SAFETY: all addresses, here and below, come from this store.
        unsafe { self.store.instance_export(self.instances[instance as usize], name) }.map_err(Stop::refused)
    }
}

impl Suite for Interpreter {
    fn new() -> Self {
        Interpreter { store: Store::new(()), registered: BTreeMap::new(), instances: Vec::new() }
    }

    fn load(&mut self, bytes: &'static [u8]) -> Result<(), Stop> {
        module(bytes).map(drop)
    }

    fn instantiate(&mut self, bytes: &'static [u8]) -> Result<u32, Stop> {
        let module = module(bytes)?;
        let imports = module
            .imports()
            .map(|(from, name, _)| {
                let found = self.registered.iter().find(|((module, item), _)| *module == from && item == name);
                found.map(|(_, &item)| item)
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| Stop::link("unknown import"))?;
        // SAFETY: as above.
        let made = unsafe { self.store.module_instantiate(&module, imports, None) };
        let made = made.map_err(|error| match error {
            RuntimeError::Trap(_) | RuntimeError::StackExhaustion => Stop::trap(error),
            _ => Stop::link(error),
        })?;
        self.instances.push(made.module_addr);
        Ok(self.instances.len() as u32 - 1)
    }

    fn register(&mut self, instance: u32, name: &'static str) -> Result<(), Stop> {
        // SAFETY: as above.
        let exports = unsafe { self.store.instance_exports(self.instances[instance as usize]) };
        self.registered.extend(exports.into_iter().map(|(export, item)| ((name, export), item)));
        Ok(())
    }

    fn invoke(&mut self, instance: u32, name: &'static str, arguments: &[Value]) -> Result<Vec<Value>, Stop> {
        let function = self.export(instance, name)?.as_func().ok_or_else(|| Stop::missing(name))?;
        let arguments = arguments.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        // SAFETY: as above.
        let mut state = unsafe { self.store.invoke(function, arguments, None) }.map_err(stopped)?;
        loop {
            state = match state {
                RunState::Finished { values, .. } => return Ok(values.iter().map(word).collect()),
                // SAFETY: as above.
                RunState::Resumable { resumable, .. } => {
                    unsafe { self.store.resume_wasm(resumable) }.map_err(stopped)?
                }
                RunState::HostCalled { .. } => return Err(Stop::refused("it called a function of the host's")),
            }
        }
    }

    fn global(&mut self, instance: u32, name: &'static str) -> Result<Value, Stop> {
        let global = self.export(instance, name)?.as_global().ok_or_else(|| Stop::missing(name))?;
        // SAFETY: as above.
        Ok(word(&unsafe { self.store.global_read(global) }))
    }
}
