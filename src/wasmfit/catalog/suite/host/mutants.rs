//! Mutants: valid modules with some of their bytes changed, by numbers that come out the same every time.
//! Kept are those that wasmparser refuses with every feature switched on; what they are made from stands
//! beside them, since a runtime that refuses everything is no better than one that refuses nothing.

use serde_json::{Value, json};

use crate::module::Modules;

const FILE: &str = "mutants";
const WANTED: usize = 600;
const LONGEST: usize = 2048;
/// One module in so many of the suite's is a seed.
const STRIDE: usize = 7;

/// The script of mutants: each is loaded, and must be refused.
pub fn script(seeds: &Modules, modules: &mut Modules) -> Value {
    let seeds: Vec<&[u8]> = seeds.seeds(LONGEST).step_by(STRIDE).collect();
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let mut commands: Vec<Value> = Vec::new();
    for seed in &seeds {
        commands.push(command(modules, seed.to_vec(), "valid", "a seed of mutants"));
    }
    let mut refused = 0;
    // Most changes are found at once; a module that swallows all of them is left behind.
    for turn in 0..WANTED * 20 {
        if refused == WANTED || seeds.is_empty() {
            break;
        }
        let (mutant, how) = mutated(seeds[turn % seeds.len()], &mut numbers);
        let number = modules.add(mutant.clone());
        if !modules.facts(number).valid {
            commands.push(command(modules, mutant, "invalid", how));
            refused += 1;
        }
    }
    json!({ "file": FILE, "left_out": {}, "commands": commands })
}

/// Each can be done on its own, so that what one breaks is not another's.
fn command(modules: &mut Modules, bytes: Vec<u8>, expect: &str, message: &str) -> Value {
    let number = modules.add(bytes);
    let facts = modules.facts(number);
    json!({
        "line": number, "do": "load", "module": number, "expect": expect, "message": message,
        "valid": facts.valid, "needs": facts.needs, "fresh": true,
    })
}

const HEADER: usize = 8;

fn mutated(seed: &[u8], numbers: &mut Numbers) -> (Vec<u8>, &'static str) {
    let mut bytes = seed.to_vec();
    if bytes.len() <= HEADER {
        bytes.push(numbers.below(256) as u8);
        return (bytes, "a byte is added");
    }
    let mut place = |bytes: &[u8]| HEADER + numbers.below(bytes.len() - HEADER);
    let at = place(&bytes);
    let other = place(&bytes);
    match numbers.below(5) {
        0 => {
            bytes[at] ^= 1 << numbers.below(8);
            (bytes, "a bit is turned")
        }
        1 => {
            bytes[at] = numbers.below(256) as u8;
            bytes[other] = numbers.below(256) as u8;
            (bytes, "two bytes are changed")
        }
        2 => {
            bytes.truncate(at);
            (bytes, "it ends too early")
        }
        3 => {
            bytes.remove(at);
            (bytes, "a byte is missing")
        }
        _ => {
            bytes.insert(at, numbers.below(256) as u8);
            (bytes, "a byte is too many")
        }
    }
}

/// A sequence of numbers (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize) % end
    }
}
