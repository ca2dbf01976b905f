//! Primes by trial division.
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

#[unsafe(no_mangle)]
extern "C" fn primes(count: u32, from: u32) -> u32 {
    let mut hash = from;
    for value in from..from + count {
        let mut divisor = 2;
        while divisor * divisor <= value && value % divisor != 0 {
            divisor += 1;
        }
        if value >= 2 && divisor * divisor > value {
            hash = hash.wrapping_mul(31).wrapping_add(value);
        }
    }
    hash
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
