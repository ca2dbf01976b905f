//! Embassy below the harness: its executor runs one task, which sets the chip's HAL up as any application
//! would, waits once on the time driver, and then does what wasmfit measures.
//!
//! The emulated machine has the core and none of the chip's peripherals, so setting up would wait for a
//! clock that never starts. There, and only there, the task goes on at once: same image, and a host that
//! says what it is. The same holds for what a HAL does before, in start-up code of its own: its callers
//! come to the functions named `__wrap_…` instead (see `guarded` in `base.toml`).
#![no_std]

#[cfg(target_arch = "arm")]
mod arm;
#[cfg(target_arch = "riscv32")]
mod esp;

unsafe extern "C" {
    /// The harness: does what the job says, and ends.
    safe fn wasmfit_main() -> !;
    /// Whether the host says that it emulates the core.
    safe fn wasmfit_is_emulated() -> bool;
}
