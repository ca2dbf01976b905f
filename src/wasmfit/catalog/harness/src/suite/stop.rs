//! Why an action was not done to its end.

use alloc::string::{String, ToString};
use core::fmt::Display;

/// Why an action was not done to its end, in the runtime's words.
#[derive(Debug)]
pub enum Stop {
    /// The module was not accepted: it cannot be read, or does not validate, or wants what there is not.
    Load(String),
    /// Its imports could not be answered.
    Link(String),
    /// WebAssembly trapped.
    Trap(String),
    /// An exception came out of it.
    Thrown(String),
    /// The call was ended since its budget was used up.
    Stopped(String),
    /// The runtime, or this glue, cannot do that at all.
    Refused(String),
}

impl Stop {
    /// The module was not accepted.
    pub fn load(words: impl Display) -> Self {
        Stop::Load(words.to_string())
    }

    /// Its imports could not be answered.
    pub fn link(words: impl Display) -> Self {
        Stop::Link(words.to_string())
    }

    /// WebAssembly trapped.
    pub fn trap(words: impl Display) -> Self {
        Stop::Trap(words.to_string())
    }

    /// The call was ended since its budget was used up.
    pub fn stopped(words: impl Display) -> Self {
        Stop::Stopped(words.to_string())
    }

    /// The runtime, or the glue, cannot do that at all.
    pub fn refused(words: impl Display) -> Self {
        Stop::Refused(words.to_string())
    }

    /// There is no such export.
    pub fn missing(name: &str) -> Self {
        Stop::refused(format_args!("no export {name}"))
    }

    /// How it ended, and the words.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Stop::Load(words) => ("load", words),
            Stop::Link(words) => ("link", words),
            Stop::Trap(words) => ("trap", words),
            Stop::Thrown(words) => ("thrown", words),
            Stop::Stopped(words) => ("stopped", words),
            Stop::Refused(words) => ("refused", words),
        }
    }
}
