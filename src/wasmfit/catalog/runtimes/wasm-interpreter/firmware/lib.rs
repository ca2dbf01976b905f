//! DLR's wasm-interpreter, over the module in flash.
#![no_std]

extern crate alloc;

#[cfg(feature = "runtime-instance")]
#[path = "embedding_2025.rs"]
mod embedding;
#[cfg(not(feature = "runtime-instance"))]
mod embedding;

harness::firmware!(embedding::run);
