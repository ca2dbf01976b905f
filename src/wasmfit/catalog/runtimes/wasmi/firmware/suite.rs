//! Wasmi, replaying the W3C suite.
#![no_std]

extern crate alloc;

use alloc::string::ToString;
use alloc::vec::Vec;

use harness::suite::{Kind, Stop, Suite, Value};
use wasmi::{
    Config, Engine, Error, Extern, ExternRef, Instance, Linker, Module, Store, StoreLimits, StoreLimitsBuilder, Val,
    ValType,
};

harness::firmware_for_suite!(Wasmi);

/// One store and what was made in it.
struct Wasmi {
    engine: Engine,
    store: Store<StoreLimits>,
    linker: Linker<StoreLimits>,
    instances: Vec<Instance>,
    /// Whether fuel is consumed, and how much the next call has.
    fuel: Option<u64>,
}

/// Fuel for what has no budget.
const PLENTY: u64 = u64::MAX;
const WASM_PAGE: usize = 65_536;

impl Wasmi {
    fn module(&self, bytes: &[u8]) -> Result<Module, Stop> {
        #[cfg(not(feature = "unchecked"))]
        let module = Module::new(&self.engine, bytes);
        // SAFETY: none. What is not valid is the suite's, and what comes of it is what is asked.
        #[cfg(feature = "unchecked")]
        let module = unsafe { Module::new_unchecked(&self.engine, bytes) };
        module.map_err(Stop::load)
    }

    fn export(&self, instance: u32, name: &str) -> Result<Extern, Stop> {
        self.instances[instance as usize].get_export(&self.store, name).ok_or_else(|| Stop::missing(name))
    }

    fn value(&mut self, value: &Value) -> Result<Val, Stop> {
        Ok(match *value {
            Value::I32(bits) => Val::I32(bits as i32),
            Value::I64(bits) => Val::I64(bits as i64),
            Value::F32(bits) => Val::F32(wasmi::F32::from_bits(bits)),
            Value::F64(bits) => Val::F64(wasmi::F64::from_bits(bits)),
            Value::V128(bytes) => Val::V128(u128::from_le_bytes(bytes).into()),
            Value::Null(Kind::Func) => zero(ValType::FuncRef),
            Value::Null(Kind::Extern) => zero(ValType::ExternRef),
            Value::Extern(number) => Val::from(ExternRef::new(&mut self.store, number)),
            _ => return Err(Stop::refused("wasmi has no values of this type")),
        })
    }

    fn word(&self, value: &Val) -> Value {
        match value {
            Val::I32(value) => Value::I32(*value as u32),
            Val::I64(value) => Value::I64(*value as u64),
            Val::F32(value) => Value::F32(value.to_bits()),
            Val::F64(value) => Value::F64(value.to_bits()),
            Val::V128(value) => Value::V128(value.as_u128().to_le_bytes()),
            Val::FuncRef(reference) if reference.is_null() => Value::Null(Kind::Func),
            Val::FuncRef(_) => Value::Ref(Kind::Func),
            Val::ExternRef(reference) => match reference.val() {
                None => Value::Null(Kind::Extern),
                Some(object) => match object.data(&self.store).downcast_ref() {
                    Some(&number) => Value::Extern(number),
                    None => Value::Ref(Kind::Extern),
                },
            },
        }
    }
}

// Its name differs between versions.
#[allow(deprecated)]
fn zero(kind: ValType) -> Val {
    Val::default(kind)
}

/// An error that came out of code, or instead of it.
fn stopped(error: Error) -> Stop {
    match error.as_trap_code() {
        // Its type's path differs between versions.
        Some(code) if code.to_string().contains("fuel") => Stop::stopped(error),
        Some(_) => Stop::trap(error),
        None => Stop::refused(error),
    }
}

impl Wasmi {
    fn with_fuel(fuel: Option<u64>) -> Self {
        // What is off unless it is switched on is there all the same.
        let mut config = Config::default();
        #[cfg(not(feature = "unchecked"))]
        config.wasm_custom_page_sizes(true);
        config.consume_fuel(fuel.is_some());
        let engine = Engine::new(&config);
        let (store, mut linker) = (Store::new(&engine, StoreLimits::default()), Linker::new(&engine));
        linker.allow_shadowing(true);
        Wasmi { engine, store, linker, instances: Vec::new(), fuel }
    }

    /// Fills the store up before an action.
    fn refuel(&mut self) -> Result<(), Stop> {
        match self.fuel.replace(PLENTY) {
            Some(fuel) => self.store.set_fuel(fuel).map_err(Stop::refused),
            None => {
                self.fuel = None;
                Ok(())
            }
        }
    }
}

impl Suite for Wasmi {
    fn new() -> Self {
        Wasmi::with_fuel(None)
    }

    fn bounded() -> Self {
        Wasmi::with_fuel(Some(PLENTY))
    }

    fn budget(&mut self, units: u32) -> Result<(), Stop> {
        self.fuel = Some(u64::from(units));
        Ok(())
    }

    fn limit(&mut self, pages: u32) -> Result<(), Stop> {
        *self.store.data_mut() = StoreLimitsBuilder::new().memory_size(pages as usize * WASM_PAGE).build();
        self.store.limiter(|limits| limits);
        Ok(())
    }

    fn load(&mut self, module: &'static [u8]) -> Result<(), Stop> {
        self.module(module).map(drop)
    }

    fn instantiate(&mut self, module: &'static [u8]) -> Result<u32, Stop> {
        let module = self.module(module)?;
        self.refuel()?;
        let instance = self.linker.instantiate_and_start(&mut self.store, &module).map_err(|error| {
            if error.as_trap_code().is_some() { stopped(error) } else { Stop::link(error) }
        })?;
        self.instances.push(instance);
        Ok(self.instances.len() as u32 - 1)
    }

    fn register(&mut self, instance: u32, name: &'static str) -> Result<(), Stop> {
        let exports: Vec<_> = self.instances[instance as usize]
            .exports(&self.store)
            .map(|export| (Vec::from(export.name()), export.into_extern()))
            .collect();
        for (export, item) in exports {
            let export = str::from_utf8(&export).map_err(Stop::refused)?;
            self.linker.define(name, export, item).map_err(Stop::refused)?;
        }
        Ok(())
    }

    fn invoke(&mut self, instance: u32, name: &'static str, arguments: &[Value]) -> Result<Vec<Value>, Stop> {
        let function = self.export(instance, name)?.into_func().ok_or_else(|| Stop::missing(name))?;
        let arguments = arguments.iter().map(|value| self.value(value)).collect::<Result<Vec<_>, _>>()?;
        let mut results: Vec<Val> =
            function.ty(&self.store).results().iter().map(|&kind| zero(kind)).collect();
        self.refuel()?;
        function.call(&mut self.store, &arguments, &mut results).map_err(stopped)?;
        Ok(results.iter().map(|value| self.word(value)).collect())
    }

    fn global(&mut self, instance: u32, name: &'static str) -> Result<Value, Stop> {
        let global = self.export(instance, name)?.into_global().ok_or_else(|| Stop::missing(name))?;
        Ok(self.word(&global.get(&self.store)))
    }
}
