//! What lies below the harness where the runtime is a static library in an operating system's own build
//! (`libwasmfit_runtime.a`): Rust's heap is the system's, and a panic ends the run.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_char;
use core::panic::PanicInfo;

unsafe extern "C" {
    // The system's, see `include/wasmfit_runtime.h`.
    fn wasmfit_system_allocate(size: usize, alignment: usize) -> *mut u8;
    fn wasmfit_system_release(block: *mut u8);
    // The harness's.
    fn wasmfit_fail(reason: *const c_char) -> !;
}

struct SystemHeap;

// SAFETY: the system upholds the contract, as its header says.
unsafe impl GlobalAlloc for SystemHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { wasmfit_system_allocate(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        unsafe { wasmfit_system_release(block) }
    }
}

#[global_allocator]
static HEAP: SystemHeap = SystemHeap;

const LONGEST: usize = 80;
const LONGEST_PATH: usize = 48;

/// Reports where it was, without `core::fmt`: "panicked at file.rs:12".
#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    let mut text = [0_u8; LONGEST];
    let mut used = 0;
    let mut put = |bytes: &[u8]| {
        for &byte in bytes {
            // The last place is the terminator's.
            if used < LONGEST - 1 {
                text[used] = byte;
                used += 1;
            }
        }
    };
    put(b"panicked");
    if let Some(at) = info.location() {
        let file = at.file().as_bytes();
        put(b" at ");
        put(file.get(file.len().saturating_sub(LONGEST_PATH)..).unwrap_or(file));
        put(b":");
        let (mut digits, mut line, mut first) = ([b'0'; 10], at.line(), 10);
        while first == 10 || line > 0 {
            first -= 1;
            digits[first] = b'0' + (line % 10) as u8;
            line /= 10;
        }
        put(digits.get(first..).unwrap_or(&[]));
    }
    // SAFETY: there is a terminator, since `put` lets none of the text into the last place.
    unsafe { wasmfit_fail(text.as_ptr().cast()) }
}
