//! The interpreter's errors as words.

use core::fmt;

use wasefire_interpreter::Error;

/// What the interpreter calls its error: it has names for errors and no words.
pub struct Name(pub Error);

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}
