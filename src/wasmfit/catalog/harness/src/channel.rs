//! The result channel: lines of words over semihosting, written without
//! `core::fmt` so that the harness adds no formatting code to an image.

use core::ffi::CStr;
use core::fmt;
#[cfg(feature = "base")]
use core::mem::MaybeUninit;
#[cfg(feature = "base")]
use semihosting::sys::arm_compat::sys_get_cmdline_uninit;
use semihosting::sys::arm_compat::sys_write0;

/// Whether the host says that the core is an emulated one, without the chip's peripherals around it.
/// Nobody but a base asks; the answer is the emulator's command line, so the image is the same for both.
#[cfg(feature = "base")]
#[unsafe(no_mangle)]
extern "C" fn wasmfit_is_emulated() -> bool {
    let mut said = [MaybeUninit::uninit(); 16];
    matches!(sys_get_cmdline_uninit(&mut said), Ok(word) if word.starts_with(b"emulated"))
}

const CAPACITY: usize = 120;

/// One line being put together; longer ones are cut, never overrun.
pub(crate) struct Line {
    bytes: [u8; CAPACITY],
    used: usize,
}

impl Line {
    pub(crate) fn new(word: &str) -> Self {
        let line = Line { bytes: [0; CAPACITY], used: 0 };
        line.text(word)
    }

    fn push(&mut self, byte: u8) {
        // The last two places are kept for the line end and the terminator.
        if self.used < CAPACITY - 2 {
            self.bytes[self.used] = byte;
            self.used += 1;
        }
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.extend(text);
        self
    }

    fn extend(&mut self, text: &str) {
        for byte in text.bytes() {
            self.push(if byte == b'\n' || byte == 0 { b' ' } else { byte });
        }
    }

    pub(crate) fn hex(mut self, value: u32) -> Self {
        self.push(b' ');
        for shift in (0..8).rev() {
            let digit = (value >> (shift * 4)) as u8 & 15;
            self.push(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit });
        }
        self
    }

    pub(crate) fn send(mut self) {
        self.bytes[self.used] = b'\n';
        self.bytes[self.used + 1] = 0;
        // SAFETY: there is a terminator at `used + 1`, and `push` lets none in before.
        let line = unsafe { CStr::from_ptr(self.bytes.as_ptr().cast()) };
        sys_write0(line);
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.extend(text);
        Ok(())
    }
}
