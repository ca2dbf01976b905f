//! Embassy below the harness: its executor runs one task, which sets the chip's HAL up as any application
//! would, waits once on the time driver, and then does what wasmfit measures.
//!
//! The emulated machine has the core and none of the chip's peripherals, so setting up would wait for a
//! clock that never starts. There, and only there, the task goes on at once: same image, and a host that
//! says what it is.
#![no_std]

use embassy_executor::Spawner;
#[cfg(feature = "nrf")]
use embassy_nrf as hal;
#[cfg(feature = "rp")]
use embassy_rp as hal;
#[cfg(feature = "stm32")]
use embassy_stm32 as hal;
use embassy_time::Timer;

unsafe extern "C" {
    /// The harness: does what the job says, and ends.
    safe fn wasmfit_main() -> !;
    /// Whether the host says that it emulates the core.
    safe fn wasmfit_is_emulated() -> bool;
}

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    if !wasmfit_is_emulated() {
        let _peripherals = hal::init(Default::default());
        Timer::after_ticks(1).await;
    }
    wasmfit_main()
}

/// The HAL's own start-up code, which runs before memory is initialised, and touches the chip's peripherals.
/// Its caller comes here instead; see `guarded` in `base.toml`.
#[cfg(feature = "rp")]
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___pre_init() {
    unsafe extern "C" {
        fn __real___pre_init();
    }
    if !wasmfit_is_emulated() {
        // SAFETY: called where and when its caller meant to.
        unsafe { __real___pre_init() }
    }
}
