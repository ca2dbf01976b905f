//! What WASI's functions do that commands use: arguments, standard input, and how they end.

use super::memory::{Memory, Trap};
use super::{State, log};
use crate::channel::Line;

/// 1 more than the code that the module has exited with; 0 as long as it has not.
static EXITED: State = State::new(0);

/// WASI's `proc_exit`: the call ends.
pub fn exit(code: u32) -> Trap {
    EXITED.set(code.wrapping_add(1));
    if code != 0 {
        Line::new("exit").hex(code).send();
    }
    Trap
}

/// Whether the module has exited with 0. Said once.
pub fn has_exited_well() -> bool {
    let well = EXITED.get() == 1;
    EXITED.set(0);
    well
}

/// `fd_write`: reads what the vector of buffers describes, writes the sum of their lengths.
pub fn write(
    memory: &mut (impl Memory + ?Sized),
    vectors: u32,
    count: u32,
    written: u32,
) -> Result<u64, Trap> {
    let mut total = 0u32;
    for number in 0..count {
        let (at, length) = vector(memory, vectors, number)?;
        log::log(memory, at, length)?;
        total = total.wrapping_add(length);
    }
    memory.write(written, &total.to_le_bytes())?;
    Ok(0)
}

/// `fd_read`: fills the buffers with what is left of the input, writes how much it was.
pub fn read(
    memory: &mut (impl Memory + ?Sized),
    input: &[u8],
    vectors: u32,
    count: u32,
    taken: u32,
) -> Result<u64, Trap> {
    static TAKEN: State = State::new(0);
    let mut total = 0u32;
    for number in 0..count {
        let (at, length) = vector(memory, vectors, number)?;
        let rest = input.get(TAKEN.get() as usize..).unwrap_or_default();
        let bytes = &rest[..rest.len().min(length as usize)];
        memory.write(at, bytes)?;
        TAKEN.set(TAKEN.get() + bytes.len() as u32);
        total += bytes.len() as u32;
    }
    memory.write(taken, &total.to_le_bytes())?;
    Ok(0)
}

/// `args_sizes_get` and `environ_sizes_get`: how many texts there are, each with a NUL, and their bytes.
pub fn sizes(
    memory: &mut (impl Memory + ?Sized),
    texts: &[u8],
    count: u32,
    size: u32,
) -> Result<u64, Trap> {
    let number = texts.iter().filter(|&&byte| byte == 0).count() as u32;
    memory.write(count, &number.to_le_bytes())?;
    memory.write(size, &(texts.len() as u32).to_le_bytes())?;
    Ok(0)
}

/// `args_get`: a pointer to each text, and the texts.
pub fn texts(memory: &mut (impl Memory + ?Sized), texts: &[u8], pointers: u32, at: u32) -> Result<u64, Trap> {
    memory.write(at, texts)?;
    let (mut pointer, mut begins) = (pointers, true);
    for (offset, &byte) in texts.iter().enumerate() {
        if begins {
            let address = at.checked_add(offset as u32).ok_or(Trap)?;
            memory.write(pointer, &address.to_le_bytes())?;
            pointer = pointer.checked_add(4).ok_or(Trap)?;
        }
        begins = byte == 0;
    }
    Ok(0)
}

/// A buffer of a vector: address and length.
fn vector(memory: &mut (impl Memory + ?Sized), vectors: u32, number: u32) -> Result<(u32, u32), Trap> {
    let at = number.checked_mul(8).and_then(|offset| offset.checked_add(vectors)).ok_or(Trap)?;
    let (mut address, mut length) = ([0; 4], [0; 4]);
    memory.read(at, &mut address)?;
    memory.read(at.checked_add(4).ok_or(Trap)?, &mut length)?;
    Ok((u32::from_le_bytes(address), u32::from_le_bytes(length)))
}
