//! CRC-32 over pseudo-random bytes, as a device checks a packet or a page of flash.
#![no_std]

use crc::{CRC_32_ISO_HDLC, Crc, Table};

static CRC: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);

#[unsafe(no_mangle)]
extern "C" fn run(rounds: u32, seed: u32) -> u32 {
    let mut state = seed;
    let mut bytes = [0; 4096];
    for word in bytes.chunks_exact_mut(4) {
        word.copy_from_slice(&noise(&mut state).to_le_bytes());
    }
    let mut digest = CRC.digest();
    for _ in 0..rounds {
        digest.update(&bytes);
    }
    digest.finalize()
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
