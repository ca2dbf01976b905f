//! Multiplies two square matrices of 32-bit integers.
#![no_std]

use core::cell::UnsafeCell;

const MOST: usize = 32;

static MATRICES: Buffer<[[i32; MOST * MOST]; 3]> = Buffer(UnsafeCell::new([[0; MOST * MOST]; 3]));

#[unsafe(no_mangle)]
extern "C" fn run(order: u32, seed: u32) -> u32 {
    let mut state = seed;
    let order = order as usize;
    let [a, b, product] = MATRICES.get();
    for element in a[..order * order].iter_mut().chain(&mut b[..order * order]) {
        *element = noise(&mut state) as i32 >> 12;
    }
    for (row, results) in a.chunks_exact(order).zip(product.chunks_exact_mut(order)).take(order) {
        for (column, result) in results.iter_mut().enumerate() {
            let mut sum = 0;
            for (k, &element) in row.iter().enumerate() {
                sum = i32::wrapping_add(sum, element.wrapping_mul(b[k * order + column]));
            }
            *result = sum;
        }
    }
    product[..order * order].iter().fold(0, |sum, &element| fold(sum, element as u32))
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
