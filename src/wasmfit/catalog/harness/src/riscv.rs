//! Start-up of RISC-V.

#[cfg(not(feature = "os"))]
#[path = "riscv_fault.rs"]
mod fault;

// A base that is a crate of its own starts the chip in its own way. Where it has
// interrupts, it has critical sections too.
#[cfg(not(any(feature = "base", feature = "os")))]
#[path = "riscv_start.rs"]
mod start;

/// Defines a phase mark: a function named `$symbol` that does nothing but name its number.
macro_rules! mark {
    ($symbol:ident, $number:literal) => {
        core::arch::global_asm!(
            concat!(".section .text.", stringify!($symbol), ", \"ax\""),
            concat!(".global ", stringify!($symbol)),
            concat!(".type ", stringify!($symbol), ",@function"),
            concat!(stringify!($symbol), ":"),
            concat!("    li a0, ", $number),
            "    ret",
            concat!(".size ", stringify!($symbol), ", . - ", stringify!($symbol)),
        );
    };
}
pub(crate) use mark;
