//! Writes lines of a log as text.
#![no_std]

use core::fmt::Write;
use heapless::String;

#[unsafe(no_mangle)]
extern "C" fn run(lines: u32, seed: u32) -> u32 {
    let mut state = seed;
    let mut sum = 0;
    for line in 0..lines {
        let mut text = String::<96>::new();
        let (at, value, flags) = (noise(&mut state), noise(&mut state) as i32 >> 8, noise(&mut state));
        let level = ["debug", "info", "warning", "error"][flags as usize & 3];
        if writeln!(text, "{line:>6} {at:010} {level:<8}value={value:+} flags={flags:#010x}").is_err() {
            return 0;
        }
        sum = text.bytes().fold(sum, |sum, byte| fold(sum, byte.into()));
    }
    sum
}

/// Marsaglia's xorshift: the next of a sequence that a seed begins (which is never 0).
fn noise(state: &mut u32) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state
}

/// One more word of a checksum that depends on the order of what it is made from.
fn fold(sum: u32, word: u32) -> u32 {
    sum.rotate_left(5) ^ word
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
