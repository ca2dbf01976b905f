//! Moves and fills parts of a buffer of 8 KiB.
#![no_std]

use core::cell::UnsafeCell;

const SIZE: usize = 8192;

static BYTES: Buffer<[u8; SIZE]> = Buffer(UnsafeCell::new([0; SIZE]));

#[unsafe(no_mangle)]
extern "C" fn run(rounds: u32, seed: u32) -> u32 {
    let mut state = seed;
    let bytes = BYTES.get();
    for word in bytes.chunks_exact_mut(4) {
        word.copy_from_slice(&noise(&mut state).to_le_bytes());
    }
    for _ in 0..rounds {
        let word = noise(&mut state) as usize;
        let (from, to) = (word % 4096, (word >> 12) % 4096);
        // The two may overlap.
        bytes.copy_within(from..from + 4000, to);
        let filled = (word >> 20) % 512;
        bytes[to + filled..to + 2 * filled].fill(word as u8);
    }
    bytes.chunks_exact(4).fold(0, |sum, word| fold(sum, u32::from_le_bytes([word[0], word[1], word[2], word[3]])))
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

/// A buffer in the module's memory. There is one thread, and one call at a time.
struct Buffer<T>(UnsafeCell<T>);

unsafe impl<T> Sync for Buffer<T> {}

impl<T> Buffer<T> {
    #[allow(clippy::mut_from_ref)]
    fn get(&self) -> &mut T {
        // SAFETY: only `run` asks, once a call.
        unsafe { &mut *self.0.get() }
    }
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
