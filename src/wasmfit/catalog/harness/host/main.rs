//! Replays records from standard input on the runtime whose glue is linked.

// The glue, whose one function is found by its symbol.
extern crate glue;

unsafe extern "C" {
    safe fn wasmfit_firmware();
}

fn main() {
    wasmfit_firmware();
}
