//! The Rust part of a firmware whose runtime is in C: the harness and nothing else.
#![no_std]

extern crate harness;
