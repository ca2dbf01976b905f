//! Grows its memory to two pages, writes to the second, and asks for a third that it may not have.
#![no_std]

const PAGE: usize = 65_536;
const MOST_PAGES: usize = 2;
const REFUSED: usize = usize::MAX;

#[unsafe(no_mangle)]
extern "C" fn run(times: u32, seed: u32) -> u32 {
    if memory::size() < MOST_PAGES && memory::grow(1) == REFUSED {
        unreachable();
    }
    let page = memory::second_page();
    let mut sum = 0;
    for word in (0..PAGE / 4).step_by(16) {
        // SAFETY: inside the page, aligned; volatile, since the page is outside everything Rust knows of.
        unsafe {
            page.add(word).write_volatile(seed ^ word as u32);
            sum = fold(sum, page.add(word).read_volatile());
        }
    }
    for _ in 0..times {
        sum = fold(sum, (memory::grow(1) == REFUSED) as u32 + memory::size() as u32);
    }
    sum
}

/// One more word of a checksum that depends on the order of what it is made from.
fn fold(sum: u32, word: u32) -> u32 {
    sum.rotate_left(5) ^ word
}

#[cfg(target_arch = "wasm32")]
mod memory {
    use core::arch::wasm32::{memory_grow, memory_size};

    pub fn size() -> usize {
        memory_size(0)
    }

    pub fn grow(pages: usize) -> usize {
        memory_grow(0, pages)
    }

    pub fn second_page() -> *mut u32 {
        super::PAGE as *mut u32
    }
}

/// Native code has no such thing: a page that is there from the start, and a number.
#[cfg(not(target_arch = "wasm32"))]
mod memory {
    use core::cell::UnsafeCell;
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::{MOST_PAGES, PAGE, REFUSED};

    struct Page(UnsafeCell<[u32; PAGE / 4]>);

    // SAFETY: there is one thread.
    unsafe impl Sync for Page {}

    static SECOND: Page = Page(UnsafeCell::new([0; PAGE / 4]));
    static PAGES: AtomicUsize = AtomicUsize::new(1);

    pub fn size() -> usize {
        PAGES.load(Relaxed)
    }

    #[inline(never)]
    pub fn grow(pages: usize) -> usize {
        let before = size();
        if before + pages > MOST_PAGES {
            return REFUSED;
        }
        PAGES.store(before + pages, Relaxed);
        before
    }

    pub fn second_page() -> *mut u32 {
        SECOND.0.get().cast()
    }
}

#[cfg(target_arch = "wasm32")]
fn unreachable() -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(not(target_arch = "wasm32"))]
fn unreachable() -> ! {
    panic!()
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
