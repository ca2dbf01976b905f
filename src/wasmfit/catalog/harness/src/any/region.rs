//! The region of interest: what the module itself says is to be measured, by calling two imports. Its marks
//! lie inside a call, so nothing else is done there. A module that reads a timed clock marks no region: its
//! readings are marked instead, as regions in which nothing is done.

crate::arch::mark!(wasmfit_mark_region, 6);
crate::arch::mark!(wasmfit_mark_outside, 7);

unsafe extern "C" {
    safe fn wasmfit_mark_region();
    safe fn wasmfit_mark_outside();
}

/// The region begins.
pub fn begin() {
    wasmfit_mark_region();
}

/// The region ends.
pub fn end() {
    wasmfit_mark_outside();
}

/// The clock is read.
pub fn reading() {
    begin();
    end();
}
