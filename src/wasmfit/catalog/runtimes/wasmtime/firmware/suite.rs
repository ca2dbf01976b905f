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
use wasmtime::{
    Engine, Error, Extern, Instance, Linker, Module, Ref, Store, StoreLimits, StoreLimitsBuilder, Trap, Val,
};

harness::firmware_for_suite!(Wasmtime);

/// One store and what was made in it.
struct Wasmtime {
    engine: Engine,
    store: Store<StoreLimits>,
    linker: Linker<StoreLimits>,
    instances: Vec<Made>,
    /// What the next call may take.
    #[cfg(feature = "fuel")]
    fuel: u64,
}

/// An instance, or a component's.
enum Made {
    Core(Instance),
    #[cfg(feature = "component")]
    Component(wasmtime::component::Instance),
}

/// Fuel for what has no budget.
#[cfg(feature = "fuel")]
const PLENTY: u64 = u64::MAX;
const WASM_PAGE: usize = 65_536;

impl Wasmtime {
    fn module(&self, bytes: &'static [u8]) -> Result<Module, Stop> {
        // SAFETY: the bytes come from the same version's compiler, and never change.
        let module = unsafe { Module::deserialize_raw(&self.engine, NonNull::from(bytes)) };
        module.map_err(Stop::load)
    }

    fn export(&mut self, instance: u32, name: &str) -> Result<Extern, Stop> {
        self.core(instance)?.get_export(&mut self.store, name).ok_or_else(|| Stop::missing(name))
    }

    fn core(&self, instance: u32) -> Result<Instance, Stop> {
        match self.instances[instance as usize] {
            Made::Core(instance) => Ok(instance),
            #[cfg(feature = "component")]
            Made::Component(_) => Err(Stop::refused("a component exports no such thing")),
        }
    }

    /// Fills the store up before an action.
    fn refuel(&mut self) -> Result<(), Stop> {
        #[cfg(feature = "fuel")]
        {
            let fuel = core::mem::replace(&mut self.fuel, PLENTY);
            return self.store.set_fuel(fuel).map_err(Stop::refused);
        }
        #[cfg(not(feature = "fuel"))]
        Ok(())
    }
}

/// An error that came out of code, or instead of it.
fn stopped(error: Error) -> Stop {
    match error.downcast_ref::<Trap>() {
        Some(trap @ Trap::OutOfFuel) => Stop::stopped(trap),
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
        let (store, mut linker) = (Store::new(&engine, StoreLimits::default()), Linker::new(&engine));
        linker.allow_shadowing(true);
        Wasmtime {
            engine,
            store,
            linker,
            instances: Vec::new(),
            #[cfg(feature = "fuel")]
            fuel: PLENTY,
        }
    }

    #[cfg(feature = "fuel")]
    fn budget(&mut self, units: u32) -> Result<(), Stop> {
        self.fuel = u64::from(units);
        Ok(())
    }

    #[cfg(not(feature = "fuel"))]
    fn budget(&mut self, _units: u32) -> Result<(), Stop> {
        Err(Stop::refused("modules are compiled without fuel here; those of wasmtime-fuel are with it"))
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
        self.refuel()?;
        #[cfg(feature = "component")]
        if Engine::detect_precompiled(module) == Some(wasmtime::Precompiled::Component) {
            return self.component(module);
        }
        let module = self.module(module)?;
        let instance = self.linker.instantiate(&mut self.store, &module).map_err(|error| {
            if error.is::<Trap>() { stopped(error) } else { Stop::link(error) }
        })?;
        self.instances.push(Made::Core(instance));
        Ok(self.instances.len() as u32 - 1)
    }

    fn register(&mut self, instance: u32, name: &'static str) -> Result<(), Stop> {
        let instance = self.core(instance)?;
        self.linker.instance(&mut self.store, name, instance).map(drop).map_err(Stop::refused)
    }

    fn invoke(&mut self, instance: u32, name: &'static str, arguments: &[Value]) -> Result<Vec<Value>, Stop> {
        self.refuel()?;
        #[cfg(feature = "component")]
        if let Made::Component(instance) = self.instances[instance as usize] {
            return self.invoke_component(instance, name, arguments);
        }
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

#[cfg(feature = "component")]
mod component {
    use alloc::vec::Vec;
    use core::ptr::NonNull;

    use harness::suite::{Stop, Value};
    use wasmtime::component::{Component, Instance, Linker, Val};

    use super::{Made, Wasmtime, stopped};

    impl Wasmtime {
        pub(super) fn component(&mut self, bytes: &'static [u8]) -> Result<u32, Stop> {
            // SAFETY: as for modules.
            let component = unsafe { Component::deserialize_raw(&self.engine, NonNull::from(bytes)) };
            let component = component.map_err(Stop::load)?;
            let linker = Linker::new(&self.engine);
            let instance = linker.instantiate(&mut self.store, &component).map_err(Stop::link)?;
            self.instances.push(Made::Component(instance));
            Ok(self.instances.len() as u32 - 1)
        }

        pub(super) fn invoke_component(
            &mut self,
            instance: Instance,
            name: &str,
            arguments: &[Value],
        ) -> Result<Vec<Value>, Stop> {
            let function = instance.get_func(&mut self.store, name).ok_or_else(|| Stop::missing(name))?;
            let kinds: Vec<_> = function.ty(&self.store).params().map(|(_, kind)| kind).collect();
            let arguments: Vec<Val> = arguments
                .iter()
                .zip(&kinds)
                .map(|(value, kind)| value_of(value, kind))
                .collect::<Result<_, _>>()?;
            let mut results: Vec<Val> =
                function.ty(&self.store).results().map(|_| Val::U32(0)).collect();
            function.call(&mut self.store, &arguments, &mut results).map_err(stopped)?;
            results.iter().map(word_of).collect()
        }
    }

    fn value_of(value: &Value, kind: &wasmtime::component::Type) -> Result<Val, Stop> {
        use wasmtime::component::Type;
        Ok(match (value, kind) {
            (Value::I32(bits), Type::U32) => Val::U32(*bits),
            (Value::I32(bits), Type::S32) => Val::S32(*bits as i32),
            (Value::I64(bits), Type::U64) => Val::U64(*bits),
            (Value::I64(bits), Type::S64) => Val::S64(*bits as i64),
            _ => return Err(Stop::refused("the glue knows only numbers of a component's values")),
        })
    }

    fn word_of(value: &Val) -> Result<Value, Stop> {
        Ok(match value {
            Val::U32(value) => Value::I32(*value),
            Val::S32(value) => Value::I32(*value as u32),
            Val::U64(value) => Value::I64(*value),
            Val::S64(value) => Value::I64(*value as u64),
            _ => return Err(Stop::refused("the glue knows only numbers of a component's values")),
        })
    }
}
