//! A guest that calls itself without end.
#![no_std]

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    fn extra() -> u32;
}

#[unsafe(no_mangle)]
extern "C" fn recurses(a: u32, b: u32) -> u32 {
    // Not a tail call: the result is needed after it.
    recurses(a + 1, b) ^ unsafe { extra() }
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
