//! Four bodies in double precision.
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
extern "C" fn nbody(steps: u32, seed: u32) -> u32 {
    const MASS: [f64; 4] = [1.0, 2.0, 3.0, 4.0];
    let (mut place, mut speed) = ([[0f64; 3]; 4], [[0f64; 3]; 4]);
    for i in 0..4 {
        for j in 0..3 {
            place[i][j] = (i as u32 * 3 + j as u32 + seed % 7) as f64 * 0.5;
        }
    }
    let step = 0.0078125;
    for _ in 0..steps {
        for i in 0..4 {
            for j in i + 1..4 {
                let d = [0, 1, 2].map(|k| place[i][k] - place[j][k]);
                let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + 0.25;
                let pull = step / (square * square);
                for k in 0..3 {
                    speed[i][k] -= d[k] * MASS[j] * pull;
                    speed[j][k] += d[k] * MASS[i] * pull;
                }
            }
        }
        for i in 0..4 {
            for k in 0..3 {
                place[i][k] += speed[i][k] * step;
            }
        }
    }
    let mut energy = 0.0;
    for (m, v) in MASS.iter().zip(speed) {
        energy += m * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    }
    let bits = energy.to_bits();
    (bits ^ bits >> 32) as u32
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
