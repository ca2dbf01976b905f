//! Replays the W3C suite, and scripts of our own: actions come from a file on the host, answers go out line by line. What an answer
//! ought to be nobody here knows: the host judges (`conformance/judge.py`).
//!
//! The file is a sequence of records, which `conformance/stream.py` writes. A record is a head of three
//! little-endian words (what to do, the record's number, bytes that follow) and those bytes; `u32` and `u16`
//! are little-endian. A call with a budget lies between the marks `call` and `idle`, for whoever counts:
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
//! | 9 instantiate with a limit | slot `u32`, pages `u32`, 12 bytes of nothing, module | `ok` |
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
#[cfg_attr(target_os = "none", path = "suite/device.rs")]
#[cfg_attr(not(target_os = "none"), path = "suite/host.rs")]
mod port;

use alloc::alloc::{Layout, alloc, dealloc};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Display, Write};
use core::slice;

#[cfg(target_os = "none")]
pub use c::C;

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

const ARGUMENT: usize = 17;

impl Value {
    fn read(bytes: &[u8]) -> Value {
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

    fn parts(&self) -> (&'static str, &str) {
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

const HEAD: usize = 12;
const DROP: u32 = 1;
const INSTANTIATE: u32 = 2;
const LOAD: u32 = 3;
const REGISTER: u32 = 4;
const INVOKE: u32 = 5;
const GET: u32 = 6;
const HOST_REFUSED: u32 = 7;
const INVOKE_WITHIN: u32 = 8;
const INSTANTIATE_WITHIN: u32 = 9;
const HEAP: u32 = 10;
const ROUNDS: u32 = 11;

/// FNV-1a over a block.
fn summed(block: *const u8, layout: Layout) -> u32 {
    // SAFETY: the block is that long, and all of it was written once.
    let bytes = unsafe { slice::from_raw_parts(block, layout.size()) };
    bytes.iter().fold(0x811c_9dc5, |sum, &byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Does what the records say until there are no more.
pub fn replay<S: Suite>() {
    let mut input = port::Input::open();
    let mut stage = Stage::<S>::new(false);
    let mut head = [0; HEAD];
    while input.read(&mut head) {
        let (what, number, length) = (u32_at(&head, 0), u32_at(&head, 4), u32_at(&head, 8) as usize);
        if what == DROP {
            // The next one is made behind the mark, so that its memory is the first to be given out again.
            drop(stage);
            port::begin();
            let mut bounded = [0; 4];
            if !input.read(&mut bounded) {
                return;
            }
            stage = Stage::new(bounded != [0; 4]);
            answer(number, "ok", "");
            continue;
        }
        let Some(bytes) = stage.keep(length) else {
            answer(number, "memory", format_args!("{length} bytes for the record"));
            input.skip(length);
            continue;
        };
        if !input.read(bytes) {
            return;
        }
        stage.kept.note();
        port::forget_refused();
        if what == ROUNDS {
            // There is one store at a time.
            let kept = stage.emptied();
            let left = rounds::<S>(bytes);
            drop(kept);
            stage = Stage::new(false);
            answer_rounds(number, left);
            continue;
        }
        if what == INVOKE_WITHIN {
            port::counted_from_here();
        }
        let ended = stage.act(what, bytes);
        if what == INVOKE_WITHIN {
            port::counted_to_here();
        }
        let refused = port::refused();
        match ended {
            Ok(Answer::Ok) => answer(number, "ok", ""),
            Ok(Answer::Got(values)) if refused > 0 => answer(number, "tight", Listed(&values)),
            Ok(Answer::Got(values)) => answer(number, "got", Listed(&values)),
            Ok(Answer::Absent) => answer(number, "absent", ""),
            Err(stop) if refused > 0 => {
                answer(number, "memory", format_args!("{refused} bytes: {}", stop.parts().1));
            }
            Err(stop) => answer(number, stop.parts().0, stop.parts().1),
        }
    }
}

/// Makes, calls and drops a module time and again, from a copy each time, since some runtimes write to it;
/// returns how many bytes more are in use after the last round than after the first.
fn rounds<S: Suite>(bytes: &'static [u8]) -> Result<u32, Stop> {
    let mut after_first = 0;
    for round in 0..u32_at(bytes, 0) {
        let mut stage = Stage::<S>::new(false);
        let Some(copy) = stage.keep(bytes.len()) else { return Err(Stop::refused("no memory for a copy")) };
        copy.copy_from_slice(bytes);
        let instance = stage.suite.instantiate(&copy[4..])?;
        stage.suite.invoke(instance, "run", &[])?;
        drop(stage);
        if round == 0 {
            after_first = port::used();
        }
    }
    Ok(port::used().wrapping_sub(after_first) as u32)
}

fn answer_rounds(number: u32, left: Result<u32, Stop>) {
    match left {
        Ok(left) => answer(number, "got", Value::I32(left)),
        Err(stop) => answer(number, stop.parts().0, stop.parts().1),
    }
}

enum Answer {
    Ok,
    Got(Vec<Value>),
    Absent,
}

/// A store with what belongs to it.
struct Stage<S: Suite> {
    // Dropped before the bytes that it may refer to.
    suite: S,
    slots: Vec<(u32, Option<u32>)>,
    kept: Kept,
    heap: Heap,
}

/// The heap's use when it was noted, and by how much it grew the last time that was asked.
#[derive(Default)]
struct Heap {
    noted: usize,
    growth: usize,
}

/// Blocks of memory that live as long as the store, each with a sum over what it held at first.
struct Kept(Vec<(*mut u8, Layout, u32)>);

impl Kept {
    fn size(&self) -> usize {
        self.0.iter().map(|(_, layout, _)| layout.size()).sum()
    }

    /// Notes what the last block holds.
    fn note(&mut self) {
        if let Some((block, layout, sum)) = self.0.last_mut() {
            *sum = summed(*block, *layout);
        }
    }

    /// How many blocks hold something else than when they were noted.
    fn changed(&self) -> u32 {
        self.0.iter().filter(|&&(block, layout, sum)| summed(block, layout) != sum).count() as u32
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for &(block, layout, _) in &self.0 {
            // SAFETY: from `Stage::keep`, of this layout, and nobody else's any more.
            unsafe { dealloc(block, layout) };
        }
    }
}

impl<S: Suite> Stage<S> {
    fn new(bounded: bool) -> Self {
        let suite = if bounded { S::bounded() } else { S::new() };
        Stage { suite, slots: Vec::new(), kept: Kept(Vec::new()), heap: Heap::default() }
    }

    /// Drops the store, but not the bytes that it was given.
    fn emptied(self) -> Kept {
        let Stage { suite, kept, .. } = self;
        drop(suite);
        kept
    }

    /// Memory for a record. Its module begins four bytes in, or at its start: both are aligned to 16, since
    /// the block begins twelve bytes behind such an address or at one; see [`Stage::act`].
    fn keep(&mut self, length: usize) -> Option<&'static mut [u8]> {
        let layout = Layout::from_size_align(length + 32, 16).ok()?;
        // SAFETY: the layout is not empty.
        let block = unsafe { alloc(layout) };
        if block.is_null() {
            return None;
        }
        // SAFETY: the block is that long.
        unsafe { block.write_bytes(0, layout.size()) };
        self.kept.0.push((block, layout, 0));
        // SAFETY: the block is ours until the store is dropped, before the block is.
        Some(unsafe { slice::from_raw_parts_mut(block.add(12), length) })
    }

    /// Notes the heap's use, without what is kept here; answers by how much it has grown.
    fn ask_heap(&mut self, what: u32) -> Answer {
        if what == 3 {
            return Answer::Got(Vec::from([Value::I32(self.kept.changed())]));
        }
        let now = port::used().saturating_sub(self.kept.size());
        let growth = now.saturating_sub(self.heap.noted);
        let beyond = growth.saturating_sub(self.heap.growth);
        self.heap = Heap { noted: now, growth };
        match what {
            0 => Answer::Ok,
            1 => Answer::Got(Vec::from([Value::I32(growth as u32)])),
            _ => Answer::Got(Vec::from([Value::I32(beyond as u32)])),
        }
    }

    fn act(&mut self, what: u32, bytes: &'static mut [u8]) -> Result<Answer, Stop> {
        if what == LOAD {
            // To where modules are aligned.
            let length = bytes.len();
            // SAFETY: `keep` has room for four bytes more.
            let moved = unsafe { slice::from_raw_parts_mut(bytes.as_mut_ptr(), length + 4) };
            moved.copy_within(..length, 4);
            return self.suite.load(&moved[4..]).map(|()| Answer::Ok);
        }
        let bytes: &'static [u8] = bytes;
        let (slot, rest) = (u32_at(bytes, 0), &bytes[4..]);
        match what {
            INSTANTIATE | INSTANTIATE_WITHIN => {
                let made = if what == INSTANTIATE {
                    self.suite.instantiate(rest)
                } else {
                    self.suite.limit(u32_at(rest, 0)).and_then(|()| self.suite.instantiate(&rest[16..]))
                };
                self.slots.push((slot, made.as_ref().ok().copied()));
                return made.map(|_| Answer::Ok);
            }
            HEAP => return Ok(self.ask_heap(slot)),
            HOST_REFUSED => {
                self.slots.push((slot, None));
                return Err(Stop::load(text(rest)));
            }
            _ => {}
        }
        let found = self.slots.iter().rev().find(|(number, _)| *number == slot);
        let Some(&(_, Some(instance))) = found else { return Ok(Answer::Absent) };
        match what {
            REGISTER => self.suite.register(instance, text(rest)).map(|()| Answer::Ok),
            INVOKE | INVOKE_WITHIN => {
                let rest = if what == INVOKE {
                    rest
                } else {
                    self.suite.budget(u32_at(rest, 0))?;
                    &rest[4..]
                };
                let (count, length) = (u16_at(rest, 0) as usize, u16_at(rest, 2) as usize);
                let (name, arguments) = rest[4..].split_at(length);
                let arguments: Vec<Value> =
                    arguments.chunks_exact(ARGUMENT).take(count).map(Value::read).collect();
                self.suite.invoke(instance, text(name), &arguments).map(Answer::Got)
            }
            GET => self.suite.global(instance, text(rest)).map(|value| Answer::Got(Vec::from([value]))),
            _ => Err(Stop::refused("the glue does not know this record")),
        }
    }
}

fn text(bytes: &'static [u8]) -> &'static str {
    str::from_utf8(bytes).unwrap_or("(not UTF-8)")
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

struct Listed<'a>(&'a [Value]);

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

fn answer(number: u32, how: &str, words: impl Display) {
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
