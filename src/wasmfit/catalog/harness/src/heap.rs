//! The allocator: TLSF over all RAM that the image leaves, with counters.
//!
//! Counted are the bytes asked for, not what the allocator rounds them to.
//! A block of a wasm page or more is taken for linear memory: an instance's
//! memory cannot be smaller than that, and nothing else asked of the heap on a
//! part with 256 KiB of RAM is as large. The host compares the figure with
//! what the module declares.
//!
//! Where the heap ends is a word in flash, `wasmfit_heap_ends`. Whoever runs the image may lower it in place,
//! which is how the host finds the smallest heap that will do.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::{self, addr_of, addr_of_mut};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::channel::Line;
use embedded_alloc::TlsfHeap;

const WASM_PAGE: usize = 65_536;

unsafe extern "C" {
    static mut wasmfit_heap_start: u8;
    static wasmfit_heap_end: u8;
}

/// An address that the linker fills in.
#[repr(transparent)]
struct Address(*const u8);

// SAFETY: a number.
unsafe impl Sync for Address {}

#[unsafe(no_mangle)]
static wasmfit_heap_ends: Address = Address(&raw const wasmfit_heap_end);

/// The allocator's own for its first block and its last; of less it can make nothing.
const LEAST: usize = 64;

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
    requests: AtomicUsize,
    largest: AtomicUsize,
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
            self.requests.store(self.requests.load(Relaxed) + 1, Relaxed);
            if size < WASM_PAGE && size > self.largest.load(Relaxed) {
                self.largest.store(size, Relaxed);
            }
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
    requests: AtomicUsize::new(0),
    largest: AtomicUsize::new(0),
};

/// Bytes of the heap.
static SIZE: AtomicUsize = AtomicUsize::new(0);
/// Requests made until the current phase began.
static BEGAN: AtomicUsize = AtomicUsize::new(0);
/// Requests of each phase, by its number; of several calls, of the last. Place 0 is the first call's.
static REQUESTS: [AtomicUsize; 6] = [const { AtomicUsize::new(0) }; 6];
/// After the last call, when everything is loaded: bytes that are not free, bytes of them that somebody
/// asked for, and the largest request that would still succeed.
static HELD: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];
/// Bytes in use when everything was dropped: ordinary and linear.
static LEFT: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

pub(crate) fn init() {
    let start = addr_of_mut!(wasmfit_heap_start) as usize;
    // SAFETY: a static. Volatile: whoever runs the image may have changed it in place.
    let end = unsafe { addr_of!(wasmfit_heap_ends.0).read_volatile() } as usize;
    if end < start + LEAST {
        return; // Every request will be refused.
    }
    SIZE.store(end - start, Relaxed);
    // SAFETY: the linker script reserves this range for the heap alone.
    unsafe { HEAP.blocks.init(start, end - start) };
}

const FIRST_CALL: usize = 0;
const LOAD: usize = 1;
const INSTANTIATE: usize = 2;
const CALL: usize = 3;

/// Ends a phase and starts the next: a request that an earlier one was refused, and survived,
/// explains nothing that happens from here on.
pub(crate) fn enter_after(phase: usize) {
    HEAP.refused.store(0, Relaxed);
    let requests = HEAP.requests.load(Relaxed);
    REQUESTS[phase].store(requests - BEGAN.load(Relaxed), Relaxed);
    BEGAN.store(requests, Relaxed);
}

/// What was refused until now is of no interest any more.
#[cfg(feature = "suite")]
pub(crate) fn forget_refused() {
    HEAP.refused.store(0, Relaxed);
}

/// Size of the last request that was refused; 0 if none was.
#[cfg(feature = "suite")]
pub(crate) fn refused() -> usize {
    HEAP.refused.load(Relaxed)
}

/// Bytes in use.
#[cfg(feature = "suite")]
pub(crate) fn used() -> usize {
    HEAP.ordinary.live.load(Relaxed) + HEAP.linear.live.load(Relaxed)
}

/// Looks at the heap behind a call. It takes a while, and belongs to no phase.
pub(crate) fn look(first: bool) {
    if first {
        REQUESTS[FIRST_CALL].store(REQUESTS[CALL].load(Relaxed), Relaxed);
    }
    HELD[0].store(SIZE.load(Relaxed) - HEAP.blocks.free(), Relaxed);
    HELD[1].store(HEAP.ordinary.live.load(Relaxed) + HEAP.linear.live.load(Relaxed), Relaxed);
    HELD[2].store(largest_free(), Relaxed);
}

/// The largest block, in steps of 16 bytes, that the allocator would give out now.
fn largest_free() -> usize {
    let (mut fits, mut fails) = (0, HEAP.blocks.free() / 16 + 1);
    while fails - fits > 1 {
        let middle = (fits + fails) / 2;
        let Ok(layout) = Layout::from_size_align(middle * 16, 8) else { break };
        // SAFETY: the layout is not empty; what is given out goes back at once.
        let block = unsafe { HEAP.blocks.alloc(layout) };
        if block.is_null() {
            fails = middle;
        } else {
            unsafe { HEAP.blocks.dealloc(block, layout) };
            fits = middle;
        }
    }
    fits * 16
}

/// Notes what is in use when the firmware has dropped everything.
pub(crate) fn unloaded() {
    LEFT[0].store(HEAP.ordinary.live.load(Relaxed), Relaxed);
    LEFT[1].store(HEAP.linear.live.load(Relaxed), Relaxed);
}

/// Sends what is left after so many rounds: ordinary and linear bytes after the first, and now.
pub(crate) fn report_rounds(rounds: u32) {
    let now = [&LEFT[0], &LEFT[1], &HEAP.ordinary.live, &HEAP.linear.live];
    now.iter().fold(Line::new("rounds").hex(rounds), |line, size| line.hex(size.load(Relaxed) as u32)).send();
}

/// Sends the counters: ordinary peak, linear peak, ordinary live now, linear
/// live now, and the size of the last request that this phase was refused.
pub(crate) fn report() {
    let sizes = [&HEAP.ordinary.peak, &HEAP.linear.peak, &HEAP.ordinary.live, &HEAP.linear.live, &HEAP.refused];
    sizes.iter().fold(Line::new("heap"), |line, size| line.hex(size.load(Relaxed) as u32)).send();
    let held = [&HELD[0], &HELD[1], &HELD[2], &HEAP.largest, &SIZE];
    held.iter().fold(Line::new("held"), |line, size| line.hex(size.load(Relaxed) as u32)).send();
    let phases = [LOAD, INSTANTIATE, FIRST_CALL, CALL];
    phases
        .iter()
        .fold(Line::new("requests"), |line, &phase| line.hex(REQUESTS[phase].load(Relaxed) as u32))
        .send();
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
