//! No runtime: the harness with its allocator, its job and its host functions, and no
//! module run. What an image holds beyond this is its runtime's.
#![no_std]

extern crate alloc;

use alloc::boxed::Box;
use core::hint::black_box;

use harness::Failure;
use harness::any::{Instance, Job, Memory, Trap};

harness::firmware_for_any!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let module = black_box(job.module());

    harness::phase::instantiate();
    // One block, so that the allocator is part of the baseline.
    black_box(Box::new(module.len()));

    job.perform(&mut Nobody(job))
}

/// In the place of an instance.
struct Nobody(&'static Job);

impl Instance for Nobody {
    type Error = Trap;

    fn call(&mut self, _function: usize, arguments: &[u64], results: &mut [u64]) -> Result<(), Trap> {
        // The host functions are linked, and never called: there is nothing to call them.
        if black_box(false) {
            for import in self.0.imports() {
                let answer = import.answer(|place| arguments[place], &mut [0u8; 4][..])?;
                for (result, &kind) in results.iter_mut().zip(import.results()) {
                    *result = import.result(kind, answer);
                }
            }
        }
        results.fill(0);
        Ok(())
    }

    fn memory(&mut self) -> impl Memory {
        Anything
    }
}

/// Memory of which nothing becomes.
struct Anything;

impl Memory for Anything {
    fn read(&mut self, _at: u32, bytes: &mut [u8]) -> Result<(), Trap> {
        bytes.fill(0);
        Ok(())
    }

    fn write(&mut self, _at: u32, _bytes: &[u8]) -> Result<(), Trap> {
        Ok(())
    }
}
