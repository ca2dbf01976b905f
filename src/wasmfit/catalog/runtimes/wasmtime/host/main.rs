//! Compiles a wasm module ahead for wasmtime's interpreter on a 32-bit device:
//! `host INPUT.wasm OUTPUT.cwasm [--no-simd]`.

use std::error::Error;
use std::{env, fs};

use wasmtime::{Config, Engine, OptLevel};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, output, options @ ..] = arguments.as_slice() else {
        return Err("usage: host INPUT.wasm OUTPUT.cwasm [--no-simd]".into());
    };

    // The reference's configuration, and what a device without an MMU adds to it:
    // no signals, no guard pages. The firmware's must agree.
    let mut config = Config::new();
    config.target("pulley32")?;
    config
        .signals_based_traps(false)
        .memory_init_cow(false)
        .memory_reservation(0)
        .memory_guard_size(0)
        .memory_may_move(false)
        .generate_address_map(false)
        .table_lazy_init(false)
        .cranelift_opt_level(OptLevel::Speed);
    for option in options {
        match option.as_str() {
            "--no-simd" => config.wasm_simd(false).wasm_relaxed_simd(false),
            other => return Err(format!("unknown option {other}").into()),
        };
    }

    let engine = Engine::new(&config)?;
    fs::write(output, engine.precompile_module(&fs::read(input)?)?)?;
    Ok(())
}
