//! Inflates a log of 16 KiB that lies compressed in the module.
#![no_std]

use core::cell::UnsafeCell;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

static STREAM: &[u8] = include_bytes!("log.z");
static OUTPUT: Buffer<[u8; 16384]> = Buffer(UnsafeCell::new([0; 16384]));

#[unsafe(no_mangle)]
extern "C" fn run(limit: u32, seed: u32) -> u32 {
    let output = &mut OUTPUT.get()[..limit as usize];
    let flags = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (_, _, written) = decompress(&mut DecompressorOxide::new(), STREAM, output, 0, flags);
    output[..written].chunks_exact(4).fold(seed, |sum, word| {
        fold(sum, u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
    })
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
