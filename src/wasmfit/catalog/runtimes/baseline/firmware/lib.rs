//! No runtime: the harness with its allocator and job, and native code in the
//! place of the module. What an image holds beyond this is its runtime's.
#![no_std]

extern crate alloc;

use alloc::boxed::Box;
use core::hint::black_box;

use harness::{Failure, Job, extra};

harness::firmware!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let module = black_box(job.module());

    harness::phase::instantiate();
    // One block, so that the allocator is part of the baseline.
    black_box(Box::new(module.len()));

    job.run(|arguments| {
        let sum = arguments.iter().fold(extra(), |sum, &argument| sum.wrapping_add(argument));
        Ok::<u32, Failure>(sum)
    })
}
