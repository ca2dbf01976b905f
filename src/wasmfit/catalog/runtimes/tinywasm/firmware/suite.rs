//! TinyWasm, replaying the W3C suite.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;

use harness::suite::{Kind, Stop, Suite, Value};
use tinywasm::engine::{Config, Engine, StackConfig};
use tinywasm::parser::{Parser, ParserOptions};
use tinywasm::types::{ExternRef, FuncRef, WasmValue};
use tinywasm::{Error, ExecProgress, Imports, Module, ModuleInstance, Store};

harness::firmware_for_suite!(TinyWasm);

/// One store and what was made in it.
struct TinyWasm {
    store: Store,
    imports: Imports,
    instances: Vec<ModuleInstance>,
    /// What the next call may take.
    budget: Option<u32>,
}

/// TinyWasm's own sizes of stacks, but taken as they are needed.
fn config() -> Config {
    Config::new()
        .with_value_stack_32(StackConfig::dynamic(1024, 36 * 1024))
        .with_value_stack_64(StackConfig::dynamic(1024, 32 * 1024))
        .with_value_stack_128(StackConfig::dynamic(64, 4 * 1024))
        .with_call_stack(StackConfig::dynamic(64, 1024))
}

fn module(bytes: &[u8]) -> Result<Module, Stop> {
    let options = ParserOptions::default().with_local_memory_allocation_optimization(false);
    Parser::with_options(options).parse_module_bytes(bytes).map_err(Stop::load)
}

/// An error that came out of code, or instead of it.
fn stopped(error: Error) -> Stop {
    match error {
        Error::Trap(_) => Stop::trap(error),
        Error::Linker(_) => Stop::link(error),
        _ => Stop::refused(error),
    }
}

fn value(value: &Value) -> Result<WasmValue, Stop> {
    Ok(match *value {
        Value::I32(bits) => WasmValue::I32(bits as i32),
        Value::I64(bits) => WasmValue::I64(bits as i64),
        Value::F32(bits) => WasmValue::F32(f32::from_bits(bits)),
        Value::F64(bits) => WasmValue::F64(f64::from_bits(bits)),
        Value::V128(bytes) => WasmValue::V128(bytes),
        Value::Null(Kind::Func) => WasmValue::RefFunc(FuncRef::null()),
        Value::Null(Kind::Extern) => WasmValue::RefExtern(ExternRef::null()),
        Value::Extern(number) => WasmValue::RefExtern(ExternRef::new(Some(number))),
        _ => return Err(Stop::refused("TinyWasm has no values of this type")),
    })
}

fn word(value: &WasmValue) -> Value {
    match value {
        WasmValue::I32(value) => Value::I32(*value as u32),
        WasmValue::I64(value) => Value::I64(*value as u64),
        WasmValue::F32(value) => Value::F32(value.to_bits()),
        WasmValue::F64(value) => Value::F64(value.to_bits()),
        WasmValue::V128(bytes) => Value::V128(*bytes),
        WasmValue::RefExtern(reference) => {
            reference.addr().map_or(Value::Null(Kind::Extern), Value::Extern)
        }
        WasmValue::RefFunc(reference) if reference.is_null() => Value::Null(Kind::Func),
        WasmValue::RefFunc(_) => Value::Ref(Kind::Func),
    }
}

impl Suite for TinyWasm {
    fn new() -> Self {
        TinyWasm {
            store: Store::new(Engine::new(config())),
            imports: Imports::new(),
            instances: Vec::new(),
            budget: None,
        }
    }

    fn load(&mut self, bytes: &'static [u8]) -> Result<(), Stop> {
        module(bytes).map(drop)
    }

    fn instantiate(&mut self, bytes: &'static [u8]) -> Result<u32, Stop> {
        let module = module(bytes)?;
        let imports = Some(self.imports.clone());
        let instance = ModuleInstance::instantiate(&mut self.store, &module, imports).map_err(stopped)?;
        self.instances.push(instance);
        Ok(self.instances.len() as u32 - 1)
    }

    fn register(&mut self, instance: u32, name: &'static str) -> Result<(), Stop> {
        let instance = self.instances[instance as usize].clone();
        self.imports.link_module(name, instance).map(drop).map_err(Stop::refused)
    }

    fn invoke(&mut self, instance: u32, name: &'static str, arguments: &[Value]) -> Result<Vec<Value>, Stop> {
        let function = self.instances[instance as usize].func_untyped(&self.store, name).map_err(stopped)?;
        let arguments = arguments.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        let results = match self.budget.take() {
            None => function.call(&mut self.store, &arguments).map_err(stopped)?,
            Some(units) => {
                let mut call = function.call_resumable(&mut self.store, &arguments).map_err(stopped)?;
                match call.resume_with_fuel(units).map_err(stopped)? {
                    ExecProgress::Completed(results) => results,
                    ExecProgress::Suspended => return Err(Stop::stopped("suspended without fuel, to be resumed")),
                }
            }
        };
        Ok(results.iter().map(word).collect())
    }

    fn budget(&mut self, units: u32) -> Result<(), Stop> {
        self.budget = Some(units);
        Ok(())
    }

    fn limit(&mut self, _pages: u32) -> Result<(), Stop> {
        Err(Stop::refused("TinyWasm has no limit that a host can set, but takes memories of the host's making"))
    }

    fn global(&mut self, instance: u32, name: &'static str) -> Result<Value, Stop> {
        let value = self.instances[instance as usize].global_get(&self.store, name).map_err(stopped)?;
        Ok(word(&value))
    }
}
