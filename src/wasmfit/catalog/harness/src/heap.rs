//! The allocator: TLSF over all RAM that the image leaves, with counters.
//!
//! Counted are the bytes asked for, not what the allocator rounds them to.
//! A block of a wasm page or more is taken for linear memory: an instance's
//! memory cannot be smaller than that, and nothing else asked of the heap on a
//! part with 256 KiB of RAM is as large. The host compares the figure with
//! what the module declares.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::{self, addr_of_mut};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::channel::Line;
use embedded_alloc::TlsfHeap;

const WASM_PAGE: usize = 65_536;

unsafe extern "C" {
    static mut wasmfit_heap_start: u8;
    static mut wasmfit_heap_end: u8;
}

/// A number of bytes and the most it has been.
struct Level {
    live: AtomicUsize,
    peak: AtomicUsize,
}

impl Level {
    const fn new() -> Self {
        Level { live: AtomicUsize::new(0), peak: AtomicUsize::new(0) }
    }

    // Loads and stores only: ARMv6-M has no read-modify-write atomics, and
    // nothing here runs concurrently.
    fn add(&self, bytes: usize) {
        let live = self.live.load(Relaxed) + bytes;
        self.live.store(live, Relaxed);
        if live > self.peak.load(Relaxed) {
            self.peak.store(live, Relaxed);
        }
    }

    fn remove(&self, bytes: usize) {
        self.live.store(self.live.load(Relaxed).wrapping_sub(bytes), Relaxed);
    }
}

pub(crate) struct Counting {
    blocks: TlsfHeap,
    ordinary: Level,
    linear: Level,
    refused: AtomicUsize,
}

impl Counting {
    fn level(&self, size: usize) -> &Level {
        if size >= WASM_PAGE { &self.linear } else { &self.ordinary }
    }

    /// As `GlobalAlloc::alloc`, but counts only `size` bytes of the layout.
    pub(crate) unsafe fn take(&self, layout: Layout, size: usize) -> *mut u8 {
        let block = unsafe { self.blocks.alloc(layout) };
        if block.is_null() {
            self.refused.store(size, Relaxed);
        } else {
            self.level(size).add(size);
        }
        block
    }

    /// The reverse of [`Counting::take`].
    pub(crate) unsafe fn give(&self, block: *mut u8, layout: Layout, size: usize) {
        self.level(size).remove(size);
        unsafe { self.blocks.dealloc(block, layout) };
    }
}

// SAFETY: hands every request to the TLSF heap, which upholds the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { self.take(layout, layout.size()) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { self.give(block, layout, layout.size()) }
    }
}

#[global_allocator]
pub(crate) static HEAP: Counting = Counting {
    blocks: TlsfHeap::empty(),
    ordinary: Level::new(),
    linear: Level::new(),
    refused: AtomicUsize::new(0),
};

pub(crate) fn init() {
    let start = addr_of_mut!(wasmfit_heap_start) as usize;
    let end = addr_of_mut!(wasmfit_heap_end) as usize;
    // SAFETY: the linker script reserves this range for the heap alone.
    unsafe { HEAP.blocks.init(start, end - start) };
}

/// Starts a phase: a request that an earlier one was refused, and survived,
/// explains nothing that happens from here on.
pub(crate) fn forget_refusal() {
    HEAP.refused.store(0, Relaxed);
}

/// Sends the counters: ordinary peak, linear peak, ordinary live now, linear
/// live now, and the size of the last request that this phase was refused.
pub(crate) fn report() {
    let sizes = [&HEAP.ordinary.peak, &HEAP.linear.peak, &HEAP.ordinary.live, &HEAP.linear.live, &HEAP.refused];
    sizes.iter().fold(Line::new("heap"), |line, size| line.hex(size.load(Relaxed) as u32)).send();
}

/// C's `malloc` family keeps the size it was asked for in front of the block;
/// that word is the harness's, so the counters leave it out.
pub(crate) mod c {
    use super::*;

    const FRONT: usize = 8;

    fn layout(size: usize) -> Option<Layout> {
        Layout::from_size_align(size.checked_add(FRONT)?, FRONT).ok()
    }

    pub(crate) unsafe fn allocate(size: usize) -> *mut u8 {
        let Some(layout) = layout(size) else { return ptr::null_mut() };
        unsafe {
            let block = HEAP.take(layout, size);
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
            let size = size_of(block);
            if let Some(layout) = layout(size) {
                HEAP.give(block.sub(FRONT), layout, size);
            }
        }
    }
}
