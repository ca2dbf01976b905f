//! Imported functions, and what answers them.

use super::log::log;
use super::memory::{Memory, Trap};
use super::{Job, Part, State, Type, region, wasi};
use crate::channel::Line;
use crate::phase;

/// What a host function does when it is called.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(dead_code)] // the host makes them
pub enum Rule {
    /// Returns the import's value in every result, whatever it is.
    Constant = 0,
    /// Returns the time, in units of so many microseconds as the lower half of `value` says. See [`clock`].
    Clock = 1,
    /// Ends the call.
    Trap = 2,
    /// Reads as many bytes of memory as its second argument says, at its first.
    Log = 3,
    /// Returns the next pseudo-random number.
    Random = 4,
    /// WASI's `fd_write`: reads what the vector of buffers describes, writes the sum of their lengths.
    WasiWrite = 5,
    /// WASI's `clock_time_get`: writes the time in nanoseconds where its third argument says.
    WasiClock = 6,
    /// WASI's `random_get`: fills memory, from its first argument on, as far as its second says.
    WasiRandom = 7,
    /// WASI's `args_sizes_get` and `environ_sizes_get`: writes how many texts there are in the data that
    /// `value` is the place of, and their bytes.
    WasiSizes = 8,
    /// The region of interest begins.
    RegionBegin = 9,
    /// The region of interest ends.
    RegionEnd = 10,
    /// WASI's `proc_exit`: ends the call, well if the first argument is 0.
    WasiExit = 11,
    /// WASI's `args_get`: writes the texts of the data.
    WasiTexts = 12,
    /// WASI's `fd_read`: the data is what is read from standard input.
    WasiRead = 13,
    /// Returns the next of the data's 64-bit words; after the last, the first again.
    Samples = 14,
    /// Returns the time that the data has for this reading, whichever import makes it. See [`Import::time`].
    Times = 15,
}

/// A function that the module imports.
#[repr(C)]
pub struct Import {
    module: Part,
    name: Part,
    params: Part,
    results: Part,
    rule: Rule,
    value: [u32; 2],
}

impl Import {
    /// The module's name in the import.
    pub fn module(&self) -> &'static str {
        self.module.text()
    }

    /// The function's name in the import.
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

    /// Whether the host function reads or writes the module's memory.
    pub fn touches_memory(&self) -> bool {
        !matches!(
            self.rule,
            Rule::Constant
                | Rule::Clock
                | Rule::Trap
                | Rule::Random
                | Rule::RegionBegin
                | Rule::RegionEnd
                | Rule::WasiExit
                | Rule::Samples
                | Rule::Times
        )
    }

    /// What the host function does: takes the arguments by their number, and may touch memory.
    /// Every result is this word; see [`Import::result`].
    ///
    /// # Errors
    ///
    /// The rule says that the call ends, or names memory that the module does not have.
    pub fn answer(
        &self,
        argument: impl Fn(usize) -> u64,
        memory: &mut (impl Memory + ?Sized),
    ) -> Result<u64, Trap> {
        // Runtimes leave what they like in the upper half of a 32-bit value, and nobody here needs it.
        let argument = |place| argument(place) as u32;
        let constant = u64::from(self.value[1]) << 32 | u64::from(self.value[0]);
        let answer = match self.rule {
            Rule::Constant => Ok(constant),
            Rule::Clock => Ok(self.clock()),
            Rule::Trap => Err(Trap),
            Rule::Random => Ok(random()),
            Rule::Log => log(memory, argument(0), argument(1)).map(|()| 0),
            Rule::WasiWrite => wasi::write(memory, argument(1), argument(2), argument(3)),
            Rule::WasiClock => memory.write(argument(2), &(self.clock() * 1000).to_le_bytes()).map(|()| 0),
            Rule::WasiRandom => fill(memory, argument(0), argument(1)).map(|()| 0),
            Rule::WasiSizes => wasi::sizes(memory, self.data(), argument(0), argument(1)),
            Rule::RegionBegin => {
                region::begin();
                Ok(0)
            }
            Rule::RegionEnd => {
                region::end();
                Ok(0)
            }
            Rule::WasiExit => return Err(wasi::exit(argument(0))),
            Rule::WasiTexts => wasi::texts(memory, self.data(), argument(0), argument(1)),
            Rule::WasiRead => wasi::read(memory, self.data(), argument(1), argument(2), argument(3)),
            Rule::Samples => Ok(self.sample()),
            Rule::Times => Ok(self.time()),
        };
        answer.inspect_err(|_| self.blame())
    }

    /// The answer as a result of a type.
    pub fn result(&self, kind: Type, answer: u64) -> u64 {
        match (self.rule, kind) {
            // Some clocks count in floating point.
            (Rule::Clock | Rule::Times, Type::F32) => u64::from((answer as f32).to_bits()),
            (Rule::Clock | Rule::Times, Type::F64) => (answer as f64).to_bits(),
            _ => kind.clean(answer),
        }
    }

    /// The bytes that `value` is the place of.
    fn data(&self) -> &'static [u8] {
        Part { offset: self.value[0], count: self.value[1] }.slice()
    }

    /// The time in the import's units.
    fn clock(&self) -> u64 {
        let now = clock(self.value[1]);
        if self.value[0] > 1 { now / u64::from(self.value[0]) } else { now }
    }

    /// The next word of the data.
    fn sample(&self) -> u64 {
        static TAKEN: [State; SAMPLED] = [const { State::new(0) }; SAMPLED];
        let words: &[u64] = Part { offset: self.value[0], count: self.value[1] / 8 }.slice();
        // The host refuses more imports than there are counters for.
        let taken = &TAKEN[self.number() % SAMPLED];
        let at = taken.get() as usize;
        taken.set(if at + 1 < words.len() { at as u32 + 1 } else { 0 });
        words[at]
    }

    /// The time that the data has for this reading; beyond the last, time goes on as it did at the last few. The
    /// data's first word is the import's unit in microseconds, the others are microseconds. Each reading within a measured call is marked, so that the host knows when it was. Outside of those, nothing
    /// is counted, and no time passes.
    fn time(&self) -> u64 {
        static READINGS: State = State::new(0);
        let words: &[u64] = Part { offset: self.value[0], count: self.value[1] / 8 }.slice();
        let (unit, times) = (words[0], &words[1..]);
        let (at, last) = (READINGS.get() as usize, times.len() - 1);
        if phase::current() == IN_CALL {
            READINGS.set(at as u32 + 1);
            region::reading();
        }
        let now = match at.checked_sub(last) {
            None => times[at],
            Some(more) => times[last] + more as u64 * (times[last] - times[last - MEAN]) / MEAN as u64,
        };
        now / unit
    }

    /// Its place in the job.
    fn number(&self) -> usize {
        let first = Job::get().imports.slice::<Import>().as_ptr();
        (self as *const Import as usize - first as usize) / size_of::<Import>()
    }

    /// Says which import ended the call, since not every runtime's words do.
    fn blame(&self) {
        Line::new("stub").hex(self.number() as u32).send();
    }
}

/// Readings whose mean distance the later ones have.
const MEAN: usize = 32;

/// The letter of the phase that a measured call is.
const IN_CALL: u8 = b'3';

/// Imports of a module that has one which answers with samples.
const SAMPLED: usize = 32;

/// Microseconds since the first reading. Time passes by being read, 1 ms each time or by the step that the
/// import has, whichever clock is read: so a module sees the same times in every runtime, and in every run.
fn clock(step: u32) -> u64 {
    static NOW: [State; 2] = [const { State::new(0) }; 2];
    let now = u64::from(NOW[1].get()) << 32 | u64::from(NOW[0].get());
    let next = now + u64::from(if step == 0 { 1000 } else { step });
    NOW[0].set(next as u32);
    NOW[1].set((next >> 32) as u32);
    now
}

/// The next number of a sequence that is the same in every run (xorshift, two steps a number).
fn random() -> u64 {
    static SEED: State = State::new(0x2545_f491);
    let mut number = 0;
    for _ in 0..2 {
        let mut seed = SEED.get();
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        SEED.set(seed);
        number = number << 32 | u64::from(seed);
    }
    number
}

fn fill(memory: &mut (impl Memory + ?Sized), at: u32, length: u32) -> Result<(), Trap> {
    for offset in 0..length {
        memory.write(at.checked_add(offset).ok_or(Trap)?, &[random() as u8])?;
    }
    Ok(())
}
