//! The fault report of RISC-V, in machine mode.

use core::arch::global_asm;

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
