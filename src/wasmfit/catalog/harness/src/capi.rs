//! The same harness for firmware in C: see `include/wasmfit.h`.

use core::ffi::{CStr, c_char};
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::heap::c as heap;
use crate::job::{self, Job};
use crate::phase;

#[unsafe(no_mangle)]
extern "C" fn wasmfit_phase_load() {
    NEXT_CALL.store(0, Relaxed);
    phase::load();
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_phase_instantiate() {
    phase::instantiate();
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmfit_module(length: *mut u32) -> *const u8 {
    let module = Job::get().module();
    unsafe { length.write(module.len() as u32) };
    module.as_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_export() -> *const c_char {
    // The blob keeps a NUL behind the name.
    Job::get().export().as_ptr().cast()
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_extra() -> u32 {
    job::extra()
}

static NEXT_CALL: AtomicUsize = AtomicUsize::new(0);

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmfit_call_begin(count: *mut u32) -> *const u32 {
    let (job, index) = (Job::get(), NEXT_CALL.load(Relaxed));
    if index == job.number_of_calls() {
        return ptr::null();
    }
    NEXT_CALL.store(index + 1, Relaxed);
    let arguments = job.arguments(index);
    unsafe { count.write(arguments.len() as u32) };
    phase::call();
    arguments.as_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn wasmfit_call_end(result: u32) {
    phase::idle();
    job::called(NEXT_CALL.load(Relaxed).wrapping_sub(1), result);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn wasmfit_fail(reason: *const c_char) -> ! {
    let reason = unsafe { CStr::from_ptr(reason) };
    crate::fail(reason.to_str().unwrap_or("a reason that is not UTF-8"))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut u8 {
    unsafe { heap::allocate(size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut u8 {
    let Some(bytes) = count.checked_mul(size) else { return ptr::null_mut() };
    unsafe {
        let block = heap::allocate(bytes);
        if !block.is_null() {
            block.write_bytes(0, bytes);
        }
        block
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(old: *mut u8, size: usize) -> *mut u8 {
    unsafe {
        let new = heap::allocate(size);
        if !new.is_null() && !old.is_null() {
            new.copy_from_nonoverlapping(old, size.min(heap::size_of(old)));
            heap::release(old);
        }
        new
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut u8) {
    unsafe { heap::release(block) }
}

#[unsafe(no_mangle)]
extern "C" fn abort() -> ! {
    crate::fail("abort() was called")
}

// GCC calls these where a core has no such instruction. They belong to libgcc,
// which is not linked; Rust's compiler_builtins, which is, lacks them.
#[unsafe(no_mangle)]
extern "C" fn __popcountsi2(value: u32) -> i32 {
    value.count_ones() as i32
}

#[unsafe(no_mangle)]
extern "C" fn __popcountdi2(value: u64) -> i32 {
    value.count_ones() as i32
}
