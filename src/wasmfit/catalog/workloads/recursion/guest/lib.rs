//! Calls itself: Fibonacci, and Ackermann's function with 2.
#![no_std]

#[unsafe(no_mangle)]
extern "C" fn run(fib: u32, ackermann: u32) -> u32 {
    fibonacci(fib) ^ ackermanns(2, ackermann) << 24
}

#[inline(never)]
fn fibonacci(n: u32) -> u32 {
    if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
}

#[inline(never)]
fn ackermanns(m: u32, n: u32) -> u32 {
    match (m, n) {
        (0, n) => n + 1,
        (m, 0) => ackermanns(m - 1, 1),
        (m, n) => ackermanns(m - 1, ackermanns(m, n - 1)),
    }
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
