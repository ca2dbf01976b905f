//! @NAME@ in a firmware of wasmfit.
#![no_std]

use harness::{Failure, Job, extra};

harness::firmware!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    // From the module's bytes, which lie in flash, to the runtime's module.
    harness::phase::load();
    let bytes: &'static [u8] = job.module();

    // Store, import `host.extra` (a function without arguments, returning extra()), instance, export.
    harness::phase::instantiate();
    let name: &'static str = job.export();
    let host = extra as fn() -> u32;

    // Each call: arguments as unsigned 32-bit words in, the export's result out. An error that
    // has words (`Display`) ends the run as a failure of the phase it happened in: `?` is enough.
    job.run(|arguments| {
        let _ = (bytes, name, host, arguments);
        Err::<u32, &str>("firmware/lib.rs does not embed @NAME@ yet")
    })
}
