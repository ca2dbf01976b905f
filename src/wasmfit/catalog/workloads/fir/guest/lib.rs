//! Filters blocks of 16-bit samples, with saturation, as in audio and sensing.
#![no_std]

const TAPS: usize = 64;
const BLOCK: usize = 128;

#[unsafe(no_mangle)]
extern "C" fn run(blocks: u32, seed: u32) -> u32 {
    let mut state = seed;
    let mut taps = [0i16; TAPS];
    taps.fill_with(|| (noise(&mut state) as i16) >> 3);
    // The last samples of the block before come first.
    let mut samples = [0i16; TAPS - 1 + BLOCK];
    let mut sum = 0;
    for _ in 0..blocks {
        samples.copy_within(BLOCK.., 0);
        samples[TAPS - 1..].fill_with(|| noise(&mut state) as i16);
        for window in samples.windows(TAPS) {
            let total: i32 = window.iter().zip(&taps).map(|(&sample, &tap)| i32::from(sample) * i32::from(tap)).sum();
            let output = (total >> 15).clamp(i16::MIN.into(), i16::MAX.into());
            sum = fold(sum, output as u32);
        }
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
