//! A job whose export and imports are data: a module of the user's own, with any
//! signature and any imports, for which nothing is compiled anew. `build/job.py`
//! writes the format; all fields are little-endian 32-bit words, offsets count from
//! the blob's first byte. Types are wasm's own codes, a byte each; values are 64-bit
//! words, of which an `i32` or `f32` is the lower half.
//!
//! | word | meaning |
//! |---|---|
//! | 0 | magic, `WFJA` |
//! | 1, 2 | module: offset (a multiple of 16), length |
//! | 3, 4 | name of the exported memory, NUL-terminated: offset, length without NUL; length 0 if there is none |
//! | 5, 6 | exported functions that are called: offset of the [`Function`]s, number; the first is the one that is measured |
//! | 7, 8 | what is done with them: offset of the [`Step`]s, number |
//! | 9, 10 | imported functions: offset of the [`Import`]s, number |
//! | 11 | instances: how many are made of the module; all but the first are made and kept, and never called |
//!
//! The host functions answer by rule (see [`Rule`]), the same in every runtime, so
//! that what differs between two runtimes is the way there and back.

mod c;
mod import;
mod log;
mod memory;
mod program;
mod region;
mod wasi;

use core::ops::Range;
use core::ptr::addr_of;
use core::slice;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::stop::Failure;

pub use import::{Import, Rule};
pub(crate) use log::report;
pub use memory::{Memory, Trap};
use program::{Program, Step};
pub use program::{Function, Instance};

const MAGIC: u32 = u32::from_le_bytes(*b"WFJA");

/// The most parameters, and the most results, that a function of a job has.
pub const MOST_VALUES: usize = 16;

unsafe extern "C" {
    static wasmfit_job: Job;
}

/// A value's type, by its code in wasm.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Type {
    I32 = 0x7f,
    I64 = 0x7e,
    F32 = 0x7d,
    F64 = 0x7c,
}

impl Type {
    /// The word without what a runtime left in the half that the type does not use.
    fn clean(self, word: u64) -> u64 {
        match self {
            Type::I32 | Type::F32 => word & 0xffff_ffff,
            Type::I64 | Type::F64 => word,
        }
    }
}

/// A place in the blob and how much is there.
#[repr(C)]
#[derive(Clone, Copy)]
struct Part {
    offset: u32,
    count: u32,
}

impl Part {
    fn slice<T>(self) -> &'static [T] {
        let start = addr_of!(wasmfit_job).cast::<u8>();
        // SAFETY: the host lays the parts out inside the blob, aligned.
        unsafe { slice::from_raw_parts(start.add(self.offset as usize).cast(), self.count as usize) }
    }

    fn text(self) -> &'static str {
        // SAFETY: the host writes UTF-8.
        unsafe { str::from_utf8_unchecked(self.slice()) }
    }
}

/// The header of the blob.
#[repr(C)]
pub struct Job {
    magic: u32,
    module: Part,
    memory: Part,
    functions: Part,
    steps: Part,
    imports: Part,
    instances: u32,
}

impl Job {
    /// The job linked into this image.
    pub fn get() -> &'static Job {
        // SAFETY: the linker script places the blob there; it is never written.
        let job = unsafe { &*addr_of!(wasmfit_job) };
        if unsafe { addr_of!(job.magic).read_volatile() } != MAGIC {
            crate::fail("no job with a table of imports in this image");
        }
        job
    }

    /// The module's bytes, in flash, 16-byte aligned.
    pub fn module(&self) -> &'static [u8] {
        self.module.slice()
    }

    /// The name by which the module exports its memory; empty where it does not.
    pub fn memory(&self) -> &'static str {
        self.memory.text()
    }

    /// The exported functions that are called. The first is the one that is measured; calls of the others
    /// prepare for it.
    pub fn functions(&self) -> &'static [Function] {
        self.functions.slice()
    }

    /// The name of the export that is measured.
    pub fn export(&self) -> &'static str {
        self.functions()[0].name()
    }

    /// Types of its parameters.
    pub fn params(&self) -> &'static [Type] {
        self.functions()[0].params()
    }

    /// Types of its results.
    pub fn results(&self) -> &'static [Type] {
        self.functions()[0].results()
    }

    /// The functions that the module imports, each name once, in ascending order of module and name.
    pub fn imports(&self) -> &'static [Import] {
        self.imports.slice()
    }

    /// Numbers of the instances that are made besides the first, once that is there: what each takes of RAM is
    /// what is asked. The host changes their number in place.
    pub fn further_instances(&self) -> Range<u32> {
        // SAFETY: in the blob, which the host has written whole.
        1..unsafe { addr_of!(self.instances).read_volatile() }
    }

    fn steps(&self) -> &'static [Step] {
        self.steps.slice()
    }

    /// Does everything that the job says: calls, of which those that are measured stand between two phase
    /// marks, and accesses to memory between them. Results are handed out.
    pub fn perform<I: Instance>(&self, instance: &mut I) -> Result<(), Failure> {
        let mut program = Program::new();
        let mut words = [0; MOST_VALUES];
        loop {
            let Some(function) = program.next(self, &mut instance.memory()) else { return Ok(()) };
            let results = &mut words[..self.functions()[function].results().len()];
            program.begin();
            let ended = instance.call(function, program.arguments(), results);
            match ended {
                Ok(()) => program.end(results),
                Err(_) if wasi::has_exited_well() => program.end(&[]),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The same for an embedding that calls the measured export and nothing else, and hands out no memory:
    /// jobs that want more are refused. `call` takes the arguments and writes the results.
    pub fn run<E: Into<Failure>>(
        &self,
        call: impl FnMut(&[u64], &mut [u64]) -> Result<(), E>,
    ) -> Result<(), Failure> {
        self.perform(&mut program::OneFunction(call))
    }
}

/// A state that one thread alone touches.
struct State(AtomicU32);

impl State {
    const fn new(value: u32) -> Self {
        State(AtomicU32::new(value))
    }

    fn get(&self) -> u32 {
        self.0.load(Relaxed)
    }

    fn set(&self, value: u32) {
        self.0.store(value, Relaxed);
    }
}

/// Makes `$function`, a `fn(&'static any::Job) -> Result<(), Failure>`, the firmware.
#[macro_export]
macro_rules! firmware_for_any {
    ($function:path) => {
        #[unsafe(no_mangle)]
        extern "C" fn wasmfit_firmware() {
            let run: fn(&'static $crate::any::Job) -> Result<(), $crate::Failure> = $function;
            if let Err(failure) = run($crate::any::Job::get()) {
                failure.end()
            }
        }
    };
}
