//! A guest that reaches `unreachable`, or as native code the instruction that is nearest to it.
#![no_std]

#[cfg(target_arch = "wasm32")]
use core::arch::wasm32::unreachable;

#[cfg(target_arch = "arm")]
fn unreachable() -> ! {
    unsafe { core::arch::asm!("udf #0", options(noreturn)) }
}

#[cfg(target_arch = "riscv32")]
fn unreachable() -> ! {
    unsafe { core::arch::asm!("unimp", options(noreturn)) }
}

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    fn extra() -> u32;
}

#[unsafe(no_mangle)]
extern "C" fn traps(a: u32, b: u32) -> u32 {
    // The host is asked, so that the trap is not all there is.
    if unsafe { extra() } != a + b {
        unreachable()
    }
    0
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
