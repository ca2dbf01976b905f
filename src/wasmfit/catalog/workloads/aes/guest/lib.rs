//! AES-128 in counter mode over a buffer, as a device encrypts what it sends.
#![no_std]

use aes::Aes128Enc;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};

const MOST_BLOCKS: usize = 256;
/// Blocks that the cipher is given at once, for it to work on side by side.
const AT_ONCE: usize = 8;

#[unsafe(no_mangle)]
extern "C" fn run(blocks: u32, seed: u32) -> u32 {
    let mut state = seed;
    let mut key = [0; 16];
    for word in key.chunks_exact_mut(4) {
        word.copy_from_slice(&noise(&mut state).to_le_bytes());
    }
    let mut text = [0; MOST_BLOCKS * 4];
    let text = &mut text[..blocks as usize * 4];
    text.fill_with(|| noise(&mut state));

    let cipher = Aes128Enc::new(&key.into());
    for (batch, words) in text.chunks_mut(4 * AT_ONCE).enumerate() {
        let mut stream = [Array::from([0; 16]); AT_ONCE];
        for (number, block) in stream.iter_mut().enumerate() {
            block[12..].copy_from_slice(&((batch * AT_ONCE + number) as u32).to_be_bytes());
        }
        cipher.encrypt_blocks(&mut stream);
        for (word, key) in words.iter_mut().zip(stream.iter().flat_map(|block| block.chunks_exact(4))) {
            *word ^= u32::from_le_bytes([key[0], key[1], key[2], key[3]]);
        }
    }
    text.iter().fold(0, |sum, &word| fold(sum, word))
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
