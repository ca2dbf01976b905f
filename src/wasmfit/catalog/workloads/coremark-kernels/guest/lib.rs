//! CoreMark's three kernels (linked list, matrix, state machine) on its 2 KB of data, written anew in Rust
//! from its description. CoreMark's own checksums say that they do the same work; a count of instructions
//! is no CoreMark score.
#![no_std]

mod list;
mod matrix;
mod state;

/// Bytes of data that each kernel has: a third of 2,000.
const SIZE: usize = 666;

/// Everything that the kernels work on, and the checksums that they leave.
struct Bench {
    seed1: i16,
    seed2: i16,
    matrix: matrix::Matrices,
    text: [u8; SIZE],
    crc: u16,
    crc_matrix: u16,
    crc_state: u16,
}

/// Runs the kernels `iterations` times; `validation` chooses CoreMark's seeds for it in the place of those
/// for performance.
#[unsafe(no_mangle)]
extern "C" fn run(iterations: u32, validation: u32) -> u32 {
    let (seed1, seed2) = if validation == 0 { (0, 0) } else { (0x3415, 0x3415) };
    let mut bench = Bench {
        seed1,
        seed2,
        matrix: matrix::Matrices::new(seed1 as i32 | (seed2 as i32) << 16),
        text: state::text(seed1),
        crc: 0,
        crc_matrix: 0,
        crc_state: 0,
    };
    let mut list = list::List::new(seed1);
    let mut crc_list = 0;
    for iteration in 0..iterations {
        for finder in [1, -1] {
            let crc = list.bench(&mut bench, finder);
            bench.crc = crc16(crc, bench.crc);
        }
        if iteration == 0 {
            crc_list = bench.crc;
        }
    }
    u32::from(bench.crc_matrix) << 16 ^ u32::from(bench.crc_state) << 8 ^ u32::from(crc_list)
}

/// CRC-16 of one more byte, bit by bit.
fn crc8(byte: u8, crc: u16) -> u16 {
    (0..8).fold(crc, |crc, bit| {
        let carry = (byte >> bit) as u16 & 1 ^ crc & 1;
        crc >> 1 ^ carry * 0xA001
    })
}

fn crc16(word: u16, crc: u16) -> u16 {
    crc8((word >> 8) as u8, crc8(word as u8, crc))
}

fn crc32(word: u32, crc: u16) -> u16 {
    crc16((word >> 16) as u16, crc16(word as u16, crc))
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
