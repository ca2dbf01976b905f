//! Linear memory, which the interpreter wants from its user.

use alloc::alloc::{alloc_zeroed, dealloc, handle_alloc_error};
use core::alloc::Layout;
use core::slice;

use harness::Failure;
use wasefire_interpreter::MEMORY_ALIGN;

/// Linear memory: the interpreter leaves it to its user to find some.
pub struct Memory {
    start: *mut u8,
    layout: Layout,
}

impl Memory {
    pub fn new(pages: usize) -> Result<Self, Failure> {
        let layout = Layout::from_size_align(pages.saturating_mul(65_536), MEMORY_ALIGN)?;
        if layout.size() == 0 {
            return Ok(Memory { start: layout.align() as *mut u8, layout });
        }
        // SAFETY: the layout is not empty.
        let start = unsafe { alloc_zeroed(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        Ok(Memory { start, layout })
    }

    /// The memory, for the one instance there is. It must not outlive this.
    pub fn bytes(&self) -> &'static mut [u8] {
        // SAFETY: allocated and zeroed above; called once.
        unsafe { slice::from_raw_parts_mut(self.start, self.layout.size()) }
    }

    /// The memory, while the interpreter has no call to make.
    #[allow(dead_code)] // not every embedding touches memory between calls
    pub fn between_calls(&self) -> &mut [u8] {
        // SAFETY: as above; the interpreter touches its own reference while it executes, and only then.
        unsafe { slice::from_raw_parts_mut(self.start, self.layout.size()) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.layout.size() > 0 {
            // SAFETY: it came from the allocator with this layout.
            unsafe { dealloc(self.start, self.layout) };
        }
    }
}

/// Pages of memory that the module may have, which the interpreter does not tell: its maximum, or where it
/// states none, what it asks for to begin with.
pub fn pages(module: &[u8]) -> Option<usize> {
    const MEMORY: u8 = 5;
    let mut rest = module.get(8..)?;
    while let Some((id, behind)) = rest.split_first() {
        rest = behind;
        let size = number(&mut rest)?;
        let (mut section, behind) = rest.split_at_checked(size)?;
        if *id == MEMORY {
            let count = number(&mut section)?;
            let limits = number(&mut section)?;
            let least = number(&mut section)?;
            let most = if limits & 1 == 0 { least } else { number(&mut section)? };
            return (count != 0).then_some(most);
        }
        rest = behind;
    }
    None
}

/// Takes an unsigned LEB128 number off the front.
fn number(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..usize::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
