//! Parses a message of a kilobyte into structures, without a heap.
#![no_std]

use serde::Deserialize;

static TEMPLATE: &[u8] = include_bytes!("message.json");
/// The digits that differ from one message to the next: the first five in the text.
const DIGITS: usize = 5;

#[derive(Deserialize)]
struct Message<'a> {
    seq: u32,
    device: &'a str,
    enabled: bool,
    interval_ms: u32,
    thresholds: [i32; 8],
    readings: [Reading<'a>; 8],
}

#[derive(Deserialize)]
struct Reading<'a> {
    at: u32,
    channel: u8,
    value: i32,
    unit: &'a str,
    ok: Option<bool>,
}

#[unsafe(no_mangle)]
extern "C" fn run(rounds: u32, first: u32) -> u32 {
    let mut text = [0; 1024];
    let text = &mut text[..TEMPLATE.len()];
    text.copy_from_slice(TEMPLATE);
    let Some(at) = text.iter().position(u8::is_ascii_digit) else { return 0 };
    let mut sum = 0;
    for round in 0..rounds {
        let mut number = 10_000 + (first + round) % 90_000;
        for digit in text[at..at + DIGITS].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
        let Ok((message, _)) = serde_json_core::from_slice::<Message>(text) else { return 0 };
        sum = message.checksum(sum);
    }
    sum
}

impl Message<'_> {
    fn checksum(&self, sum: u32) -> u32 {
        let head = [self.seq, self.device.len() as u32, self.enabled as u32, self.interval_ms];
        let sum = head.into_iter().fold(sum, fold);
        let sum = self.thresholds.iter().fold(sum, |sum, &limit| fold(sum, limit as u32));
        self.readings.iter().fold(sum, |sum, one| {
            let ok = one.ok.map_or(2, u32::from);
            let words = [one.at, one.channel.into(), one.value as u32, one.unit.len() as u32, ok];
            words.into_iter().fold(sum, fold)
        })
    }
}

/// One more word of a checksum that depends on the order of what it is made from.
fn fold(sum: u32, word: u32) -> u32 {
    sum.rotate_left(5) ^ word
}

// Native code is linked with the harness, which has one.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
