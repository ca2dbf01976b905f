//! Imported functions, and what answers them.

use super::log::log;
use super::memory::{Memory, Trap};
use super::{Job, Part, State, Type};
use crate::channel::Line;

/// What a host function does when it is called.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(dead_code)] // the host makes them
pub enum Rule {
    /// Returns the import's value in every result, whatever it is.
    Constant = 0,
    /// Returns the time, in units of `value` microseconds. See [`clock`].
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
    /// WASI's `args_sizes_get` and `environ_sizes_get`: writes that there is nothing.
    WasiSizes = 8,
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
        !matches!(self.rule, Rule::Constant | Rule::Clock | Rule::Trap | Rule::Random)
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
            Rule::Clock if constant > 1 => Ok(clock() / constant),
            Rule::Clock => Ok(clock()),
            Rule::Trap => Err(Trap),
            Rule::Random => Ok(random()),
            Rule::Log => log(memory, argument(0), argument(1)).map(|()| 0),
            Rule::WasiWrite => wasi_write(memory, argument(1), argument(2), argument(3)).map(|()| 0),
            Rule::WasiClock => memory.write(argument(2), &(clock() * 1000).to_le_bytes()).map(|()| 0),
            Rule::WasiRandom => fill(memory, argument(0), argument(1)).map(|()| 0),
            Rule::WasiSizes => memory
                .write(argument(0), &[0; 4])
                .and_then(|()| memory.write(argument(1), &[0; 4]))
                .map(|()| 0),
        };
        answer.inspect_err(|_| self.blame())
    }

    /// The answer as a result of a type.
    pub fn result(&self, kind: Type, answer: u64) -> u64 {
        match (self.rule, kind) {
            // Some clocks count in floating point.
            (Rule::Clock, Type::F32) => u64::from((answer as f32).to_bits()),
            (Rule::Clock, Type::F64) => (answer as f64).to_bits(),
            _ => kind.clean(answer),
        }
    }

    /// Says which import ended the call, since not every runtime's words do.
    fn blame(&self) {
        let first = Job::get().imports.slice::<Import>().as_ptr();
        let number = (self as *const Import as usize - first as usize) / size_of::<Import>();
        Line::new("stub").hex(number as u32).send();
    }
}

/// Microseconds since the first reading. Time passes by being read, 1 ms each time, whichever
/// clock is read: so a module sees the same times in every runtime, and in every run.
fn clock() -> u64 {
    static READINGS: State = State::new(0);
    let now = READINGS.get();
    READINGS.set(now.wrapping_add(1));
    u64::from(now) * 1000
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

fn wasi_write(
    memory: &mut (impl Memory + ?Sized),
    vectors: u32,
    count: u32,
    written: u32,
) -> Result<(), Trap> {
    let mut total = 0u32;
    for number in 0..count {
        let vector = number.checked_mul(8).and_then(|offset| offset.checked_add(vectors)).ok_or(Trap)?;
        let (mut at, mut length) = ([0; 4], [0; 4]);
        memory.read(vector, &mut at)?;
        memory.read(vector.checked_add(4).ok_or(Trap)?, &mut length)?;
        let length = u32::from_le_bytes(length);
        log(memory, u32::from_le_bytes(at), length)?;
        total = total.wrapping_add(length);
    }
    memory.write(written, &total.to_le_bytes())
}
