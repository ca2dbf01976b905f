//! The part of the harness that replays the W3C suite, on a computer: the same glue runs there, so that what
//! a device answers can be held against it.
#![no_std]

extern crate alloc;
extern crate std;

#[path = "../src/suite.rs"]
pub mod suite;

/// Gives up.
pub fn fail(reason: &str) -> ! {
    panic!("{reason}")
}
