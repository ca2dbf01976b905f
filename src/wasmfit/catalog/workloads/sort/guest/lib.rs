//! Sorts keys in place.
#![no_std]

use core::cell::UnsafeCell;

static KEYS: Buffer<[u32; 2048]> = Buffer(UnsafeCell::new([0; 2048]));

#[unsafe(no_mangle)]
extern "C" fn run(count: u32, seed: u32) -> u32 {
    let mut state = seed;
    let keys = &mut KEYS.get()[..count as usize];
    keys.fill_with(|| noise(&mut state));
    keys.sort_unstable();
    keys.iter().fold(0, |sum, &key| fold(sum, key))
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
