//! The module's memory, as host functions may touch it.

use core::fmt;

/// A host function ends the call.
#[derive(Clone, Copy, Debug)]
pub struct Trap;

impl Trap {
    /// Its words.
    pub const WORDS: &str = "trapped in a host function";
}

impl fmt::Display for Trap {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(Trap::WORDS)
    }
}

impl core::error::Error for Trap {}

/// The module's memory, as a host function may touch it.
pub trait Memory {
    /// Fills `bytes` with what is at `at`.
    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), Trap>;
    /// Puts `bytes` at `at`.
    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Trap>;
}

impl Memory for [u8] {
    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), Trap> {
        let there = self.get(at as usize..).and_then(|rest| rest.get(..bytes.len())).ok_or(Trap)?;
        bytes.copy_from_slice(there);
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Trap> {
        let there = self.get_mut(at as usize..).and_then(|rest| rest.get_mut(..bytes.len())).ok_or(Trap)?;
        there.copy_from_slice(bytes);
        Ok(())
    }
}

impl<M: Memory + ?Sized> Memory for &mut M {
    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), Trap> {
        (**self).read(at, bytes)
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Trap> {
        (**self).write(at, bytes)
    }
}
