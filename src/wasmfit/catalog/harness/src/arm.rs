//! Start-up of Cortex-M.

#[cfg(not(feature = "os"))]
#[path = "arm_fault.rs"]
mod fault;

// Linked for its critical section, which the allocator needs.
#[cfg(not(feature = "os"))]
use cortex_m as _;

// A base that is a crate of its own starts the chip, by the same start-up code.
#[cfg(not(any(feature = "base", feature = "os")))]
#[cortex_m_rt::entry]
fn start() -> ! {
    crate::main()
}

/// Defines a phase mark: a function named `$symbol` that does nothing but name its number.
macro_rules! mark {
    ($symbol:ident, $number:literal) => {
        core::arch::global_asm!(
            concat!(".section .text.", stringify!($symbol), ", \"ax\""),
            concat!(".global ", stringify!($symbol)),
            concat!(".type ", stringify!($symbol), ",%function"),
            ".thumb_func",
            concat!(stringify!($symbol), ":"),
            concat!("    movs r0, #", $number),
            "    bx lr",
            concat!(".size ", stringify!($symbol), ", . - ", stringify!($symbol)),
        );
    };
}
pub(crate) use mark;
