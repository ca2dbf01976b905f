//! The same for firmware in C: see `include/wasmfit_any.h`.

use core::ffi::c_char;
use core::ptr;
use core::slice;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::{Import, Job, Trap, Type};
use crate::{heap, phase};

/// `wasmfit_types`.
#[repr(C)]
struct Types {
    types: *const Type,
    count: u32,
}

impl From<&'static [Type]> for Types {
    fn from(types: &'static [Type]) -> Self {
        Types { types: types.as_ptr(), count: types.len() as u32 }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmfit_any_module(length: *mut u32) -> *const u8 {
    let module = Job::get().module();
    unsafe { length.write(module.len() as u32) };
    module.as_ptr()
}

// The blob keeps a NUL behind every name.

#[unsafe(no_mangle)]
extern "C" fn wasmfit_any_export() -> *const c_char {
    Job::get().export().as_ptr().cast()
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_any_params() -> Types {
    Job::get().params().into()
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_any_results() -> Types {
    Job::get().results().into()
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_any_import(number: u32) -> *const Import {
    Job::get().imports().get(number as usize).map_or(ptr::null(), |import| import)
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_import_module(import: &'static Import) -> *const c_char {
    import.module().as_ptr().cast()
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_import_name(import: &'static Import) -> *const c_char {
    import.name().as_ptr().cast()
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_import_params(import: &'static Import) -> Types {
    import.params().into()
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_import_results(import: &'static Import) -> Types {
    import.results().into()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmfit_import_answer(
    import: &'static Import,
    arguments: *const u64,
    results: *mut u64,
    memory: *mut u8,
    size: u32,
) -> *const c_char {
    // SAFETY: the glue hands over as many words as the import's types say, and the module's memory.
    let answer = unsafe {
        let memory: &mut [u8] =
            if memory.is_null() { &mut [] } else { slice::from_raw_parts_mut(memory, size as usize) };
        import.answer(|place| arguments.add(place).read(), memory)
    };
    match answer {
        Ok(answer) => {
            for (place, &kind) in import.results().iter().enumerate() {
                // SAFETY: as above; the arguments have been read, so they may lie here too.
                unsafe { results.add(place).write(import.result(kind, answer)) };
            }
            ptr::null()
        }
        Err(_) => WORDS.as_ptr().cast(),
    }
}

static WORDS: [u8; Trap::WORDS.len() + 1] = {
    let mut words = [0; Trap::WORDS.len() + 1];
    let mut place = 0;
    while place < Trap::WORDS.len() {
        words[place] = Trap::WORDS.as_bytes()[place];
        place += 1;
    }
    words
};

static NEXT_CALL: AtomicUsize = AtomicUsize::new(0);

#[unsafe(no_mangle)]
extern "C" fn wasmfit_any_call_begin() -> *const u64 {
    let (job, index) = (Job::get(), NEXT_CALL.load(Relaxed));
    if index == job.number_of_calls() {
        return ptr::null();
    }
    NEXT_CALL.store(index + 1, Relaxed);
    let arguments = job.arguments(index);
    phase::call();
    arguments.as_ptr()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmfit_any_call_end(results: *const u64) {
    phase::idle();
    heap::look(NEXT_CALL.load(Relaxed) == 1);
    let job = Job::get();
    // SAFETY: as many as the export's types say.
    job.results_lines(unsafe { slice::from_raw_parts(results, job.results().len()) });
}
