//! Adds the side table that wasefire-interpreter needs: `host INPUT.wasm OUTPUT.wasm`.

use std::error::Error;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, output] = arguments.as_slice() else {
        return Err("usage: host INPUT.wasm OUTPUT.wasm".into());
    };

    // Its errors have no words for users, only names.
    let prepared = wasefire_interpreter::prepare(&fs::read(input)?)
        .map_err(|error| format!("wasefire-interpreter: {error:?}"))?;
    fs::write(output, prepared)?;
    Ok(())
}
