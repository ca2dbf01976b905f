//! Integer matrices, 20 by 20.
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

const N: usize = 20;

#[unsafe(no_mangle)]
extern "C" fn matmul(rounds: u32, seed: u32) -> u32 {
    let (mut a, mut b, mut c) = ([0u32; N * N], [0u32; N * N], [0u32; N * N]);
    let mut state = seed;
    for x in a.iter_mut().chain(b.iter_mut()) {
        *x = next(&mut state) >> 16;
    }
    let mut total = 0u32;
    for round in 0..rounds as usize {
        for i in 0..N {
            for j in 0..N {
                let mut sum = 0u32;
                for k in 0..N {
                    sum = sum.wrapping_add(a[i * N + k].wrapping_mul(b[k * N + j]));
                }
                c[i * N + j] = sum;
            }
        }
        for x in c {
            total = total.rotate_left(1) ^ x;
        }
        a[round % (N * N)] = total >> 16;
    }
    total
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
