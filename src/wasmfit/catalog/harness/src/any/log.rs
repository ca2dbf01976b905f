//! What the module logs: read as it is logged, sent when the run ends.

use core::cell::UnsafeCell;

use super::State;
use super::memory::{Memory, Trap};
use crate::channel::Line;

const KEPT: usize = 192;

/// The first bytes of what the module logged.
struct Text(UnsafeCell<[u8; KEPT]>);

// SAFETY: one thread.
unsafe impl Sync for Text {}

static TEXT: Text = Text(UnsafeCell::new([0; KEPT]));
static LOGGED: State = State::new(0);
static DIGEST: State = State::new(EMPTY);

/// The digest of nothing (FNV-1a).
pub const EMPTY: u32 = 0x811c_9dc5;

/// The digest with more bytes after those that it is of.
pub fn digest_of(digest: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(digest, |digest, &byte| (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Bytes that were logged so far.
pub fn length() -> u32 {
    LOGGED.get()
}

/// Their digest.
pub fn digest() -> u32 {
    DIGEST.get()
}

/// Reads the bytes into a digest (FNV-1a) and keeps the first of them; they are sent when the run ends.
pub fn log(memory: &mut (impl Memory + ?Sized), at: u32, length: u32) -> Result<(), Trap> {
    let mut chunk = [0; 32];
    let mut done = 0;
    while done < length {
        let count = (length - done).min(32) as usize;
        memory.read(at.checked_add(done).ok_or(Trap)?, &mut chunk[..count])?;
        DIGEST.set(digest_of(DIGEST.get(), &chunk[..count]));
        let from = (LOGGED.get() as usize).min(KEPT);
        let kept = count.min(KEPT - from);
        // SAFETY: one thread, and no reference to the text is held elsewhere.
        let text = unsafe { &mut *TEXT.0.get() };
        text[from..from + kept].copy_from_slice(&chunk[..kept]);
        LOGGED.set(LOGGED.get().saturating_add(count as u32));
        done += count as u32;
    }
    Ok(())
}

/// Sends what was logged, if anything was: length, digest, and the first bytes in hexadecimal.
pub fn report() {
    let logged = LOGGED.get();
    if logged == 0 {
        return;
    }
    Line::new("log").hex(logged).hex(DIGEST.get()).send();
    // SAFETY: as above.
    let text = unsafe { &*TEXT.0.get() };
    for row in text[..(logged as usize).min(KEPT)].chunks(32) {
        send_bytes("said ", row);
    }
}

/// Sends up to 32 bytes in hexadecimal, after a word.
pub fn send_bytes(word: &str, row: &[u8]) {
    let mut bytes = [0; 64];
    for (place, &byte) in row.iter().enumerate() {
        bytes[2 * place] = b"0123456789abcdef"[usize::from(byte >> 4)];
        bytes[2 * place + 1] = b"0123456789abcdef"[usize::from(byte & 15)];
    }
    // SAFETY: digits are ASCII.
    Line::new(word).text(unsafe { str::from_utf8_unchecked(&bytes[..2 * row.len()]) }).send();
}
