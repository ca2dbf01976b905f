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

#[cfg(target_arch = "arm")]
#[path = "arm.rs"]
mod core_specific;
#[cfg(target_arch = "riscv32")]
#[path = "riscv.rs"]
mod core_specific;
use core_specific::*;

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
        5 => undefined(),
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
        27 => adapt(value),
        28 => return value + u32::from(refuses(value as usize)),
        29 if refuses(value as usize) => spin_forever(),
        30 if refuses(value as usize) => wait_forever(),
        29 | 30 => {}
        31 => neighbours(value),
        32 => divisions(value),
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

/// A request that the heap refuses and the program survives, as runtimes do.
fn reserve(bytes: usize) {
    if refuses(bytes) {
        fail("cannot allocate memory");
    }
}

fn refuses(bytes: usize) -> bool {
    black_box(Vec::<u8>::new()).try_reserve_exact(bytes).is_err()
}

/// Does with half of it, and more stack, where the heap refuses as much.
fn adapt(bytes: u32) {
    if refuses(bytes as usize) {
        reserve(bytes as usize / 2);
        use_stack(4000);
    }
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

fn leave() {
    semihost(0x18, 0x20026);
}

fn mark_forever() {
    loop {
        unsafe { wasmfit_mark_call() };
    }
}
