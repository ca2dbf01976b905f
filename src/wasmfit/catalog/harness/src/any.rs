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
//! | 3, 4 | name of the export, NUL-terminated: offset, length without NUL |
//! | 5, 6 | name of the exported memory, likewise; length 0 if there is none |
//! | 7, 8 | types of the export's parameters: offset, number |
//! | 9, 10 | types of its results: offset, number |
//! | 11, 12 | arguments of all calls: offset (a multiple of 8), number of calls |
//! | 13, 14 | imported functions: offset of the [`Import`]s, number |
//!
//! The host functions answer by rule (see [`Rule`]), the same in every runtime, so
//! that what differs between two runtimes is the way there and back.

mod c;
mod import;
mod log;
mod memory;

use core::ptr::addr_of;
use core::slice;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::channel::Line;
use crate::stop::Failure;
use crate::{heap, phase};

pub use import::{Import, Rule};
pub(crate) use log::report;
pub use memory::{Memory, Trap};

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
    export: Part,
    memory: Part,
    params: Part,
    results: Part,
    calls: Part,
    imports: Part,
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

    /// The name of the export to call.
    pub fn export(&self) -> &'static str {
        self.export.text()
    }

    /// The name by which the module exports its memory; empty where it does not.
    pub fn memory(&self) -> &'static str {
        self.memory.text()
    }

    /// Types of the export's parameters.
    pub fn params(&self) -> &'static [Type] {
        self.params.slice()
    }

    /// Types of the export's results.
    pub fn results(&self) -> &'static [Type] {
        self.results.slice()
    }

    /// The functions that the module imports, each name once, in ascending order of module and name.
    pub fn imports(&self) -> &'static [Import] {
        self.imports.slice()
    }

    pub(crate) fn number_of_calls(&self) -> usize {
        self.calls.count as usize
    }

    pub(crate) fn arguments(&self, call: usize) -> &'static [u64] {
        let count = self.params.count as usize;
        let all = Part { offset: self.calls.offset, count: self.calls.count * self.params.count };
        &all.slice()[call * count..][..count]
    }

    /// Makes every call of the job, each between two phase marks, and hands the results out.
    /// `call` takes the arguments and writes the results.
    pub fn run<E: Into<Failure>>(
        &self,
        mut call: impl FnMut(&'static [u64], &mut [u64]) -> Result<(), E>,
    ) -> Result<(), Failure> {
        let mut words = [0; MOST_VALUES];
        let results = &mut words[..self.results.count as usize];
        for index in 0..self.number_of_calls() {
            let arguments = self.arguments(index);
            phase::call();
            call(arguments, results).map_err(Into::into)?;
            phase::idle();
            heap::look(index == 0);
            self.results_lines(results);
        }
        Ok(())
    }

    /// Sends a call's results: one line each, then how many there were, and how the log stands.
    pub(crate) fn results_lines(&self, results: &[u64]) {
        for (kind, &word) in self.results().iter().zip(results) {
            let word = kind.clean(word);
            Line::new("value").hex((word >> 32) as u32).hex(word as u32).send();
        }
        Line::new("called").hex(results.len() as u32).hex(log::length()).hex(log::digest()).send();
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
