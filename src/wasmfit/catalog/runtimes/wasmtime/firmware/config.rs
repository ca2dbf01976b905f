//! The engine's configuration, which must agree with the host step's.

use wasmtime::Config;

/// What the module was compiled for (see `host/main.rs`), with room for 8 KiB
/// of wasm stack in the place of 512.
pub fn config() -> Config {
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
    #[cfg(feature = "fuel")]
    config.consume_fuel(true);
    config
}
