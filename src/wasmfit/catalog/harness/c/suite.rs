//! The Rust part of a firmware that replays the W3C suite on a runtime in C.
#![no_std]

harness::firmware_for_suite!(harness::suite::C);
