//! What wasmtime asks of a platform without an operating system: one pointer
//! for the one thread there is. Version 38 had one slot and did not number it.

use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

#[cfg(feature = "tls-slots")]
static SLOTS: [AtomicPtr<u8>; 2] = [const { AtomicPtr::new(null_mut()) }; 2];
#[cfg(not(feature = "tls-slots"))]
static SLOT: AtomicPtr<u8> = AtomicPtr::new(null_mut());

#[cfg(feature = "tls-slots")]
#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_get(slot: usize) -> *mut u8 {
    SLOTS[slot].load(Relaxed)
}

#[cfg(feature = "tls-slots")]
#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_set(slot: usize, value: *mut u8) {
    SLOTS[slot].store(value, Relaxed);
}

#[cfg(not(feature = "tls-slots"))]
#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_get() -> *mut u8 {
    SLOT.load(Relaxed)
}

#[cfg(not(feature = "tls-slots"))]
#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_set(value: *mut u8) {
    SLOT.store(value, Relaxed);
}
