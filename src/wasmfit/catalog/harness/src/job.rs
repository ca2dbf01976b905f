//! The job: the module and the calls to make, as a blob that the linker places
//! in a section of its own (`.module`). Changing it relinks the image and
//! recompiles nothing. `build/job.py` writes the format; all fields are
//! little-endian 32-bit words, offsets count from the blob's first byte:
//!
//! | word | meaning |
//! |---|---|
//! | 0 | magic, `WFJ2` |
//! | 1, 2 | module: offset (a multiple of 16), length |
//! | 3, 4 | name of the export, NUL-terminated: offset, length without NUL |
//! | 5 | value that the import `host.extra` returns |
//! | 6 | arguments per call |
//! | 7, 8 | arguments of all calls: offset, number of calls |
//! | 9 | rounds: how often everything is done and dropped again; only the first is reported call by call |

use core::ptr::addr_of;
use core::slice;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::channel::Line;
use crate::{heap, phase};
use crate::stop::Failure;

const MAGIC: u32 = u32::from_le_bytes(*b"WFJ2");

unsafe extern "C" {
    static wasmfit_job: Job;
}

/// The header of the blob; everything else is reached through its offsets.
#[repr(C)]
pub struct Job {
    magic: u32,
    module: [u32; 2],
    export: [u32; 2],
    extra: u32,
    arguments_per_call: u32,
    calls: [u32; 2],
    rounds: u32,
}

/// The host function that the reference's module imports: `host.extra`.
pub fn extra() -> u32 {
    // Volatile, so that the value stays data of the job and no compiler folds it.
    unsafe { addr_of!(wasmfit_job.extra).read_volatile() }
}

impl Job {
    /// The job linked into this image.
    pub fn get() -> &'static Job {
        // SAFETY: the linker script places the blob there; it is never written.
        let job = unsafe { &*addr_of!(wasmfit_job) };
        if unsafe { addr_of!(job.magic).read_volatile() } != MAGIC {
            crate::fail("no job in this image");
        }
        job
    }

    fn part<T>(&'static self, offset: u32, count: u32) -> &'static [T] {
        let start = (self as *const Job).cast::<u8>();
        // SAFETY: the host lays the parts out inside the blob, aligned.
        unsafe { slice::from_raw_parts(start.add(offset as usize).cast(), count as usize) }
    }

    /// The module's bytes, in flash, 16-byte aligned.
    pub fn module(&'static self) -> &'static [u8] {
        self.part(self.module[0], self.module[1])
    }

    /// The name of the export to call.
    pub fn export(&'static self) -> &'static str {
        // SAFETY: the host writes UTF-8.
        unsafe { str::from_utf8_unchecked(self.part(self.export[0], self.export[1])) }
    }

    /// Volatile: whoever runs the image may have changed it in place.
    pub(crate) fn rounds(&self) -> u32 {
        unsafe { addr_of!(self.rounds).read_volatile() }
    }

    pub(crate) fn number_of_calls(&self) -> usize {
        self.calls[1] as usize
    }

    pub(crate) fn arguments(&'static self, call: usize) -> &'static [u32] {
        let all = self.part(self.calls[0], self.arguments_per_call * self.calls[1]);
        let count = self.arguments_per_call as usize;
        &all[call * count..][..count]
    }

    /// Makes every call of the job, each between two phase marks, and hands the
    /// results out. `call` takes the arguments and returns the export's result.
    pub fn run<E: Into<Failure>>(
        &'static self,
        mut call: impl FnMut(&'static [u32]) -> Result<u32, E>,
    ) -> Result<(), Failure> {
        for index in 0..self.number_of_calls() {
            let arguments = self.arguments(index);
            phase::call();
            let result = call(arguments).map_err(Into::into)?;
            phase::idle();
            called(index, result);
        }
        Ok(())
    }
}

static ROUND: AtomicU32 = AtomicU32::new(0);

/// Begins a round, of which the first is number 0.
pub(crate) fn begin(round: u32) {
    ROUND.store(round, Relaxed);
}

/// What is done behind a call, in the first round: the heap is looked at and the result sent.
/// Apart, so that nothing of it is prepared inside the call.
#[inline(never)]
pub(crate) fn called(index: usize, result: u32) {
    if ROUND.load(Relaxed) == 0 {
        heap::look(index == 0);
        Line::new("result").hex(result).send();
    }
}
