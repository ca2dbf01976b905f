//! A few calculations of a kind each, in a firmware that fits into very little RAM.
#![no_std]

use core::hint::black_box;

use harness::{Failure, Job, extra};

harness::firmware!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    harness::phase::instantiate();
    job.run(|arguments| {
        let (left, right) = (arguments[0], arguments[1]);
        let mut table = [0u32; 64];
        for (place, entry) in table.iter_mut().enumerate() {
            let place = place as u32;
            *entry = black_box(left).rotate_left(place) ^ right.wrapping_mul(place) ^ (right / (place + 1));
        }
        let sum = black_box(&table).iter().fold(0u64, |sum, &entry| sum * 31 + u64::from(entry));
        // Nothing of the above is left out, and the result is what the workload wants.
        let nothing = black_box(sum) & black_box(0);
        Ok::<u32, Failure>(left.wrapping_add(right).wrapping_add(extra()).wrapping_add(nothing as u32))
    })
}
