//! Writes valid modules that their numbers decide: `generate FOLDER FIRST COUNT [plain]`.
//!
//! Every module ends: each function takes from a global count of steps. It imports nothing, its memory and its table
//! cannot grow, and a NaN has one form: so its results do not depend on who runs it. With `plain`, modules have no
//! floats and nothing that came after WebAssembly 1.0, for interpreters that take no more.

use std::path::PathBuf;
use std::{env, fs, process};

use arbitrary::Unstructured;
use wasm_smith::{Config, Module};

/// Bytes that a module is made of, at most, where nothing is said.
const BYTES: usize = 1024;
/// Steps of loops and calls, over the whole life of an instance.
const STEPS: u32 = 1000;
const PAGE: u64 = 65_536;

/// What every module exports, as a module: `x0: (i32, i32) -> i32`, `x1: (i64, f64) -> i64`, `x2: (f32, f64) -> f64`,
/// and `x3: (i32) -> f32`. Their bodies here are unreachable.
#[rustfmt::skip]
const EXPORTS: &[u8] = &[
    0, b'a', b's', b'm', 1, 0, 0, 0,
    1, 24, 4,
    0x60, 2, 0x7f, 0x7f, 1, 0x7f,
    0x60, 2, 0x7e, 0x7c, 1, 0x7e,
    0x60, 2, 0x7d, 0x7c, 1, 0x7c,
    0x60, 1, 0x7f, 1, 0x7d,
    3, 5, 4, 0, 1, 2, 3,
    7, 21, 4, 2, b'x', b'0', 0, 0, 2, b'x', b'1', 0, 1, 2, b'x', b'2', 0, 2, 2, b'x', b'3', 0, 3,
    10, 17, 4, 3, 0, 0, 0x0b, 3, 0, 0, 0x0b, 3, 0, 0, 0x0b, 3, 0, 0, 0x0b,
];

/// The same without floats: `x2: (i32, i64) -> i64` and `x3: (i32) -> i32`.
fn whole_numbers() -> Vec<u8> {
    let (types, rest) = EXPORTS.split_at(34);
    let kinds = types.iter().map(|byte| match byte {
        0x7d => 0x7f,
        0x7c => 0x7e,
        other => *other,
    });
    kinds.chain(rest.iter().copied()).collect()
}

/// The choices that a number stands for (SplitMix64).
fn choices(number: u64, length: usize) -> Vec<u8> {
    let mut state = number;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend((mixed ^ (mixed >> 31)).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn settings(number: u64, plain: bool) -> Config {
    if plain {
        return Config {
            exports: Some(whole_numbers()),
            allow_floats: false,
            bulk_memory_enabled: false,
            multi_value_enabled: false,
            sign_extension_ops_enabled: false,
            saturating_float_to_int_enabled: false,
            ..settings(number, false)
        };
    }
    Config {
        min_funcs: 4,
        max_funcs: 9,
        max_instructions: 120,
        max_imports: 0,
        exports: Some(EXPORTS.to_vec()),
        max_memories: 1,
        max_memory32_bytes: PAGE,
        memory_max_size_required: true,
        max_tables: 1,
        max_table_elements: 32,
        table_max_size_required: true,
        max_data_segments: 3,
        allow_start_export: number % 8 == 0,
        disallow_traps: number % 2 == 0,
        canonicalize_nans: true,
        bulk_memory_enabled: number % 3 == 0,
        multi_value_enabled: number % 2 == 0,
        sign_extension_ops_enabled: number % 4 != 0,
        saturating_float_to_int_enabled: number % 4 != 1,
        reference_types_enabled: false,
        simd_enabled: false,
        relaxed_simd_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        extended_const_enabled: false,
        wide_arithmetic_enabled: false,
        custom_page_sizes_enabled: false,
        generate_custom_sections: false,
        ..Config::default()
    }
}

/// The module of a number; none where its choices make none.
fn module(number: u64, length: usize, plain: bool) -> Option<Vec<u8>> {
    let bytes = choices(number, length);
    let mut made = Module::new(settings(number, plain), &mut Unstructured::new(&bytes)).ok()?;
    made.ensure_termination(STEPS).ok()?;
    Some(made.to_bytes())
}

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let number = |at: usize| words.get(at).and_then(|word| word.parse::<u64>().ok());
    let (Some(folder), Some(first), Some(count)) = (words.first(), number(1), number(2)) else {
        eprintln!("usage: generate FOLDER FIRST COUNT [plain]");
        process::exit(2);
    };
    let plain = words.get(3).is_some_and(|word| word == "plain");
    let letter = if plain { 'p' } else { 'g' };
    for one in first..first + count {
        // More choices for some than for others: small modules are easier to explain, large ones find more.
        let Some(wasm) = module(one, BYTES << (one % 4), plain) else { continue };
        let path = PathBuf::from(folder).join(format!("{letter}{one:06}.wasm"));
        if let Err(error) = fs::write(&path, wasm) {
            eprintln!("{}: {error}", path.display());
            process::exit(1);
        }
    }
}
