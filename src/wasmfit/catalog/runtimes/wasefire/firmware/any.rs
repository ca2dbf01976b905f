//! Wasefire's interpreter, taking any module: signatures and imports are data.
#![no_std]

extern crate alloc;

mod memory;
mod name;

use alloc::vec::Vec;

use harness::Failure;
use harness::any::{self, Function, Job, MOST_VALUES, Type};
#[cfg(not(feature = "shrinks-memory"))]
use memory::{Memory, pages};
use name::Name;
#[cfg(feature = "shrinks-memory")]
use shrunk::Memory;
use wasefire_interpreter::{Error, FuncType, InstId, Module, RunResult, Store, Val, ValType};

harness::firmware_for_any!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let module = Module::new(job.module()).map_err(Name)?;

    harness::phase::instantiate();
    // Before the store, which borrows it: so it is dropped after that.
    let memory = memory_for(job.module())?;
    let mut further = Vec::new();
    for _ in job.further_instances() {
        further.push(memory_for(job.module())?);
    }
    let mut store = Store::default();
    for import in job.imports() {
        let signature =
            FuncType { params: types(import.params()).into(), results: types(import.results()).into() };
        store.link_func_custom(import.module(), import.name(), signature).map_err(Name)?;
    }
    let instance = store.instantiate(module, memory.bytes()).map_err(Name)?;
    for memory in &further {
        let module = Module::new(job.module()).map_err(Name)?;
        store.instantiate(module, memory.bytes()).map_err(Name)?;
    }

    job.perform(&mut Instance { job, store, instance, memory: &memory })
}

/// Linear memory for one instance.
#[cfg(not(feature = "shrinks-memory"))]
fn memory_for(module: &[u8]) -> Result<Memory, Failure> {
    Memory::new(pages(module).unwrap_or(0))
}

#[cfg(feature = "shrinks-memory")]
fn memory_for(module: &[u8]) -> Result<Memory, Failure> {
    Ok(Memory::new(shrunk::size(module).unwrap_or(0)))
}

struct Instance<'a> {
    job: &'static Job,
    store: Store<'a>,
    instance: InstId,
    memory: &'a Memory,
}

impl any::Instance for Instance<'_> {
    type Error = Name;

    fn call(&mut self, function: usize, arguments: &[u64], results: &mut [u64]) -> Result<(), Name> {
        let export = &self.job.functions()[function];
        call(self.job, &mut self.store, self.instance, export, arguments, results).map_err(Name)
    }

    fn memory(&mut self) -> impl any::Memory {
        self.memory.between_calls()
    }
}

/// Calls an export, and for it the functions of the host that it calls.
fn call(
    job: &'static Job,
    store: &mut Store,
    instance: InstId,
    export: &'static Function,
    arguments: &[u64],
    results: &mut [u64],
) -> Result<(), Error> {
    let arguments = export
        .params()
        .iter()
        .zip(arguments)
        .map(|(&kind, &word)| value(kind, word))
        .collect::<Result<_, _>>()?;
    let mut result = store.invoke(instance, export.name(), arguments)?;
    loop {
        result = match result {
            RunResult::Host(mut call) => {
                // Host functions are numbered in the order in which they were linked.
                let import = job.imports().get(call.index()).ok_or(Error::Invalid)?;
                let answer = if import.touches_memory() {
                    // Arguments and memory are borrowed from the call, one after the other.
                    let mut words = [0; MOST_VALUES];
                    for (slot, &value) in words.iter_mut().zip(call.args()) {
                        *slot = word(value);
                    }
                    import.answer(|place| words[place], call.mem_mut())
                } else {
                    import.answer(|place| word(call.args()[place]), &mut [][..])
                };
                let answer = answer.map_err(|_| Error::Trap)?;
                let results = import.results().iter();
                let values: Vec<Val> = results
                    .map(|&kind| value(kind, import.result(kind, answer)))
                    .collect::<Result<_, _>>()?;
                call.resume(&values)?
            }
            RunResult::Done(values) => {
                for (slot, &value) in results.iter_mut().zip(&values) {
                    *slot = word(value);
                }
                return Ok(());
            }
        }
    }
}

/// The same types: both are wasm's own codes, a byte each.
fn types(types: &'static [Type]) -> &'static [ValType] {
    const {
        assert!(
            size_of::<ValType>() == 1
                && ValType::I32 as u8 == Type::I32 as u8
                && ValType::F64 as u8 == Type::F64 as u8
        )
    };
    // SAFETY: every code of `Type` is one of `ValType`, of the same size.
    unsafe { core::slice::from_raw_parts(types.as_ptr().cast(), types.len()) }
}

#[cfg(feature = "floats")]
fn value(kind: Type, word: u64) -> Result<Val, Error> {
    Ok(match kind {
        Type::I32 => Val::I32(word as u32),
        Type::I64 => Val::I64(word),
        Type::F32 => Val::F32(word as u32),
        Type::F64 => Val::F64(word),
    })
}

/// Without float types there is no such value.
#[cfg(not(feature = "floats"))]
fn value(kind: Type, word: u64) -> Result<Val, Error> {
    match kind {
        Type::I32 => Ok(Val::I32(word as u32)),
        Type::I64 => Ok(Val::I64(word)),
        Type::F32 | Type::F64 => Err(Error::Invalid),
    }
}

fn word(value: Val) -> u64 {
    match value {
        Val::I32(value) => value.into(),
        Val::I64(value) => value,
        #[cfg(feature = "floats")]
        Val::F32(value) => value.into(),
        #[cfg(feature = "floats")]
        Val::F64(value) => value,
        _ => 0,
    }
}

/// Linear memory that ends where the module says that free memory begins: what lies after that was never
/// anybody's, as long as the module gives out none of it itself.
#[cfg(feature = "shrinks-memory")]
mod shrunk {
    use alloc::vec;
    use alloc::vec::Vec;
    use core::{cell::UnsafeCell, slice};

    const GLOBALS: u8 = 6;
    const EXPORTS: u8 = 7;
    const GLOBAL: u8 = 3;
    const CONSTANT: u8 = 0x41;
    const END: u8 = 0x0b;

    /// As much as the interpreter wants its memory to be aligned.
    #[derive(Clone, Copy)]
    #[repr(align(16))]
    struct Block([u8; 16]);

    pub struct Memory(UnsafeCell<Vec<Block>>);

    impl Memory {
        pub fn new(size: usize) -> Self {
            Memory(UnsafeCell::new(vec![Block([0; 16]); size.div_ceil(16)]))
        }

        /// The memory, for the one instance there is. It must not outlive this.
        pub fn bytes(&self) -> &'static mut [u8] {
            // SAFETY: the blocks are bytes and nothing else, and are never moved; called once.
            unsafe {
                let blocks = &mut *self.0.get();
                slice::from_raw_parts_mut(blocks.as_mut_ptr().cast(), 16 * blocks.len())
            }
        }

        /// The memory, while the interpreter has no call to make.
        pub fn between_calls(&self) -> &mut [u8] {
            self.bytes()
        }
    }

    /// Bytes of memory before `__heap_base`; what the module asks for, where it does not export that.
    pub fn size(module: &[u8]) -> Option<usize> {
        heap_base(module).or_else(|| super::memory::pages(module).map(|pages| pages * 65_536))
    }

    fn heap_base(module: &[u8]) -> Option<usize> {
        let mut exports = section(module, EXPORTS)?;
        for _ in 0..number(&mut exports)? {
            let length = number(&mut exports)?;
            let (name, rest) = exports.split_at_checked(length)?;
            let (&kind, rest) = rest.split_first()?;
            exports = rest;
            let index = number(&mut exports)?;
            if kind == GLOBAL && name == b"__heap_base" {
                return constant(module, index);
            }
        }
        None
    }

    /// The value of a global, where it and those before it are constants of 32 bits and none is imported.
    fn constant(module: &[u8], index: usize) -> Option<usize> {
        let mut globals = section(module, GLOBALS)?;
        let count = number(&mut globals)?;
        if index >= count {
            return None;
        }
        let mut value = None;
        for _ in 0..=index {
            let (head, rest) = globals.split_at_checked(3)?;
            if head[2] != CONSTANT {
                return None;
            }
            globals = rest;
            // Addresses in these memories are small: the sign of the number does not matter.
            value = Some(number(&mut globals)?);
            let (&end, rest) = globals.split_first()?;
            if end != END {
                return None;
            }
            globals = rest;
        }
        value
    }

    fn section(module: &[u8], wanted: u8) -> Option<&[u8]> {
        let mut rest = module.get(8..)?;
        while let Some((&id, behind)) = rest.split_first() {
            rest = behind;
            let size = number(&mut rest)?;
            let (section, behind) = rest.split_at_checked(size)?;
            if id == wanted {
                return Some(section);
            }
            rest = behind;
        }
        None
    }

    /// Takes an unsigned LEB128 number off the front.
    fn number(bytes: &mut &[u8]) -> Option<usize> {
        let mut value = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let (byte, rest) = bytes.split_first()?;
            *bytes = rest;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}
