//! Linear memory, which the interpreter wants from its user.

use alloc::alloc::{alloc_zeroed, handle_alloc_error};
use core::alloc::Layout;
use core::slice;

use harness::Failure;
use wasefire_interpreter::MEMORY_ALIGN;

/// Linear memory: the interpreter leaves it to its user to find some.
pub fn memory(pages: usize) -> Result<&'static mut [u8], Failure> {
    if pages == 0 {
        return Ok(&mut []);
    }
    let layout = Layout::from_size_align(pages.saturating_mul(65_536), MEMORY_ALIGN)?;
    // SAFETY: the layout is not empty, and the block is never freed.
    unsafe {
        let start = alloc_zeroed(layout);
        if start.is_null() {
            handle_alloc_error(layout);
        }
        Ok(slice::from_raw_parts_mut(start, layout.size()))
    }
}

/// Pages of memory that the module asks for to begin with, which the interpreter does not tell.
pub fn pages(module: &[u8]) -> Option<usize> {
    const MEMORY: u8 = 5;
    let mut rest = module.get(8..)?;
    while let Some((id, behind)) = rest.split_first() {
        rest = behind;
        let size = number(&mut rest)?;
        let (mut section, behind) = rest.split_at_checked(size)?;
        if *id == MEMORY {
            let count = number(&mut section)?;
            let _limits = number(&mut section)?;
            return if count == 0 { None } else { number(&mut section) };
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
