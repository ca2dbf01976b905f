//! Espressif's chips: esp-hal, and the executor of its scheduler.

use embassy_executor::Spawner;
use embassy_time::Timer;
use esp_hal::interrupt::TrapFrame;
use esp_hal::timer::timg::TimerGroup;

use crate::{wasmfit_is_emulated, wasmfit_main};

unsafe extern "C" {
    /// The harness: reports a trap, with SP and RA as they were, and ends.
    fn wasmfit_fault(sp: *const u8, ra: *const u8) -> !;
    /// Where the core goes at a trap, if no interrupts are to be handled.
    fn wasmfit_on_trap();
}

#[esp_hal::main]
async fn main(_spawner: Spawner) {
    if !wasmfit_is_emulated() {
        let peripherals = esp_hal::init(Default::default());
        let timers = TimerGroup::new(peripherals.TIMG0);
        esp_rtos::start(timers.timer0, peripherals.FROM_CPU_INTR0);
        Timer::after_ticks(1).await;
    }
    wasmfit_main()
}

/// The HAL's hook for exceptions, once its handler of traps is set up.
#[unsafe(no_mangle)]
unsafe extern "C" fn ExceptionHandler(frame: &TrapFrame) -> ! {
    let behind = core::ptr::from_ref(frame).wrapping_add(1);
    // SAFETY: the report is made of these two addresses' values and of registers of machine mode.
    unsafe { wasmfit_fault(behind.cast(), frame.ra as *const u8) }
}

/// The word that esp-hal guards the end of the stack with. The linker script says where; without a definition
/// beside it, the linker would take a C library's, and what belongs to that.
#[unsafe(no_mangle)]
static mut __stack_chk_guard: u32 = 0;

/// Fills the RTC's memory, having asked the ROM why the chip starts.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___pre_init() {
    unsafe extern "C" {
        fn __real___pre_init();
    }
    if !wasmfit_is_emulated() {
        // SAFETY: called where and when its caller meant to, as is the one below.
        unsafe { __real___pre_init() }
    }
}

/// Sets the interrupt controller up, and calls `main` by way of the HAL.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap__start_rust(a0: usize, a1: usize, a2: usize) -> ! {
    unsafe extern "C" {
        fn __real__start_rust(a0: usize, a1: usize, a2: usize) -> !;
    }
    unsafe extern "Rust" {
        #[link_name = "main"]
        fn entry(a0: usize, a1: usize, a2: usize) -> !;
    }
    unsafe {
        if wasmfit_is_emulated() {
            core::arch::asm!("csrw mtvec, {0}", in(reg) wasmfit_on_trap as *const ());
            entry(a0, a1, a2)
        }
        __real__start_rust(a0, a1, a2)
    }
}
