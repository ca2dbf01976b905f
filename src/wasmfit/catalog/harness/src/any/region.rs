//! The region of interest: what the module itself says is to be measured, by calling two imports. Its marks
//! lie inside a call, so nothing else is done there.

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
