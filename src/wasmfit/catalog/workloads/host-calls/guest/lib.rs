//! Asks the host for a number again and again.
#![no_std]

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    fn extra() -> u32;
}

#[unsafe(no_mangle)]
extern "C" fn run(count: u32, seed: u32) -> u32 {
    (0..count).fold(seed, |sum, _| sum.rotate_left(5) ^ unsafe { extra() })
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
