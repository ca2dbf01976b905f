//! A system with an allocator, a panic handler, and one task that is polled until the end of time.
#![no_std]

pub use ariel_os_macros::task;
pub use cortex_m_rt as __rt;

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Waker};

use cortex_m as _;

#[global_allocator]
static HEAP: embedded_alloc::TlsfHeap = embedded_alloc::TlsfHeap::empty();

pub fn __run(task: impl Future) -> ! {
    let start = cortex_m_rt::heap_start() as usize;
    unsafe { HEAP.init(start, 0x2003_0000 - start) };
    let mut task = pin!(task);
    loop {
        let _ = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
