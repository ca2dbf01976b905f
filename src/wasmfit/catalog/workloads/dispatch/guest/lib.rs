//! A machine whose operations are reached through a table.
#![no_std]

type Operation = fn(u32, u32) -> u32;

static OPERATIONS: [Operation; 16] = [
    |a, b| a.wrapping_add(b),
    |a, b| a.wrapping_sub(b),
    |a, b| a.wrapping_mul(b | 1),
    |a, b| a & b,
    |a, b| a | b,
    |a, b| a ^ b,
    |a, b| a << (b & 31),
    |a, b| a >> (b & 31),
    |a, b| a.rotate_left(b & 31),
    |a, b| a.rotate_right(b & 31),
    |a, b| a / (b | 1),
    |a, b| a % (b | 1),
    |a, b| (a == b) as u32,
    |a, b| a.min(b),
    |a, b| a.max(b),
    |a, b| a.leading_zeros() + b,
];

#[unsafe(no_mangle)]
extern "C" fn run(count: u32, seed: u32) -> u32 {
    let mut state = seed;
    (0..count).fold(seed, |value, _| {
        let operand = noise(&mut state);
        OPERATIONS[(operand >> 28) as usize](value, operand) ^ operand
    })
}

/// Marsaglia's xorshift: the next of a sequence that a seed begins (which is never 0).
fn noise(state: &mut u32) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
