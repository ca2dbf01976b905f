//! Values, as records hold them and as answers say them.

use core::fmt::{self, Display, Write};

/// What a heap type says of a reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    Func = 0,
    Extern = 1,
    Any = 2,
    Exn = 3,
    I31 = 4,
    Struct = 5,
    Array = 6,
}

/// A value of any of WebAssembly's types: bits, or what can be told of a reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    I32(u32),
    I64(u64),
    F32(u32),
    F64(u64),
    /// In memory's order.
    V128([u8; 16]),
    Null(Kind),
    /// The host's own thing of that number, as an `externref`.
    Extern(u32),
    /// The same as an `anyref`.
    Host(u32),
    /// A reference of which no more is told. Never an argument.
    Ref(Kind),
}

/// Bytes of an argument: one for its type, and its value's.
pub const ARGUMENT: usize = 17;

impl Value {
    /// An argument's.
    pub fn read(bytes: &[u8]) -> Value {
        let mut whole = [0; 16];
        whole.copy_from_slice(&bytes[1..ARGUMENT]);
        let (word, half) = (u64_at(&whole, 0), u32_at(&whole, 0));
        match bytes[0] {
            0 => Value::I32(half),
            1 => Value::I64(word),
            2 => Value::F32(half),
            3 => Value::F64(word),
            4 => Value::V128(whole),
            5 => Value::Null(match half {
                0 => Kind::Func,
                1 => Kind::Extern,
                3 => Kind::Exn,
                _ => Kind::Any,
            }),
            6 => Value::Extern(half),
            _ => Value::Host(half),
        }
    }
}

impl Display for Kind {
    fn fmt(&self, line: &mut fmt::Formatter) -> fmt::Result {
        line.write_str(match self {
            Kind::Func => "func",
            Kind::Extern => "extern",
            Kind::Any => "any",
            Kind::Exn => "exn",
            Kind::I31 => "i31",
            Kind::Struct => "struct",
            Kind::Array => "array",
        })
    }
}

impl Display for Value {
    fn fmt(&self, line: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Value::I32(bits) => write!(line, "i32:{bits:08x}"),
            Value::I64(bits) => write!(line, "i64:{bits:016x}"),
            Value::F32(bits) => write!(line, "f32:{bits:08x}"),
            Value::F64(bits) => write!(line, "f64:{bits:016x}"),
            Value::V128(bytes) => {
                line.write_str("v128:")?;
                bytes.iter().try_for_each(|byte| write!(line, "{byte:02x}"))
            }
            Value::Null(kind) => write!(line, "null:{kind}"),
            Value::Extern(number) => write!(line, "extern:{number}"),
            Value::Host(number) => write!(line, "host:{number}"),
            Value::Ref(kind) => write!(line, "ref:{kind}"),
        }
    }
}

/// Values with a space between them.
pub struct Listed<'a>(pub &'a [Value]);

impl Display for Listed<'_> {
    fn fmt(&self, line: &mut fmt::Formatter) -> fmt::Result {
        for (place, value) in self.0.iter().enumerate() {
            if place > 0 {
                line.write_char(' ')?;
            }
            value.fmt(line)?;
        }
        Ok(())
    }
}

/// The little-endian number there.
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// The little-endian number there.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The little-endian number there.
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
