//! Transforms blocks of samples as a spectrum analyser does.
#![no_std]

use microfft::Complex32;
use microfft::complex::cfft_512;

#[unsafe(no_mangle)]
extern "C" fn run(rounds: u32, seed: u32) -> u32 {
    let mut state = seed;
    let mut sum = 0;
    for _ in 0..rounds {
        let mut samples = [Complex32::new(0.0, 0.0); 512];
        for sample in &mut samples {
            let word = noise(&mut state);
            *sample = Complex32::new(f32::from(word as i8), f32::from((word >> 8) as i8));
        }
        for bin in cfft_512(&mut samples) {
            sum = fold(fold(sum, level(bin.re)), level(bin.im));
        }
    }
    sum
}

/// A part of a bin in steps of 64, so that rounding within the transform does not show.
fn level(part: f32) -> u32 {
    (part * (1.0 / 64.0) + 256.5) as u32
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
