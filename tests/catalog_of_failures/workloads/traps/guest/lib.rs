//! A guest that reaches `unreachable`.
#![no_std]

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    fn extra() -> u32;
}

#[unsafe(no_mangle)]
extern "C" fn traps(a: u32, b: u32) -> u32 {
    // The host is asked, so that the trap is not all there is.
    if unsafe { extra() } != a + b {
        core::arch::wasm32::unreachable()
    }
    0
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
