//! SHA-256 over pseudo-random kilobytes, as a device checks an update.
#![no_std]

use sha2::{Digest, Sha256};

#[unsafe(no_mangle)]
extern "C" fn run(blocks: u32, seed: u32) -> u32 {
    let mut state = seed;
    let mut block = [0; 1024];
    let mut hash = Sha256::new();
    for _ in 0..blocks {
        for word in block.chunks_exact_mut(4) {
            word.copy_from_slice(&noise(&mut state).to_le_bytes());
        }
        hash.update(block);
    }
    let digest = hash.finalize();
    digest.chunks_exact(4).fold(0, |sum, word| sum ^ u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
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
