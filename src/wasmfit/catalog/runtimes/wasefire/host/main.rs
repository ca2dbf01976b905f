//! Adds the side table that wasefire-interpreter needs: `host INPUT.wasm OUTPUT.wasm`, or
//! `host --batch INPUT OUTPUT` for many modules in one file (see `batch.rs`).

mod batch;

use std::error::Error;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--batch", input, output] => batch::each(input, output, prepare),
        [input, output] => Ok(fs::write(output, prepare(&fs::read(input)?)?)?),
        _ => Err("usage: host [--batch] INPUT OUTPUT".into()),
    }
}

/// Its errors have no words for users, only names.
fn prepare(module: &[u8]) -> Result<Vec<u8>, String> {
    wasefire_interpreter::prepare(module).map_err(|error| format!("wasefire-interpreter: {error:?}"))
}
