//! Answers, a line each.

use core::fmt::{self, Display, Write};

use super::port;

/// Answers a record.
pub fn answer(number: u32, how: &str, words: impl Display) {
    let mut line = Line { bytes: [0; LONGEST], used: 0 };
    // A line never fails: what does not fit is cut.
    let _ = write!(line, "={number} {how} {words}");
    line.bytes[line.used] = b'\n';
    port::send(&line.bytes[..line.used + 2]);
}

const LONGEST: usize = 600;

/// A line, on the stack: an answer needs no heap.
struct Line {
    bytes: [u8; LONGEST],
    used: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            // The last two places are kept for the line's end and the terminator.
            if self.used < LONGEST - 2 {
                self.bytes[self.used] = if byte < b' ' { b' ' } else { byte };
                self.used += 1;
            }
        }
        Ok(())
    }
}
