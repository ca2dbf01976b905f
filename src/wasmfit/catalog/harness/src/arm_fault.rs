//! Fault report of Cortex-M.

use core::arch::global_asm;
use core::ops::Range;
use core::ptr;

// Every fault escalates to HardFault, since no other fault handler is enabled.
// The stack cannot be trusted here (it may be what overflowed), so the report
// runs at the far end of the heap, which nobody needs any more.
global_asm!(
    ".section .HardFault.wasmfit, \"ax\"",
    ".global HardFault",
    ".type HardFault,%function",
    ".thumb_func",
    "HardFault:",
    "    mrs r0, msp",
    "    mov r1, lr",
    "    ldr r2, =wasmfit_heap_end",
    "    mov sp, r2",
    "    bl wasmfit_fault",
    "    udf #0",
    ".size HardFault, . - HardFault",
);

unsafe extern "C" {
    static wasmfit_stack_start: u8;
    static wasmfit_ram_end: u8;
}

const CFSR: *const u32 = 0xE000_ED28 as *const u32;
const HFSR: *const u32 = 0xE000_ED2C as *const u32;
const MMFAR: *const u32 = 0xE000_ED34 as *const u32;
const BFAR: *const u32 = 0xE000_ED38 as *const u32;
/// Of ARMv8-M; reserved and read as zero on older cores.
const SFSR: *const u32 = 0xE000_EDE4 as *const u32;

/// Sends CFSR, HFSR, MMFAR, BFAR; SP, EXC_RETURN, whether a frame follows, SFSR; then R0–R3, R12, LR, PC, xPSR
/// from the exception frame where the frame lies in RAM.
#[unsafe(no_mangle)]
extern "C" fn wasmfit_fault(frame: *const u32, exc_return: u32) -> ! {
    let ram: Range<usize> = &raw const wasmfit_stack_start as usize..&raw const wasmfit_ram_end as usize;
    let mut registers = [0u32; 16];
    for (place, register) in [CFSR, HFSR, MMFAR, BFAR].into_iter().enumerate() {
        // SAFETY: system control registers, readable in handler mode.
        registers[place] = unsafe { ptr::read_volatile(register) };
    }
    registers[4] = frame as u32;
    registers[5] = exc_return;
    let whole = ram.contains(&(frame as usize)) && ram.contains(&(frame as usize + 31));
    registers[6] = whole as u32;
    // SAFETY: as above.
    registers[7] = unsafe { ptr::read_volatile(SFSR) };
    if whole {
        for place in 0..8 {
            // SAFETY: checked to lie in RAM.
            registers[8 + place] = unsafe { ptr::read_volatile(frame.add(place)) };
        }
    }
    crate::stop::fault(&registers)
}
