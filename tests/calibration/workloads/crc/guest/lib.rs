//! CRC-32 by a table.
#![no_std]

#[allow(dead_code, reason = "a guest of wasmfit imports it, and this one does not need it")]
#[link(wasm_import_module = "host")]
unsafe extern "C" {
    fn extra() -> u32;
}

fn next(state: &mut u32) -> u32 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *state
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let (mut c, mut k) = (n as u32, 0);
        while k < 8 {
            c = if c & 1 == 1 { 0xEDB8_8320 ^ c >> 1 } else { c >> 1 };
            k += 1;
        }
        table[n] = c;
        n += 1;
    }
    table
}
static TABLE: [u32; 256] = table();

#[unsafe(no_mangle)]
extern "C" fn crc(rounds: u32, seed: u32) -> u32 {
    let mut data = [0u8; 1024];
    let mut state = seed;
    for x in &mut data {
        *x = (next(&mut state) >> 24) as u8;
    }
    let mut crc = 0u32;
    for _ in 0..rounds {
        let mut c = !crc;
        for &x in &data {
            c = TABLE[((c ^ x as u32) & 255) as usize] ^ c >> 8;
        }
        crc = !c;
    }
    crc
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
