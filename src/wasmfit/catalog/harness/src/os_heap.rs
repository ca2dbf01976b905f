//! The heap where an operating system has one: its allocator, of which the harness knows nothing.

use core::alloc::Layout;

pub(crate) fn init() {}

pub(crate) fn enter_after(_phase: usize) {}

pub(crate) fn look(_first: bool) {}

pub(crate) fn unloaded() {}

pub(crate) fn report() {}

pub(crate) fn report_rounds(_rounds: u32) {}

/// C's `malloc` family, over the same allocator.
pub(crate) mod c {
    use super::*;
    use alloc::alloc::{alloc, dealloc};
    use core::ptr;

    const FRONT: usize = 8;

    fn layout(size: usize) -> Option<Layout> {
        Layout::from_size_align(size.checked_add(FRONT)?, FRONT).ok()
    }

    pub(crate) unsafe fn allocate(size: usize) -> *mut u8 {
        let Some(layout) = layout(size) else { return ptr::null_mut() };
        unsafe {
            let block = alloc(layout);
            if block.is_null() {
                return block;
            }
            block.cast::<usize>().write(size);
            block.add(FRONT)
        }
    }

    pub(crate) unsafe fn size_of(block: *mut u8) -> usize {
        unsafe { block.sub(FRONT).cast::<usize>().read() }
    }

    pub(crate) unsafe fn release(block: *mut u8) {
        if block.is_null() {
            return;
        }
        unsafe {
            if let Some(layout) = layout(size_of(block)) {
                dealloc(block.sub(FRONT), layout);
            }
        }
    }
}
