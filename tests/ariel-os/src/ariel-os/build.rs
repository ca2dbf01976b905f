//! Tells the linker where the target's memory map is.

use std::env::var;

fn main() {
    println!("cargo:rustc-link-search={}/{}", var("CARGO_MANIFEST_DIR").unwrap(), var("TARGET").unwrap());
}
