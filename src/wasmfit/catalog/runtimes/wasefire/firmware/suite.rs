//! Wasefire's interpreter, replaying the W3C suite.
#![no_std]

extern crate alloc;

mod memory;
mod name;

use alloc::vec::Vec;

use harness::suite::{Kind, Stop, Suite, Value};
use memory::{Memory, pages};
use name::Name;
use wasefire_interpreter::{Error, InstId, Module, RefType, RunResult, Store, Val};

harness::firmware_for_suite!(Wasefire);

/// Pages given to a module that has memory, at the least and at the most: the interpreter takes all that there
/// will ever be at once, and the suite's modules grow by a few.
const LEAST_PAGES: usize = 16;
const MOST_PAGES: usize = 64;

/// One store and what was made in it. Instances are numbered from 0, as the store does.
struct Wasefire {
    // Before the memories, which it borrows: so it is dropped before them.
    store: Store<'static>,
    instances: Vec<InstId>,
    memories: Vec<Memory>,
}

fn module(bytes: &'static [u8]) -> Result<Module<'static>, Stop> {
    Module::new(bytes).map_err(|error| Stop::load(Name(error)))
}

/// An error that came out of code, or instead of it.
fn stopped(error: Error) -> Stop {
    match error {
        Error::Trap => Stop::trap(Name(error)),
        _ => Stop::refused(Name(error)),
    }
}

fn value(value: &Value) -> Result<Val, Stop> {
    Ok(match *value {
        Value::I32(bits) => Val::I32(bits),
        Value::I64(bits) => Val::I64(bits),
        #[cfg(feature = "floats")]
        Value::F32(bits) => Val::F32(bits),
        #[cfg(feature = "floats")]
        Value::F64(bits) => Val::F64(bits),
        Value::Null(Kind::Func) => Val::Null(RefType::FuncRef),
        Value::Null(Kind::Extern) => Val::Null(RefType::ExternRef),
        Value::Extern(number) => Val::RefExtern(number as usize),
        _ => return Err(Stop::refused("the interpreter has no values of this type")),
    })
}

fn word(value: &Val) -> Value {
    match *value {
        Val::I32(bits) => Value::I32(bits),
        Val::I64(bits) => Value::I64(bits),
        #[cfg(feature = "floats")]
        Val::F32(bits) => Value::F32(bits),
        #[cfg(feature = "floats")]
        Val::F64(bits) => Value::F64(bits),
        Val::Null(RefType::FuncRef) => Value::Null(Kind::Func),
        Val::Null(RefType::ExternRef) => Value::Null(Kind::Extern),
        Val::Ref(_) => Value::Ref(Kind::Func),
        Val::RefExtern(number) => Value::Extern(number as u32),
    }
}

impl Suite for Wasefire {
    fn new() -> Self {
        Wasefire { store: Store::default(), instances: Vec::new(), memories: Vec::new() }
    }

    fn load(&mut self, bytes: &'static [u8]) -> Result<(), Stop> {
        module(bytes).map(drop)
    }

    fn instantiate(&mut self, bytes: &'static [u8]) -> Result<u32, Stop> {
        let module = module(bytes)?;
        let pages = pages(bytes).map_or(0, |pages| pages.clamp(LEAST_PAGES, MOST_PAGES));
        let memory = Memory::new(pages).map_err(|_| Stop::refused("no such memory"))?;
        let memory_bytes = memory.bytes();
        self.memories.push(memory);
        let instance = self.store.instantiate(module, memory_bytes).map_err(|error| match error {
            Error::Trap => Stop::trap(Name(error)),
            _ => Stop::link(Name(error)),
        })?;
        self.instances.push(instance);
        Ok(self.instances.len() as u32 - 1)
    }

    fn register(&mut self, instance: u32, name: &'static str) -> Result<(), Stop> {
        self.store.set_name(self.instances[instance as usize], name).map_err(stopped)
    }

    fn invoke(&mut self, instance: u32, name: &'static str, arguments: &[Value]) -> Result<Vec<Value>, Stop> {
        let arguments = arguments.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        match self.store.invoke(self.instances[instance as usize], name, arguments).map_err(stopped)? {
            RunResult::Done(values) => Ok(values.iter().map(word).collect()),
            RunResult::Host(_) => Err(Stop::refused("it called a function of the host's")),
        }
    }

    fn global(&mut self, instance: u32, name: &'static str) -> Result<Value, Stop> {
        let value = self.store.get_global(self.instances[instance as usize], name).map_err(stopped)?;
        Ok(word(&value))
    }
}
