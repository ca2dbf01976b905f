//! No runtime: the harness with its allocator, its job and its host functions, and no
//! module run. What an image holds beyond this is its runtime's.
#![no_std]

extern crate alloc;

use alloc::boxed::Box;
use core::hint::black_box;

use harness::Failure;
use harness::any::{Job, Trap};

harness::firmware_for_any!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let module = black_box(job.module());

    harness::phase::instantiate();
    // One block, so that the allocator is part of the baseline.
    black_box(Box::new(module.len()));

    job.run(|arguments, results| {
        // The host functions are linked, and never called: there is nothing to call them.
        if black_box(false) {
            for import in job.imports() {
                let answer = import.answer(|place| arguments[place], &mut [0u8; 4][..])?;
                for (result, &kind) in results.iter_mut().zip(import.results()) {
                    *result = import.result(kind, answer);
                }
            }
        }
        results.fill(0);
        Ok::<(), Trap>(())
    })
}
