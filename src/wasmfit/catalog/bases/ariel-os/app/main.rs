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

unsafe extern "C" {
    /// The embedding, which the harness calls.
    fn wasmfit_firmware();
}

/// Keeps the embedding a function of its own, as it is on bases where another link could call it: with one
/// caller and no other use, it would be a part of that caller, and nobody could tell whose bytes are whose.
#[used]
static EMBEDDING: unsafe extern "C" fn() = wasmfit_firmware;

#[ariel_os::task(autostart)]
async fn main() {
    wasmfit_main()
}
