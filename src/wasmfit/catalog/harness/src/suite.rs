//! Replays the W3C suite, and scripts of our own: actions come from a file on the host, answers go out line by line. What an answer
//! ought to be nobody here knows: the host judges (`conformance/judge.py`).
//!
//! The file is a sequence of records, which `conformance/stream.py` writes. A record is a head of three
//! little-endian words (what to do, the record's number, bytes that follow) and those bytes; `u32` and `u16`
//! are little-endian. What has a budget lies between the marks `call` and `idle`, for whoever counts:
//!
//! | what | bytes | answer when all is well |
//! |---|---|---|
//! | 1 drop everything | whether calls of the next store get budgets `u32` | `ok` |
//! | 2 instantiate | slot `u32`, module | `ok` |
//! | 3 load and drop | module | `ok` |
//! | 4 register | slot `u32`, name | `ok` |
//! | 5 invoke | slot `u32`, number of arguments `u16`, length of name `u16`, name, arguments | `got` and values |
//! | 6 read a global | slot `u32`, name | `got` and a value |
//! | 7 the host step refused the module | slot `u32`, its words | `load` and the words |
//! | 8 invoke with a budget | slot `u32`, budget `u32`, the rest as for 5 | as for 5 |
//! | 9 instantiate within | slot `u32`, pages `u32`, budget `u32` (0: no limit), 8 bytes of nothing, module | `ok` |
//! | 10 ask | of the heap: 0: note its use, 1: growth since, 2: growth beyond the last; 3: how many of the bytes given here were changed `u32` | `got` and a number |
//! | 11 make, call `run` and drop, again and again | rounds `u32`, module | `got` and bytes left since the first |
//!
//! An argument is a byte for its type and sixteen for its value (see [`Value`]). An answer is a line: `=`, the
//! record's number, how it ended, words. It ends as `ok`, `got`, or as one of [`Stop`]; as `memory`, and with
//! values as `tight`, where the heap refused a request on the way; as `absent` where the slot is empty because
//! its module was refused. A record that never gets an answer is the one that the run ended in.

// Paths, since this file is also part of `harness/host`, where it does not lie beside its folder.
#[cfg(target_os = "none")]
#[path = "suite/c.rs"]
mod c;
#[path = "suite/kept.rs"]
mod kept;
#[path = "suite/line.rs"]
mod line;
#[cfg_attr(target_os = "none", path = "suite/device.rs")]
#[cfg_attr(not(target_os = "none"), path = "suite/host.rs")]
mod port;
#[path = "suite/replay.rs"]
mod replay;
#[path = "suite/stop.rs"]
mod stop;
#[path = "suite/value.rs"]
mod value;

use alloc::vec::Vec;

#[cfg(target_os = "none")]
pub use c::C;
pub use replay::replay;
pub use stop::Stop;
pub use value::{Kind, Value};

/// A runtime, as the suite wants to use it: one store, with instances that are numbered as they are made.
/// Dropping it drops everything. A module's bytes stay where they are as long as the store does.
pub trait Suite {
    /// An empty store.
    fn new() -> Self;

    /// Reads and validates a module, and drops it.
    ///
    /// # Errors
    ///
    /// It is not accepted.
    fn load(&mut self, module: &'static [u8]) -> Result<(), Stop>;

    /// Instantiates a module, whose imports are answered by what is registered; its start function runs.
    ///
    /// # Errors
    ///
    /// It is not accepted, or not linked, or traps.
    fn instantiate(&mut self, module: &'static [u8]) -> Result<u32, Stop>;

    /// Makes an instance's exports importable under a name.
    ///
    /// # Errors
    ///
    /// The runtime does not link modules with one another.
    fn register(&mut self, instance: u32, name: &'static str) -> Result<(), Stop>;

    /// Calls an exported function.
    ///
    /// # Errors
    ///
    /// It traps, or cannot be called.
    fn invoke(&mut self, instance: u32, name: &'static str, arguments: &[Value]) -> Result<Vec<Value>, Stop>;

    /// Reads an exported global.
    ///
    /// # Errors
    ///
    /// There is none, or the runtime does not give it out.
    fn global(&mut self, instance: u32, name: &'static str) -> Result<Value, Stop>;

    /// An empty store whose calls can be stopped, where that is a matter of the runtime's configuration.
    #[must_use]
    fn bounded() -> Self
    where
        Self: Sized,
    {
        Self::new()
    }

    /// Lets the calls that follow take so many of the runtime's units (instructions, fuel), of a store made
    /// by [`Suite::bounded`]. What takes more ends as [`Stop::Stopped`].
    ///
    /// # Errors
    ///
    /// The runtime does not stop a call.
    fn budget(&mut self, _units: u32) -> Result<(), Stop> {
        Err(Stop::refused("the glue knows of nothing that stops a call"))
    }

    /// Lets memories of the instances that follow have so many pages and no more.
    ///
    /// # Errors
    ///
    /// The runtime's host cannot say that.
    fn limit(&mut self, _pages: u32) -> Result<(), Stop> {
        Err(Stop::refused("the glue knows of no limit that a host can set"))
    }
}

/// Makes `$suite`, a type that is a [`Suite`], the firmware.
#[macro_export]
macro_rules! firmware_for_suite {
    ($suite:ty) => {
        #[unsafe(no_mangle)]
        extern "C" fn wasmfit_firmware() {
            $crate::suite::replay::<$suite>();
        }
    };
}
