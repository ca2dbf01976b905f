//! No wasm: the workload's crate, compiled for the board and called directly.
#![no_std]

extern crate alloc;

use alloc::boxed::Box;
use core::hint::black_box;

// Linked for its export.
use guest as _;
use harness::{Failure, Job};

harness::firmware!(run);

unsafe extern "C" {
    /// The export, by the name that the linker gives it for the job.
    safe fn wasmfit_guest(a: u32, b: u32) -> u32;
}

/// What the guest imports: `host.extra`.
#[unsafe(no_mangle)]
extern "C" fn extra() -> u32 {
    harness::extra()
}

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    harness::phase::instantiate();
    // One block, so that the allocator is in the image, as it is in the baseline.
    black_box(Box::new(job.module().len()));

    job.run(|arguments| Ok::<u32, Failure>(wasmfit_guest(arguments[0], arguments[1])))
}
