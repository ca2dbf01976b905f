//! Memory that a store's records and modules lie in.

use alloc::alloc::{Layout, alloc, dealloc};
use alloc::vec::Vec;
use core::slice;

/// Blocks of memory that live as long as the store, each with a sum over what it held at first.
#[derive(Default)]
pub struct Kept(Vec<(*mut u8, Layout, u32)>);

impl Kept {
    /// Memory for a record. Its module begins four bytes in, or at its start: both are aligned to 16, since
    /// the block begins twelve bytes behind such an address or at one; see `Stage::act`.
    pub fn keep(&mut self, length: usize) -> Option<&'static mut [u8]> {
        let layout = Layout::from_size_align(length + 32, 16).ok()?;
        // SAFETY: the layout is not empty.
        let block = unsafe { alloc(layout) };
        if block.is_null() {
            return None;
        }
        // SAFETY: the block is that long.
        unsafe { block.write_bytes(0, layout.size()) };
        self.0.push((block, layout, 0));
        // SAFETY: the block is ours until the store is dropped, before the block is.
        Some(unsafe { slice::from_raw_parts_mut(block.add(12), length) })
    }

    /// Bytes of all blocks.
    pub fn size(&self) -> usize {
        self.0.iter().map(|(_, layout, _)| layout.size()).sum()
    }

    /// Notes what the last block holds.
    pub fn note(&mut self) {
        if let Some((block, layout, sum)) = self.0.last_mut() {
            *sum = summed(*block, *layout);
        }
    }

    /// How many blocks hold something else than when they were noted.
    pub fn changed(&self) -> u32 {
        self.0.iter().filter(|&&(block, layout, sum)| summed(block, layout) != sum).count() as u32
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for &(block, layout, _) in &self.0 {
            // SAFETY: from `keep`, of this layout, and nobody else's any more.
            unsafe { dealloc(block, layout) };
        }
    }
}

/// FNV-1a over a block.
fn summed(block: *const u8, layout: Layout) -> u32 {
    // SAFETY: the block is that long, and all of it was written once.
    let bytes = unsafe { slice::from_raw_parts(block, layout.size()) };
    bytes.iter().fold(0x811c_9dc5, |sum, &byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
