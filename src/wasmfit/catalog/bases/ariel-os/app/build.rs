//! Hands the linker what is linked besides crates: one argument a line.
use std::{env, fs, path::Path};

const LINKED: &str = "linked.txt";

fn main() {
    println!("cargo::rerun-if-changed={LINKED}");
    let folder = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let arguments = fs::read_to_string(Path::new(&folder).join(LINKED)).expect("wasmfit writes it");
    for argument in arguments.lines() {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
