//! What the misbehaving firmware does in the words of a Cortex-M.

use core::arch::asm;

use crate::{wasmfit_mark_call, wasmfit_mark_idle};
use harness::fail;

pub fn undefined() {
    unsafe { asm!("udf #7") };
}

#[inline(never)]
pub fn divide_by_zero(value: u32) -> u32 {
    const CCR: *mut u32 = 0xE000_ED14 as *mut u32;
    let quotient: u32;
    unsafe {
        CCR.write_volatile(CCR.read_volatile() | 1 << 4);
        asm!("dsb", "udiv {0}, {1}, {2}", out(reg) quotient, in(reg) value, in(reg) 0);
    }
    quotient
}

/// Between its marks: `count` rounds of exactly three instructions.
#[inline(never)]
pub fn count_down(count: u32) {
    unsafe {
        asm!(
            "bl {mark_call}",
            "2:",
            "add r5, r5, r4",
            "subs r4, r4, #1",
            "bne 2b",
            "bl {mark_idle}",
            mark_call = sym wasmfit_mark_call,
            mark_idle = sym wasmfit_mark_idle,
            inout("r4") count => _, out("r5") _,
            out("r0") _, out("r1") _, out("r2") _, out("r3") _, out("r12") _, out("lr") _,
        );
    }
}

pub fn call_address(address: u32) {
    unsafe { asm!("blx {0}", in(reg) address, out("r0") _, out("r1") _, out("r2") _, out("r3") _, out("lr") _) };
}

/// Writes the lowest of `bytes` bytes of stack, and nothing above it.
#[inline(never)]
pub fn use_stack(bytes: u32) {
    unsafe {
        asm!(
            "mov r4, sp",
            "sub sp, sp, {bytes}",
            "strb {bytes}, [sp]",
            "mov sp, r4",
            bytes = in(reg) bytes,
            out("r4") _,
        );
    }
}

/// The kinds of store that the core has, each about 3,072 bytes below SP.
#[rustfmt::skip]
#[inline(never)]
pub fn store_deep(kind: u32) {
    macro_rules! store {
        ($($line:literal),+) => {
            unsafe {
                asm!(
                    "sub.w r4, sp, #3072",
                    "mov r5, #4",
                    $($line),+,
                    out("r4") _, out("r5") _, out("r8") _,
                )
            }
        };
    }
    match kind {
        0 => store!("str r5, [r4]"),
        1 => store!("strb r5, [r4]"),
        2 => store!("strh r5, [r4]"),
        3 => store!("str r5, [r4, r5]"),
        4 => store!("strb r5, [r4, r5]"),
        5 => store!("strh r5, [r4, r5]"),
        6 => store!("stm r4!, {{r5}}"),
        7 => store!("mov r8, sp", "mov sp, r4", "str r5, [sp, #4]", "mov sp, r8"),
        8 => store!("mov r8, sp", "mov sp, r4", "push {{r5}}", "mov sp, r8"),
        9 => store!("mov r8, sp", "mov sp, r4", "push.w {{r5, r8}}", "mov sp, r8"),
        10 => store!("mov r8, sp", "mov sp, r4", "vpush {{d0}}", "mov sp, r8"),
        11 => store!("str.w r5, [r4]"),
        12 => store!("str.w r5, [r4, #-4]!"),
        13 => store!("strb.w r5, [r4], #1"),
        14 => store!("strh.w r5, [r4, r5, lsl #1]"),
        15 => store!("strt r5, [r4, #8]"),
        16 => store!("strd r5, r8, [r4]"),
        17 => store!("stmia.w r4, {{r5, r8}}"),
        18 => store!("stmdb r4!, {{r5, r8}}"),
        19 => store!("ldrex r5, [r4]", "strex r5, r8, [r4]"),
        20 => store!("ldrexb r5, [r4]", "strexb r5, r8, [r4]"),
        21 => store!("ldrexh r5, [r4]", "strexh r5, r8, [r4]"),
        22 => store!("vstr s0, [r4]"),
        23 => store!("vstr d0, [r4]"),
        24 => store!("vstmia r4!, {{s0, s1}}"),
        25 => store!("vstmdb r4!, {{d0, d1}}"),
        _ => fail("no such kind of store"),
    }
}

/// Between its marks: `count` rounds of exactly five instructions, two of
/// which have a condition that is false.
#[inline(never)]
pub fn skip_all(count: u32) {
    unsafe {
        asm!(
            "bl {mark_call}",
            "2:",
            "subs r4, r4, #1",
            "itt lt",
            "addlt r5, r5, #1",
            "strlt r5, [r5]",
            "bne 2b",
            "bl {mark_idle}",
            mark_call = sym wasmfit_mark_call,
            mark_idle = sym wasmfit_mark_idle,
            inout("r4") count => _, out("r5") _,
            out("r0") _, out("r1") _, out("r2") _, out("r3") _, out("r12") _, out("lr") _,
        );
    }
}

/// Between its marks: `count` rounds of instructions that make their neighbours
/// wait, or spare them a cycle. The loop begins with four bytes across a boundary
/// of four.
#[inline(never)]
pub fn neighbours(count: u32) {
    unsafe {
        asm!(
            "bl {mark_call}",
            ".balign 4",
            "nop",
            "2:",
            "sub.w r5, sp, #64",
            "str r5, [r5]",
            "ldr r1, [r5]",
            "ldr.w r8, [r1]",
            "str r1, [r5]",
            "mov.w r8, #0",
            "tbb [pc, r8]",
            "3: .byte (4f - 3b) / 2, 0",
            ".balign 4",
            "4:",
            "str.w r1, [r5, r8]",
            "ldr r1, [r5]",
            "ldr r0, [r5]",
            "adds r1, r1, r0",
            "add.w r1, r5, r1, lsl #2",
            "add r1, r5",
            "it eq",
            "moveq r1, r5",
            "subs r4, r4, #1",
            "mov r1, r5",
            "bne 2b",
            "bl {mark_idle}",
            mark_call = sym wasmfit_mark_call,
            mark_idle = sym wasmfit_mark_idle,
            inout("r4") count => _, out("r5") _, out("r8") _,
            out("r0") _, out("r1") _, out("r2") _, out("r3") _, out("r12") _, out("lr") _,
        );
    }
}

/// Between its marks: six divisions, of `value`, 3, 0 and `-value`, one of them with a sign.
#[inline(never)]
pub fn divisions(value: u32) {
    unsafe {
        asm!(
            "mov r5, #3",
            "mov r8, #0",
            "bl {mark_call}",
            "udiv r0, r4, r5",
            "udiv r0, r5, r4",
            "udiv r0, r4, r8",
            "udiv r0, r8, r5",
            "rsb r8, r4, #0",
            "sdiv r0, r8, r5",
            "udiv r0, r8, r5",
            "bl {mark_idle}",
            mark_call = sym wasmfit_mark_call,
            mark_idle = sym wasmfit_mark_idle,
            inout("r4") value => _, out("r5") _, out("r8") _,
            out("r0") _, out("r1") _, out("r2") _, out("r3") _, out("r12") _, out("lr") _,
        );
    }
}

pub fn semihost(operation: u32, argument: u32) {
    unsafe { asm!("bkpt #0xab", inlateout("r0") operation => _, in("r1") argument) };
}

/// A load that faults in the middle of straight code.
pub fn fault_inside_block(address: u32) {
    unsafe {
        asm!(
            "bl {mark_call}",
            "nop", "nop", "nop",
            "ldr r5, [r4]",
            "nop", "nop", "nop", "nop", "nop",
            "bl {mark_idle}",
            mark_call = sym wasmfit_mark_call,
            mark_idle = sym wasmfit_mark_idle,
            inout("r4") address => _, out("r5") _,
            out("r0") _, out("r1") _, out("r2") _, out("r3") _, out("r12") _, out("lr") _,
        );
    }
}

/// A fault whose handler cannot be found.
pub fn lock_up() {
    const VTOR: *mut u32 = 0xE000_ED08 as *mut u32;
    unsafe {
        VTOR.write_volatile(0x3000_0000);
        asm!("dsb", "udf #1");
    }
}

pub fn lose_stack(address: u32) {
    unsafe { asm!("mov sp, {0}", "push {{r0}}", in(reg) address) };
}
