//! Compiles wasm modules ahead for wasmtime's interpreter on a 32-bit device:
//! `host INPUT.wasm OUTPUT.cwasm [OPTION]…`, or `host --batch INPUT OUTPUT [OPTION]…`
//! for many modules in one file (see `batch.rs`), as glue for the W3C suite wants them: components among them.

mod batch;

use std::error::Error;
use std::{env, fs};

use wasmtime::{Config, Engine, OptLevel};

/// What a component's binary begins with.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let many = arguments.first().is_some_and(|first| first == "--batch");
    if many {
        arguments.remove(0);
    }
    let [input, output, options @ ..] = arguments.as_slice() else {
        return Err("usage: host [--batch] INPUT OUTPUT [OPTION]…".into());
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
        // A module says what it was compiled with, and a device without it refuses it.
        .wasm_component_model(false)
        .cranelift_opt_level(OptLevel::Speed);
    if many {
        // What the suite asks for beyond that: memory that grows, and what is off unless it is switched on.
        // Optimised code would be no other answer, only a later one.
        config.memory_may_move(true).wasm_custom_page_sizes(true).cranelift_opt_level(OptLevel::None);
    }
    for option in options {
        match option.as_str() {
            "--no-simd" => config.wasm_simd(false).wasm_relaxed_simd(false),
            "--fuel" => config.consume_fuel(true),
            "--component" => config.wasm_component_model(true),
            other => return Err(format!("unknown option {other}").into()),
        };
    }

    let engine = Engine::new(&config)?;
    let compile = |module: &[u8]| {
        if module.get(..8) == Some(COMPONENT) {
            engine.precompile_component(module)
        } else {
            engine.precompile_module(module)
        }
    };
    if many {
        return batch::each(input, output, |module| compile(module).map_err(|error| format!("{error:#}")));
    }
    fs::write(output, compile(&fs::read(input)?)?)?;
    Ok(())
}
