//! The application: a task of the operating system that does what the job says.
#![no_main]
#![no_std]

// The runtime's glue, which the harness calls.
extern crate firmware as _;

#[repr(C, align(16))]
struct Job<const SIZE: usize>([u8; SIZE]);

/// The module and the calls, for the harness.
#[allow(non_upper_case_globals)]
#[unsafe(no_mangle)]
static wasmfit_job: Job<{ include_bytes!("job.bin").len() }> = Job(*include_bytes!("job.bin"));

unsafe extern "C" {
    /// The harness: does what the job says, and ends.
    safe fn wasmfit_main() -> !;
}

#[ariel_os::task(autostart)]
async fn main() {
    wasmfit_main()
}
