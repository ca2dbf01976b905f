//! The part that every firmware measured by wasmfit shares, so that what
//! differs between two images is the runtime and nothing else.
//!
//! A firmware is one function, `wasmfit_firmware`, in Rust (see [`firmware!`])
//! or in C (see `include/wasmfit.h`). The harness starts the chip, sets the
//! heap up, calls that function, then reports and ends. The function names its
//! phases ([`phase::load`], [`phase::instantiate`]) and runs the job's calls
//! through [`Job::run`]; the emulator recognises the phases by symbol, so
//! nothing is timed by code inside the image.
#![no_std]

extern crate alloc;
// Starts the chip in our place, and calls `wasmfit_main` when it is up: see `bases/`.
#[cfg(feature = "base")]
extern crate base as _;

#[cfg(feature = "any")]
pub mod any;
#[cfg(all(target_arch = "arm", target_os = "none"))]
#[path = "arm.rs"]
mod arch;
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
#[path = "riscv.rs"]
mod arch;
mod capi;
mod channel;
#[cfg(not(feature = "os"))]
mod heap;
#[cfg(feature = "os")]
#[path = "os_heap.rs"]
mod heap;
mod job;
pub mod phase;
mod stop;
#[cfg(feature = "suite")]
pub mod suite;

pub use job::{Job, extra};
#[cfg(feature = "any")]
pub(crate) use stop::unsupported;
pub use stop::{Failure, fail};

/// Makes `$function`, a `fn(&'static Job) -> Result<(), Failure>`, the firmware.
#[macro_export]
macro_rules! firmware {
    ($function:path) => {
        #[unsafe(no_mangle)]
        extern "C" fn wasmfit_firmware() {
            let run: fn(&'static $crate::Job) -> Result<(), $crate::Failure> = $function;
            if let Err(failure) = run($crate::Job::get()) {
                failure.end()
            }
        }
    };
}

unsafe extern "C" {
    fn wasmfit_firmware();
}

/// What start-up code in assembly, or a base's task, calls in the place of [`main`].
#[cfg(any(feature = "base", feature = "os", target_arch = "riscv32"))]
#[unsafe(no_mangle)]
extern "C" fn wasmfit_main() -> ! {
    main()
}

/// What the chip's start-up code calls once memory is initialised.
fn main() -> ! {
    heap::init();
    // Jobs of the other kinds of glue have no such field, and other fields in its place.
    let rounds = if cfg!(any(feature = "any", feature = "suite")) { 1 } else { Job::get().rounds() };
    for round in 0..rounds {
        job::begin(round);
        // SAFETY: the one firmware function of the image, which takes no argument.
        unsafe { wasmfit_firmware() };
        phase::done();
        if round == 0 {
            heap::unloaded();
            heap::report();
        }
    }
    heap::report_rounds(rounds);
    stop::end("end ok\n")
}
