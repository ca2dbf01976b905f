//! The same for firmware in C: see `include/wasmfit_any.h`.

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char};
use core::ptr;
use core::slice;

use super::program::{Nothing, Program, refuse};
use super::{Import, Job, Trap, Type, wasi};

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

#[unsafe(no_mangle)]
extern "C" fn wasmfit_any_instances() -> u32 {
    Job::get().further_instances().end
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

/// `wasmfit_call`.
#[repr(C)]
struct Call {
    function: u32,
    arguments: *const u64,
    params: Types,
    results: Types,
}

/// Where the job stands.
struct Shared(UnsafeCell<Program>);

// SAFETY: one thread.
unsafe impl Sync for Shared {}

static PROGRAM: Shared = Shared(UnsafeCell::new(Program::new()));

fn program() -> &'static mut Program {
    // SAFETY: one thread, and whoever asks is done with it before anybody else does.
    unsafe { &mut *PROGRAM.0.get() }
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_any_function(number: u32) -> *const c_char {
    // The blob keeps a NUL after every name.
    let function = Job::get().functions().get(number as usize);
    function.map_or(ptr::null(), |function| function.name().as_ptr().cast())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmfit_any_next(call: *mut Call, memory: *mut u8, size: u32) -> bool {
    let job = Job::get();
    // SAFETY: the glue hands over the module's memory.
    let mut memory: &mut [u8] =
        if memory.is_null() { &mut [] } else { unsafe { slice::from_raw_parts_mut(memory, size as usize) } };
    let Some(number) = program().next(job, &mut memory) else { return false };
    let function = &job.functions()[number];
    let next = Call {
        function: number as u32,
        arguments: program().arguments().as_ptr(),
        params: function.params().into(),
        results: function.results().into(),
    };
    // SAFETY: the glue has room for it.
    unsafe { call.write(next) };
    true
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_any_begin() {
    program().begin();
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmfit_any_end(call: *const Call, results: *const u64) {
    // SAFETY: as many as the function's types say.
    program().end(unsafe { slice::from_raw_parts(results, (*call).results.count as usize) });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmfit_any_failed(reason: *const c_char) {
    if wasi::has_exited_well() {
        return program().end(&[]);
    }
    // SAFETY: the glue hands over a text.
    crate::fail(unsafe { CStr::from_ptr(reason) }.to_str().unwrap_or("a reason that is not UTF-8"))
}

// For an embedding that calls one export.

#[unsafe(no_mangle)]
extern "C" fn wasmfit_any_call_begin() -> *const u64 {
    match program().next(Job::get(), &mut Nothing) {
        None => ptr::null(),
        Some(0) => {
            let arguments = program().arguments().as_ptr();
            program().begin();
            arguments
        }
        Some(_) => refuse(),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmfit_any_call_end(results: *const u64) {
    // SAFETY: as many as the export's types say.
    program().end(unsafe { slice::from_raw_parts(results, Job::get().results().len()) });
}
