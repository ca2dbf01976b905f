//! @NAME@ in a firmware of wasmfit, taking any module: signatures and imports are data.
#![no_std]

use harness::Failure;
use harness::any::{Import, Job, Trap};

harness::firmware_for_any!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    // As in lib.rs.
    harness::phase::load();
    let bytes: &'static [u8] = job.module();

    // Store, a host function for every import, instance, export. An import has module(), name(),
    // params() and results(); the host function does what answer() below does. Its memory is the
    // module's export job.memory(), and needed only if import.touches_memory().
    harness::phase::instantiate();
    for import in job.imports() {
        let _ = (import, answer);
    }
    let name: &'static str = job.export();

    // Each call: values as 64-bit words, of which an i32 or f32 is the lower half; their types are
    // job.params() and job.results().
    job.run(|arguments, results| {
        let _ = (bytes, name, arguments, results);
        Err::<(), &str>("firmware/any.rs does not embed @NAME@ yet")
    })
}

/// What the host function of an import does. `Trap` ends the call, in the words of `Trap::WORDS`.
fn answer(import: &Import, arguments: &[u64], results: &mut [u64], memory: &mut [u8]) -> Result<(), Trap> {
    let answer = import.answer(|place| arguments[place], memory)?;
    for (result, &kind) in results.iter_mut().zip(import.results()) {
        *result = import.result(kind, answer);
    }
    Ok(())
}
