//! Many modules from one file to another, for host steps: `conformance/prepare.py` reads and writes the same.
//! Numbers are 32 bits, little-endian. The input is a count and, for each module, its length and its bytes; the
//! output a count and, for each, a byte (1: taken, 0: refused), a length, and bytes or words.

use std::error::Error;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does `step` to every module of `input`. A module that it panics at it has refused.
pub fn each(
    input: &str,
    output: &str,
    step: impl Fn(&[u8]) -> Result<Vec<u8>, String>,
) -> Result<(), Box<dyn Error>> {
    let data = fs::read(input)?;
    let mut rest = data.as_slice();
    let count = number(&mut rest)?;
    let mut all = count.to_le_bytes().to_vec();
    for _ in 0..count {
        let length = number(&mut rest)? as usize;
        let (module, behind) = rest.split_at_checked(length).ok_or("the input ends inside a module")?;
        rest = behind;
        let made = catch_unwind(AssertUnwindSafe(|| step(module)))
            .unwrap_or_else(|_| Err("the host step panicked".to_owned()));
        let (taken, bytes) = match made {
            Ok(bytes) => (1, bytes),
            Err(words) => (0, words.into_bytes()),
        };
        all.push(taken);
        all.extend(u32::try_from(bytes.len())?.to_le_bytes());
        all.extend(bytes);
    }
    fs::write(output, all)?;
    Ok(())
}

fn number(rest: &mut &[u8]) -> Result<u32, Box<dyn Error>> {
    let (bytes, behind) = rest.split_first_chunk().ok_or("the input ends early")?;
    *rest = behind;
    Ok(u32::from_le_bytes(*bytes))
}
