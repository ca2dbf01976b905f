//! A firmware that does what its job says, right or wrong: the first argument
//! of a call chooses, the second one says how much or where. The name of the
//! export chooses what goes wrong before the first call.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use core::arch::asm;
use core::hint::black_box;
use core::mem::forget;
use harness::{Failure, Job, extra, fail};

harness::firmware!(run);

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    if job.export() == "bad-module" {
        fail("unknown opcode 0xfd at 0x1c");
    }
    harness::phase::instantiate();
    match job.export() {
        "bad-import" => fail("import host.extra: wrong type"),
        "big-instance" => reserve(1 << 20),
        _ => {}
    }
    job.run(|arguments| Ok::<u32, &str>(behave(arguments[0], arguments[1])))
}

fn behave(behaviour: u32, value: u32) -> u32 {
    match behaviour {
        0 => return value.wrapping_add(extra()),
        1 => spin_forever(),
        2 => return recurse(value),
        3 => return unsafe { (value as *const u32).read_volatile() },
        4 => unsafe { (value as *mut u32).write_volatile(0x5AFE) },
        5 => unsafe { asm!("udf #7") },
        6 => return divide_by_zero(value),
        7 => drop(black_box(Vec::<u8>::with_capacity(value as usize))),
        8 => panic!(),
        9 => fail("integer divide by zero"),
        10 => return value.wrapping_add(extra()) ^ 1,
        11 => reserve(value as usize),
        12 => count_down(value),
        13 => call_address(value),
        14 => use_stack(value),
        15 => wait_forever(),
        16 => print_forever(),
        17 => leave(),
        18 => lock_up(),
        19 => lose_stack(value),
        20 => unsafe { wasmfit_call_end(value) },
        21 => mark_forever(),
        22 => skip_all(value),
        23 => store_deep(value),
        24 => run_command(),
        25 => fault_inside_block(value),
        26 => forget(black_box(Vec::<u8>::with_capacity(value as usize))),
        _ => fail("no such behaviour"),
    }
    value
}

unsafe extern "C" {
    fn wasmfit_call_end(result: u32);
    fn wasmfit_mark_call();
    fn wasmfit_mark_idle();
}

#[allow(unconditional_recursion, reason = "the stack is to overflow")]
#[inline(never)]
fn recurse(depth: u32) -> u32 {
    let frame = black_box([depth; 24]);
    recurse(depth + 1) ^ frame[depth as usize % 24]
}

#[inline(never)]
fn spin_forever() {
    loop {
        unsafe { asm!("nop") };
    }
}

fn wait_forever() {
    loop {
        unsafe { asm!("wfi") };
    }
}

#[inline(never)]
fn divide_by_zero(value: u32) -> u32 {
    const CCR: *mut u32 = 0xE000_ED14 as *mut u32;
    let quotient: u32;
    unsafe {
        CCR.write_volatile(CCR.read_volatile() | 1 << 4);
        asm!("dsb", "udiv {0}, {1}, {2}", out(reg) quotient, in(reg) value, in(reg) 0);
    }
    quotient
}

/// A request that the heap refuses and the program survives, as runtimes do.
fn reserve(bytes: usize) {
    if black_box(Vec::<u8>::new()).try_reserve_exact(bytes).is_err() {
        fail("cannot allocate memory");
    }
}

/// Between its marks: `count` rounds of exactly three instructions.
#[inline(never)]
fn count_down(count: u32) {
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

fn call_address(address: u32) {
    unsafe { asm!("blx {0}", in(reg) address, out("r0") _, out("r1") _, out("r2") _, out("r3") _, out("lr") _) };
}

/// Writes the lowest of `bytes` bytes of stack, and nothing above it.
#[inline(never)]
fn use_stack(bytes: u32) {
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
fn store_deep(kind: u32) {
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
fn skip_all(count: u32) {
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

fn semihost(operation: u32, argument: u32) {
    unsafe { asm!("bkpt #0xab", inlateout("r0") operation => _, in("r1") argument) };
}

fn print_forever() {
    loop {
        semihost(4, c"result 1234\x1b[31m not a number \xff\n".as_ptr() as u32);
    }
}

/// What a module could do that has broken out of its runtime.
fn run_command() {
    let command = c"touch escaped";
    let block = [command.as_ptr() as u32, command.to_bytes().len() as u32];
    semihost(0x12, block.as_ptr() as u32);
}

/// A load that faults in the middle of straight code.
fn fault_inside_block(address: u32) {
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

fn leave() {
    semihost(0x18, 0x20026);
}

/// A fault whose handler cannot be found.
fn lock_up() {
    const VTOR: *mut u32 = 0xE000_ED08 as *mut u32;
    unsafe {
        VTOR.write_volatile(0x3000_0000);
        asm!("dsb", "udf #1");
    }
}

fn lose_stack(address: u32) {
    unsafe { asm!("mov sp, {0}", "push {{r0}}", in(reg) address) };
}

fn mark_forever() {
    loop {
        unsafe { wasmfit_mark_call() };
    }
}
