//! Wasmtime's interpreter Pulley, replaying the W3C suite, whose modules the host compiled ahead.
#![no_std]

extern crate alloc;

mod config;
mod platform;

use alloc::string::ToString;
use alloc::vec::Vec;
use core::ptr::NonNull;

use config::config;
use harness::suite::{Kind, Stop, Suite, Value};
use wasmtime::{Engine, Error, Extern, Instance, Linker, Module, Ref, Store, Trap, Val};

harness::firmware_for_suite!(Wasmtime);

/// One store and what was made in it.
struct Wasmtime {
    engine: Engine,
    store: Store<()>,
    linker: Linker<()>,
    instances: Vec<Instance>,
}

impl Wasmtime {
    fn module(&self, bytes: &'static [u8]) -> Result<Module, Stop> {
        // SAFETY: the bytes come from the same version's compiler, and never change.
        let module = unsafe { Module::deserialize_raw(&self.engine, NonNull::from(bytes)) };
        module.map_err(Stop::load)
    }

    fn export(&mut self, instance: u32, name: &str) -> Result<Extern, Stop> {
        self.instances[instance as usize]
            .get_export(&mut self.store, name)
            .ok_or_else(|| Stop::missing(name))
    }
}

/// An error that came out of code, or instead of it.
fn stopped(error: Error) -> Stop {
    match error.downcast_ref::<Trap>() {
        Some(trap) => Stop::trap(trap),
        None => Stop::refused(error),
    }
}

fn value(value: &Value) -> Result<Val, Stop> {
    Ok(match *value {
        Value::I32(bits) => Val::I32(bits as i32),
        Value::I64(bits) => Val::I64(bits as i64),
        Value::F32(bits) => Val::F32(bits),
        Value::F64(bits) => Val::F64(bits),
        Value::V128(bytes) => Val::V128(u128::from_le_bytes(bytes).into()),
        Value::Null(Kind::Func) => Val::FuncRef(None),
        Value::Null(Kind::Extern) => Val::ExternRef(None),
        Value::Null(Kind::Any) => Val::AnyRef(None),
        // What others hand over as such is an object of the collected heap, which this build has not.
        _ => return Err(Stop::refused("wasmtime has no such reference without its feature gc")),
    })
}

fn word(value: &Val) -> Value {
    match value {
        Val::I32(value) => Value::I32(*value as u32),
        Val::I64(value) => Value::I64(*value as u64),
        Val::F32(bits) => Value::F32(*bits),
        Val::F64(bits) => Value::F64(*bits),
        Val::V128(value) => Value::V128(value.as_u128().to_le_bytes()),
        other => match other.ref_() {
            Some(Ref::Func(None)) => Value::Null(Kind::Func),
            Some(Ref::Func(Some(_))) => Value::Ref(Kind::Func),
            Some(Ref::Extern(None)) => Value::Null(Kind::Extern),
            Some(Ref::Extern(Some(_))) => Value::Ref(Kind::Extern),
            Some(Ref::Any(None)) => Value::Null(Kind::Any),
            _ => Value::Ref(Kind::Any),
        },
    }
}

impl Suite for Wasmtime {
    fn new() -> Self {
        let mut config = config();
        // What the host step does for the suite: memory that grows, and what is off by default.
        config.memory_may_move(true).wasm_custom_page_sizes(true).max_wasm_stack(256 * 1024);
        let engine = match Engine::new(&config) {
            Ok(engine) => engine,
            Err(error) => harness::fail(&error.to_string()),
        };
        let (store, mut linker) = (Store::new(&engine, ()), Linker::new(&engine));
        linker.allow_shadowing(true);
        Wasmtime { engine, store, linker, instances: Vec::new() }
    }

    fn load(&mut self, module: &'static [u8]) -> Result<(), Stop> {
        self.module(module).map(drop)
    }

    fn instantiate(&mut self, module: &'static [u8]) -> Result<u32, Stop> {
        let module = self.module(module)?;
        let instance = self.linker.instantiate(&mut self.store, &module).map_err(|error| {
            match error.downcast_ref::<Trap>() {
                Some(trap) => Stop::trap(trap),
                None => Stop::link(error),
            }
        })?;
        self.instances.push(instance);
        Ok(self.instances.len() as u32 - 1)
    }

    fn register(&mut self, instance: u32, name: &'static str) -> Result<(), Stop> {
        let instance = self.instances[instance as usize];
        self.linker.instance(&mut self.store, name, instance).map(drop).map_err(Stop::refused)
    }

    fn invoke(&mut self, instance: u32, name: &'static str, arguments: &[Value]) -> Result<Vec<Value>, Stop> {
        let function = self.export(instance, name)?.into_func().ok_or_else(|| Stop::missing(name))?;
        let arguments = arguments.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        let mut results: Vec<Val> =
            function.ty(&self.store).results().map(|_| Val::I32(0)).collect();
        function.call(&mut self.store, &arguments, &mut results).map_err(stopped)?;
        Ok(results.iter().map(word).collect())
    }

    fn global(&mut self, instance: u32, name: &'static str) -> Result<Value, Stop> {
        let global = self.export(instance, name)?.into_global().ok_or_else(|| Stop::missing(name))?;
        Ok(word(&global.get(&mut self.store)))
    }
}
