//! Start-up of RISC-V, for a core in machine mode with one hart and no interrupts.

use core::arch::global_asm;

// The linker script (`harness/link/riscv.x`) names the sections' ends as cortex-m-rt's does.
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

/// One hart without interrupts: nothing can come in between, so there is nothing to hold.
struct Alone;
critical_section::set_impl!(Alone);

// SAFETY: see above; `mstatus.MIE` is clear from reset and nothing sets it.
unsafe impl critical_section::Impl for Alone {
    unsafe fn acquire() {}

    unsafe fn release(_: ()) {}
}
