//! What the misbehaving firmware does in the words of a RISC-V core.

use core::arch::asm;

use crate::{wasmfit_mark_call, wasmfit_mark_idle};
use harness::fail;

/// What no instruction looks like, by the architecture's promise: all zeros.
pub fn undefined() {
    unsafe { asm!(".half 0") };
}

/// A division by zero is no fault here: the quotient has all bits set.
#[inline(never)]
pub fn divide_by_zero(value: u32) -> u32 {
    let quotient: u32;
    unsafe { asm!("divu {0}, {1}, zero", out(reg) quotient, in(reg) value) };
    quotient
}

macro_rules! between_marks {
    ($value:expr, $($line:literal),+) => {
        unsafe {
            asm!(
                "jal ra, {mark_call}",
                $($line),+,
                "jal ra, {mark_idle}",
                mark_call = sym wasmfit_mark_call,
                mark_idle = sym wasmfit_mark_idle,
                inout("t1") $value => _, out("t2") _, out("a0") _, out("ra") _,
            )
        }
    };
}

/// Between its marks: `count` rounds of exactly three instructions.
#[inline(never)]
pub fn count_down(count: u32) {
    between_marks!(count, "2:", "add t2, t2, t1", "addi t1, t1, -1", "bnez t1, 2b");
}

/// Between its marks: `count` rounds of exactly five instructions, two of
/// which are branches that are not taken.
#[inline(never)]
pub fn skip_all(count: u32) {
    between_marks!(count, "2:", "addi t1, t1, -1", "bltz t1, 2b", "bltz t1, 2b", "nop", "bnez t1, 2b");
}

/// Between its marks: `count` rounds of instructions that make their neighbours
/// wait, and of a branch that goes forward.
#[inline(never)]
pub fn neighbours(count: u32) {
    between_marks!(
        count,
        "2:",
        "addi t2, sp, -64",
        "sw t2, 0(t2)",
        "lw a0, 0(t2)",
        "lw a0, 0(a0)",
        "sw t2, 0(t2)",
        "lw ra, 0(t2)",
        "lw a0, 0(t2)",
        "add a0, a0, ra",
        "mul a0, a0, t1",
        "add a0, a0, ra",
        "beqz zero, 3f",
        "nop",
        "3:",
        "addi t1, t1, -1",
        "bnez t1, 2b"
    );
}

/// Between its marks: six divisions, of `value`, 3, 0 and `-value`, one of them with a sign.
#[inline(never)]
pub fn divisions(value: u32) {
    between_marks!(
        value,
        "li t2, 3",
        "divu a0, t1, t2",
        "remu a0, t2, t1",
        "divu a0, t1, zero",
        "remu a0, zero, t2",
        "neg a0, t1",
        "div ra, a0, t2",
        "divu a0, a0, t2"
    );
}

/// A load that faults in the middle of straight code.
pub fn fault_inside_block(address: u32) {
    between_marks!(
        address, "nop", "nop", "nop", "lw t2, 0(t1)", "nop", "nop", "nop", "nop", "nop"
    );
}

pub fn call_address(address: u32) {
    unsafe { asm!("jalr ra, 0({0})", in(reg) address, out("ra") _) };
}

/// Writes the lowest of `bytes` bytes of stack, and nothing above it.
#[inline(never)]
pub fn use_stack(bytes: u32) {
    unsafe {
        asm!(
            "mv t1, sp",
            "sub sp, sp, {bytes}",
            "sb {bytes}, 0(sp)",
            "mv sp, t1",
            bytes = in(reg) bytes,
            out("t1") _,
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
                    "li a2, -3072",
                    "add a2, a2, sp",
                    "li a3, 4",
                    $($line),+,
                    out("a2") _, out("a3") _, out("a4") _, out("t1") _,
                )
            }
        };
    }
    match kind {
        0 => store!("sw a3, 4(a2)"),
        1 => store!("sh a3, 2(a2)"),
        2 => store!("sb a3, 1(a2)"),
        3 => store!("c.sw a3, 0(a2)"),
        4 => store!("mv t1, sp", "mv sp, a2", "c.swsp a3, 0(sp)", "mv sp, t1"),
        5 => store!("sw a3, -4(a2)"),
        6 => store!("lr.w a4, (a2)", "sc.w a4, a3, (a2)"),
        7 => store!("amoswap.w a4, a3, (a2)"),
        8 => store!("amoadd.w a4, a3, (a2)"),
        9 => store!("amomaxu.w a4, a3, (a2)"),
        _ => fail("no such kind of store"),
    }
}

pub fn semihost(operation: u32, argument: u32) {
    unsafe {
        asm!(
            ".balign 16",
            ".option push",
            ".option norvc",
            "slli x0, x0, 0x1f",
            "ebreak",
            "srai x0, x0, 0x7",
            ".option pop",
            inlateout("a0") operation => _, in("a1") argument,
        );
    }
}

/// A fault whose handler is not there: every fetch of it is another fault.
pub fn lock_up() {
    unsafe { asm!("csrw mtvec, {0}", ".half 0", in(reg) 0x3000_0000) };
}

pub fn lose_stack(address: u32) {
    unsafe { asm!("mv sp, {0}", "sw ra, -4(sp)", in(reg) address) };
}
