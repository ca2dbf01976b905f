//! Chips with a Cortex-M: Embassy's own executor and HALs.

use embassy_executor::Spawner;
#[cfg(feature = "nrf")]
use embassy_nrf as hal;
#[cfg(feature = "rp")]
use embassy_rp as hal;
#[cfg(feature = "stm32")]
use embassy_stm32 as hal;
use embassy_time::Timer;

use crate::{wasmfit_is_emulated, wasmfit_main};

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
