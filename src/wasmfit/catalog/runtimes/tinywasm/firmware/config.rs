//! Stacks that fit a microcontroller.

use tinywasm::engine::{Config, StackConfig};

/// 8 KiB of stacks: the default would take half a megabyte for every store.
pub fn config() -> Config {
    Config::new()
        .with_value_stack_32(StackConfig::fixed(1024))
        .with_value_stack_64(StackConfig::fixed(256))
        .with_value_stack_128(StackConfig::fixed(16))
        .with_call_stack(StackConfig::fixed(64))
}
