//! The suite's way to the host, from a device: semihosting.

use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::slice;

use semihosting::fd::{AsFd, OwnedFd};
use semihosting::sys::arm_compat::{OpenMode, sys_open, sys_read, sys_write0};

use crate::{heap, phase};

const CHUNK: usize = 4096;

/// The file of records, read in chunks.
pub struct Input {
    file: OwnedFd,
    chunk: [MaybeUninit<u8>; CHUNK],
    from: usize,
    to: usize,
}

impl Input {
    pub fn open() -> Self {
        match sys_open(c"suite", OpenMode::RDONLY_BINARY) {
            Ok(file) => Input { file, chunk: [MaybeUninit::uninit(); CHUNK], from: 0, to: 0 },
            Err(_) => crate::fail("the host has no file of records"),
        }
    }

    /// Fills `bytes`; `false` where the file ends before.
    pub fn read(&mut self, bytes: &mut [u8]) -> bool {
        let mut done = 0;
        while done < bytes.len() {
            if self.from == self.to {
                self.from = 0;
                self.to = sys_read(self.file.as_fd(), &mut self.chunk).unwrap_or(0);
                if self.to == 0 {
                    return false;
                }
            }
            let count = (bytes.len() - done).min(self.to - self.from);
            // SAFETY: the host has written the chunk as far as `to`.
            let read = unsafe { slice::from_raw_parts(self.chunk[self.from..].as_ptr().cast(), count) };
            bytes[done..done + count].copy_from_slice(read);
            self.from += count;
            done += count;
        }
        true
    }

    /// Leaves so many bytes out.
    pub fn skip(&mut self, mut length: usize) {
        let mut waste = [0; 64];
        while length > 0 {
            let count = length.min(waste.len());
            if !self.read(&mut waste[..count]) {
                return;
            }
            length -= count;
        }
    }
}

/// Sends a line, with its end and a NUL behind it.
pub fn send(line: &[u8]) {
    if let Ok(line) = CStr::from_bytes_until_nul(line) {
        sys_write0(line);
    }
}

/// Marks that everything was dropped: what follows has a budget of instructions of its own.
pub fn begin() {
    phase::load();
}

/// What is counted begins.
pub fn counted_from_here() {
    phase::call();
}

/// What is counted has ended.
pub fn counted_to_here() {
    phase::idle();
}

/// Bytes of the heap in use.
pub fn used() -> usize {
    heap::used()
}

/// The heap has refused nothing yet.
pub fn forget_refused() {
    heap::forget_refused();
}

/// Size of the last request that the heap refused since; 0 if there was none.
pub fn refused() -> usize {
    heap::refused()
}
