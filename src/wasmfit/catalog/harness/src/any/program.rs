//! What is done with an instance: calls of its exports, one of which is measured, and accesses to its memory.

use super::memory::{Memory, Trap};
use super::{Job, MOST_VALUES, Part, Type, log};
use crate::channel::Line;
use crate::stop::Failure;
use crate::{heap, phase};

/// Results of calls that later arguments are taken from.
const SLOTS: usize = 16;
/// Instead of a slot: there is none.
const NONE: u32 = u32::MAX;
/// The letter of the phase that nothing belongs to.
const IDLE: u8 = b'4';
/// The most bytes of a read that are sent as they are, besides the digest of all.
const SHOWN: usize = 32;

/// An exported function.
#[repr(C)]
pub struct Function {
    name: Part,
    params: Part,
    results: Part,
}

impl Function {
    /// The name of the export.
    pub fn name(&self) -> &'static str {
        self.name.text()
    }

    /// Types of its parameters.
    pub fn params(&self) -> &'static [Type] {
        self.params.slice()
    }

    /// Types of its results.
    pub fn results(&self) -> &'static [Type] {
        self.results.slice()
    }
}

#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(dead_code)] // the host makes them
enum Kind {
    /// A call that prepares, and is not measured.
    Before = 0,
    /// A call that is measured.
    Call = 1,
    /// Writes `data` to memory, where the first argument says.
    Write = 2,
    /// Reads as many bytes of memory as `data` has, where the first argument says, and sends their digest.
    Read = 3,
}

/// One thing that is done.
#[repr(C)]
pub(super) struct Step {
    kind: Kind,
    function: u32,
    /// Where the first result is kept, or none.
    slot: u32,
    /// How often in a row it is done.
    times: u32,
    arguments: Part,
    data: Part,
}

/// A constant, or the result that was kept in a slot.
#[repr(C)]
struct Argument {
    slot: u32,
    word: [u32; 2],
}

/// An instance of the module, as the job uses it.
pub trait Instance {
    /// Why a call did not come back.
    type Error: Into<Failure>;

    /// Calls a function of [`Job::functions`], by its number: takes the arguments and writes the results.
    fn call(&mut self, function: usize, arguments: &[u64], results: &mut [u64]) -> Result<(), Self::Error>;

    /// The memory that the module exports under the name of [`Job::memory`]; an empty one if there is none.
    fn memory(&mut self) -> impl Memory;
}

/// An embedding that calls one function.
pub(super) struct OneFunction<F>(pub F);

impl<F: FnMut(&[u64], &mut [u64]) -> Result<(), E>, E: Into<Failure>> Instance for OneFunction<F> {
    type Error = E;

    fn call(&mut self, function: usize, arguments: &[u64], results: &mut [u64]) -> Result<(), E> {
        if function > 0 {
            refuse()
        }
        (self.0)(arguments, results)
    }

    fn memory(&mut self) -> impl Memory {
        Nothing
    }
}

/// No memory, from an embedding that does not hand any out.
pub(super) struct Nothing;

impl Memory for Nothing {
    fn read(&mut self, _at: u32, _bytes: &mut [u8]) -> Result<(), Trap> {
        refuse()
    }

    fn write(&mut self, _at: u32, _bytes: &[u8]) -> Result<(), Trap> {
        refuse()
    }
}

/// Ends the run where the job wants more than the embedding can.
pub(super) fn refuse() -> ! {
    crate::unsupported("this embedding calls one export alone, and neither fills nor reads memory")
}

/// Where the job stands.
pub(super) struct Program {
    step: usize,
    done: u32,
    calls: u32,
    used: usize,
    arguments: [u64; MOST_VALUES],
    slots: [u64; SLOTS],
}

impl Program {
    pub const fn new() -> Self {
        Program { step: 0, done: 0, calls: 0, used: 0, arguments: [0; MOST_VALUES], slots: [0; SLOTS] }
    }

    fn current(&self) -> Option<&'static Step> {
        Job::get().steps().get(self.step)
    }

    /// Goes on to the next call, with its arguments ready; the number of its function, or nothing after the
    /// last one. Does what is to be done with memory on the way.
    pub fn next(&mut self, job: &Job, memory: &mut impl Memory) -> Option<usize> {
        loop {
            let step = job.steps().get(self.step)?;
            if self.done == step.times {
                self.step += 1;
                self.done = 0;
                continue;
            }
            self.done += 1;
            let arguments: &[Argument] = step.arguments.slice();
            self.used = arguments.len();
            for (word, argument) in self.arguments.iter_mut().zip(arguments) {
                *word = match self.slots.get(argument.slot as usize) {
                    Some(&kept) => kept,
                    None => u64::from(argument.word[1]) << 32 | u64::from(argument.word[0]),
                };
            }
            // What prepares belongs to no phase.
            if step.kind != Kind::Call && phase::current() != IDLE {
                phase::idle();
            }
            let at = self.arguments[0] as u32;
            let accessed = match step.kind {
                Kind::Before | Kind::Call => return Some(step.function as usize),
                Kind::Write => memory.write(at, step.data.slice()),
                Kind::Read => read(memory, at, step.data.count),
            };
            if accessed.is_err() {
                crate::fail("a buffer does not lie in the module's memory")
            }
        }
    }

    /// The arguments of the call at hand.
    pub fn arguments(&self) -> &[u64] {
        &self.arguments[..self.used]
    }

    /// Begins the call at hand.
    #[inline]
    pub fn begin(&self) {
        if self.current().is_some_and(|step| step.kind == Kind::Call) {
            phase::call();
        }
    }

    /// Ends it. There are no results where the module has ended itself.
    pub fn end(&mut self, results: &[u64]) {
        let Some(step) = self.current() else { return };
        let measured = step.kind == Kind::Call;
        if measured {
            phase::idle();
            heap::look(self.calls == 0);
            self.calls += 1;
        }
        let kinds = Job::get().functions()[step.function as usize].results();
        for (&kind, &word) in kinds.iter().zip(results) {
            let word = kind.clean(word);
            Line::new("value").hex((word >> 32) as u32).hex(word as u32).send();
        }
        if let (Some(slot), Some(&kind), Some(&word)) =
            (self.slots.get_mut(step.slot as usize), kinds.first(), results.first())
        {
            *slot = kind.clean(word);
        }
        let word = if measured { "called" } else { "prepared" };
        Line::new(word).hex(results.len() as u32).hex(log::length()).hex(log::digest()).send();
    }
}

const _: () = assert!(NONE as usize >= SLOTS);

/// Sends what memory holds: length, digest, and the first bytes.
fn read(memory: &mut impl Memory, at: u32, length: u32) -> Result<(), Trap> {
    let mut digest = log::EMPTY;
    let mut first = [0; SHOWN];
    let mut chunk = [0; SHOWN];
    let mut done = 0;
    while done < length {
        let count = (length - done).min(SHOWN as u32) as usize;
        memory.read(at.checked_add(done).ok_or(Trap)?, &mut chunk[..count])?;
        digest = log::digest_of(digest, &chunk[..count]);
        if done == 0 {
            first = chunk;
        }
        done += count as u32;
    }
    Line::new("buffer").hex(length).hex(digest).send();
    log::send_bytes("bytes ", &first[..(length as usize).min(SHOWN)]);
    Ok(())
}
