//! Start-up and fault report of RISC-V, for a core in machine mode with one hart and no interrupts.

use core::arch::global_asm;

#[cfg(feature = "os")]
compile_error!("no operating system for RISC-V is a base yet");

// The linker script (`harness/link/riscv.x`) names the sections' ends as cortex-m-rt's does.
// A base that is a crate of its own starts the chip in its own way.
#[cfg(not(feature = "base"))]
global_asm!(
    ".section .init, \"ax\"",
    ".global _start",
    ".type _start,@function",
    "_start:",
    "    la sp, _stack_start",
    "    la t0, wasmfit_on_trap",
    "    csrw mtvec, t0",
    "    la t0, __sbss",
    "    la t1, __ebss",
    "    bgeu t0, t1, 2f",
    "1:  sw zero, 0(t0)",
    "    addi t0, t0, 4",
    "    bltu t0, t1, 1b",
    "2:  la t0, __sdata",
    "    la t1, __edata",
    "    la t2, __sidata",
    "    bgeu t0, t1, 4f",
    "3:  lw t3, 0(t2)",
    "    sw t3, 0(t0)",
    "    addi t2, t2, 4",
    "    addi t0, t0, 4",
    "    bltu t0, t1, 3b",
    "4:  j wasmfit_main",
    ".size _start, . - _start",
);

// The stack cannot be trusted here (it may be what overflowed), so the report
// runs at the far end of the heap, which nobody needs any more. A fault inside
// the report comes back here with the stack pointer there, and stays here.
global_asm!(
    ".section .text.wasmfit_on_trap, \"ax\"",
    ".global wasmfit_on_trap",
    ".type wasmfit_on_trap,@function",
    ".balign 4",
    "wasmfit_on_trap:",
    "    mv a0, sp",
    "    mv a1, ra",
    "    la sp, wasmfit_heap_end",
    "    andi sp, sp, -16",
    "    csrrwi t0, mscratch, 1",
    "    beqz t0, 2f",
    "1:  j 1b",
    "2:  call wasmfit_fault",
    ".size wasmfit_on_trap, . - wasmfit_on_trap",
);

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

macro_rules! csr {
    ($name:literal) => {{
        let value: u32;
        // SAFETY: reads a register of machine mode, which this is.
        unsafe { core::arch::asm!(concat!("csrr {}, ", $name), out(reg) value, options(nomem, nostack)) };
        value
    }};
}

/// Sends mcause, mepc, mtval, mstatus; SP and RA as they were.
#[unsafe(no_mangle)]
extern "C" fn wasmfit_fault(sp: *const u8, ra: *const u8) -> ! {
    crate::stop::trap(&[
        csr!("mcause"),
        csr!("mepc"),
        csr!("mtval"),
        csr!("mstatus"),
        sp as u32,
        ra as u32,
        0,
        0,
    ])
}

// Where a base has interrupts, it has critical sections too.
#[cfg(not(feature = "base"))]
mod alone {
    /// One hart without interrupts: nothing can come in between, so there is nothing to hold.
    struct Alone;
    critical_section::set_impl!(Alone);

    // SAFETY: see above; `mstatus.MIE` is clear from reset and nothing sets it.
    unsafe impl critical_section::Impl for Alone {
        unsafe fn acquire() {}

        unsafe fn release(_: ()) {}
    }
}
