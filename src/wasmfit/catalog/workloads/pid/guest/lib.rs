//! Controls the temperature of a simulated plant that is measured, and driven, in whole numbers.
#![no_std]

use pid::Pid;

#[unsafe(no_mangle)]
extern "C" fn run(steps: u32, seed: u32) -> u32 {
    let mut state = seed;
    let mut controller = Pid::<f32>::new(200.0, 1023.0);
    controller.p(4.0, 1023.0).i(0.0625, 512.0).d(2.0, 256.0);
    let mut temperature = 0i32;
    let mut sum = 0;
    for step in 0..steps {
        if step % 512 == 0 {
            controller.setpoint(((noise(&mut state) & 255) + 100) as f32);
        }
        let output = controller.next_control_output((temperature >> 8) as f32).output as i32;
        let disturbance = (noise(&mut state) & 63) as i32 - 32;
        temperature += output * 4 - (temperature >> 7) + disturbance;
        sum = fold(sum, temperature as u32);
    }
    sum
}

/// Marsaglia's xorshift: the next of a sequence that a seed begins (which is never 0).
fn noise(state: &mut u32) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state
}

/// One more word of a checksum that depends on the order of what it is made from.
fn fold(sum: u32, word: u32) -> u32 {
    sum.rotate_left(5) ^ word
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
