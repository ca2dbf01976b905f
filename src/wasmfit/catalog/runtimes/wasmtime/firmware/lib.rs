//! Wasmtime's interpreter Pulley, over code that the host compiled ahead.
#![no_std]

use core::ptr::NonNull;

use harness::{Failure, Job, extra};
use wasmtime::{Config, Engine, Linker, Module, Store};

harness::firmware!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let engine = Engine::new(&config())?;
    // SAFETY: the bytes come from the same version's compiler, lie in flash and never change.
    let module = unsafe { Module::deserialize_raw(&engine, NonNull::from(job.module())) }?;

    harness::phase::instantiate();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "extra", extra)?;
    let instance = linker.instantiate(&mut store, &module)?;
    let export = instance.get_typed_func::<(u32, u32), u32>(&mut store, job.export())?;

    job.run(|arguments| export.call(&mut store, (arguments[0], arguments[1])))
}

/// What the module was compiled for (see `host/main.rs`), with room for 8 KiB
/// of wasm stack in the place of 512.
fn config() -> Config {
    let mut config = Config::new();
    config
        .signals_based_traps(false)
        .memory_init_cow(false)
        .memory_reservation(0)
        .memory_reservation_for_growth(0)
        .memory_guard_size(0)
        .memory_may_move(false)
        .table_lazy_init(false)
        .max_wasm_stack(8 * 1024);
    // A trap's words are its cause, not a backtrace in front of it. (Newer
    // versions have another name for the switch, older ones only this.)
    #[allow(deprecated)]
    config.wasm_backtrace(false);
    #[cfg(feature = "no-simd")]
    config.wasm_simd(false).wasm_relaxed_simd(false);
    config
}

/// What wasmtime asks of a platform without an operating system: one pointer
/// for the one thread there is. Version 38 had one slot and did not number it.
mod platform {
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
}
