//! A job whose export and imports are data: a module of the user's own, with any
//! signature and any imports, for which nothing is compiled anew. `build/job.py`
//! writes the format; all fields are little-endian 32-bit words, offsets count from
//! the blob's first byte. Types are wasm's own codes, a byte each; values are 64-bit
//! words, of which an `i32` or `f32` is the lower half.
//!
//! | word | meaning |
//! |---|---|
//! | 0 | magic, `WFJA` |
//! | 1, 2 | module: offset (a multiple of 16), length |
//! | 3, 4 | name of the export, NUL-terminated: offset, length without NUL |
//! | 5, 6 | name of the exported memory, likewise; length 0 if there is none |
//! | 7, 8 | types of the export's parameters: offset, number |
//! | 9, 10 | types of its results: offset, number |
//! | 11, 12 | arguments of all calls: offset (a multiple of 8), number of calls |
//! | 13, 14 | imported functions: offset of the [`Import`]s, number |
//!
//! The host functions answer by rule (see [`Rule`]), the same in every runtime, so
//! that what differs between two runtimes is the way there and back.

mod c;

use core::cell::UnsafeCell;
use core::fmt;
use core::ptr::addr_of;
use core::slice;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::channel::Line;
use crate::{heap, phase};
use crate::stop::Failure;

const MAGIC: u32 = u32::from_le_bytes(*b"WFJA");

/// The most parameters, and the most results, that a function of a job has.
pub const MOST_VALUES: usize = 16;

unsafe extern "C" {
    static wasmfit_job: Job;
}

/// A value's type, by its code in wasm.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Type {
    I32 = 0x7f,
    I64 = 0x7e,
    F32 = 0x7d,
    F64 = 0x7c,
}

impl Type {
    /// The word without what a runtime left in the half that the type does not use.
    fn clean(self, word: u64) -> u64 {
        match self {
            Type::I32 | Type::F32 => word & 0xffff_ffff,
            Type::I64 | Type::F64 => word,
        }
    }
}

/// A place in the blob and how much is there.
#[repr(C)]
#[derive(Clone, Copy)]
struct Part {
    offset: u32,
    count: u32,
}

impl Part {
    fn slice<T>(self) -> &'static [T] {
        let start = addr_of!(wasmfit_job).cast::<u8>();
        // SAFETY: the host lays the parts out inside the blob, aligned.
        unsafe { slice::from_raw_parts(start.add(self.offset as usize).cast(), self.count as usize) }
    }

    fn text(self) -> &'static str {
        // SAFETY: the host writes UTF-8.
        unsafe { str::from_utf8_unchecked(self.slice()) }
    }
}

/// The header of the blob.
#[repr(C)]
pub struct Job {
    magic: u32,
    module: Part,
    export: Part,
    memory: Part,
    params: Part,
    results: Part,
    calls: Part,
    imports: Part,
}

impl Job {
    /// The job linked into this image.
    pub fn get() -> &'static Job {
        // SAFETY: the linker script places the blob there; it is never written.
        let job = unsafe { &*addr_of!(wasmfit_job) };
        if unsafe { addr_of!(job.magic).read_volatile() } != MAGIC {
            crate::fail("no job with a table of imports in this image");
        }
        job
    }

    /// The module's bytes, in flash, 16-byte aligned.
    pub fn module(&self) -> &'static [u8] {
        self.module.slice()
    }

    /// The name of the export to call.
    pub fn export(&self) -> &'static str {
        self.export.text()
    }

    /// The name by which the module exports its memory; empty where it does not.
    pub fn memory(&self) -> &'static str {
        self.memory.text()
    }

    /// Types of the export's parameters.
    pub fn params(&self) -> &'static [Type] {
        self.params.slice()
    }

    /// Types of the export's results.
    pub fn results(&self) -> &'static [Type] {
        self.results.slice()
    }

    /// The functions that the module imports, each name once, in ascending order of module and name.
    pub fn imports(&self) -> &'static [Import] {
        self.imports.slice()
    }

    pub(crate) fn number_of_calls(&self) -> usize {
        self.calls.count as usize
    }

    pub(crate) fn arguments(&self, call: usize) -> &'static [u64] {
        let count = self.params.count as usize;
        let all = Part { offset: self.calls.offset, count: self.calls.count * self.params.count };
        &all.slice()[call * count..][..count]
    }

    /// Makes every call of the job, each between two phase marks, and hands the results out.
    /// `call` takes the arguments and writes the results.
    pub fn run<E: Into<Failure>>(
        &self,
        mut call: impl FnMut(&'static [u64], &mut [u64]) -> Result<(), E>,
    ) -> Result<(), Failure> {
        let mut words = [0; MOST_VALUES];
        let results = &mut words[..self.results.count as usize];
        for index in 0..self.number_of_calls() {
            let arguments = self.arguments(index);
            phase::call();
            call(arguments, results).map_err(Into::into)?;
            phase::idle();
            heap::look(index == 0);
            self.results_lines(results);
        }
        Ok(())
    }

    /// Sends a call's results: one line each, then how many there were, and how the log stands.
    pub(crate) fn results_lines(&self, results: &[u64]) {
        for (kind, &word) in self.results().iter().zip(results) {
            let word = kind.clean(word);
            Line::new("value").hex((word >> 32) as u32).hex(word as u32).send();
        }
        Line::new("called").hex(results.len() as u32).hex(LOGGED.get()).hex(DIGEST.get()).send();
    }
}

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

/// A host function ends the call.
#[derive(Clone, Copy, Debug)]
pub struct Trap;

impl Trap {
    /// Its words.
    pub const WORDS: &str = "trapped in a host function";
}

impl fmt::Display for Trap {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(Trap::WORDS)
    }
}

impl core::error::Error for Trap {}

/// The module's memory, as a host function may touch it.
pub trait Memory {
    /// Fills `bytes` with what is at `at`.
    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), Trap>;
    /// Puts `bytes` at `at`.
    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Trap>;
}

impl Memory for [u8] {
    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), Trap> {
        let there = self.get(at as usize..).and_then(|rest| rest.get(..bytes.len())).ok_or(Trap)?;
        bytes.copy_from_slice(there);
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Trap> {
        let there = self.get_mut(at as usize..).and_then(|rest| rest.get_mut(..bytes.len())).ok_or(Trap)?;
        there.copy_from_slice(bytes);
        Ok(())
    }
}

/// A state that one thread alone touches.
struct State(AtomicU32);

impl State {
    const fn new(value: u32) -> Self {
        State(AtomicU32::new(value))
    }

    fn get(&self) -> u32 {
        self.0.load(Relaxed)
    }

    fn set(&self, value: u32) {
        self.0.store(value, Relaxed);
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

const KEPT: usize = 192;

/// The first bytes of what the module logged.
struct Text(UnsafeCell<[u8; KEPT]>);

// SAFETY: one thread.
unsafe impl Sync for Text {}

static TEXT: Text = Text(UnsafeCell::new([0; KEPT]));
static LOGGED: State = State::new(0);
static DIGEST: State = State::new(0x811c_9dc5);

/// Reads the bytes into a digest (FNV-1a) and keeps the first of them; they are sent when the run ends.
fn log(memory: &mut (impl Memory + ?Sized), at: u32, length: u32) -> Result<(), Trap> {
    let mut chunk = [0; 32];
    let mut done = 0;
    while done < length {
        let count = (length - done).min(32) as usize;
        memory.read(at.checked_add(done).ok_or(Trap)?, &mut chunk[..count])?;
        let mut digest = DIGEST.get();
        for &byte in &chunk[..count] {
            digest = (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        DIGEST.set(digest);
        let from = (LOGGED.get() as usize).min(KEPT);
        let kept = count.min(KEPT - from);
        // SAFETY: one thread, and no reference to the text is held elsewhere.
        let text = unsafe { &mut *TEXT.0.get() };
        text[from..from + kept].copy_from_slice(&chunk[..kept]);
        LOGGED.set(LOGGED.get().saturating_add(count as u32));
        done += count as u32;
    }
    Ok(())
}

/// Sends what was logged, if anything was: length, digest, and the first bytes in hexadecimal.
pub(crate) fn report() {
    let logged = LOGGED.get();
    if logged == 0 {
        return;
    }
    Line::new("log").hex(logged).hex(DIGEST.get()).send();
    // SAFETY: as above.
    let text = unsafe { &*TEXT.0.get() };
    for row in text[..(logged as usize).min(KEPT)].chunks(32) {
        let mut bytes = [0; 64];
        for (place, &byte) in row.iter().enumerate() {
            bytes[2 * place] = b"0123456789abcdef"[usize::from(byte >> 4)];
            bytes[2 * place + 1] = b"0123456789abcdef"[usize::from(byte & 15)];
        }
        // SAFETY: digits are ASCII.
        Line::new("said ").text(unsafe { str::from_utf8_unchecked(&bytes[..2 * row.len()]) }).send();
    }
}

/// Makes `$function`, a `fn(&'static any::Job) -> Result<(), Failure>`, the firmware.
#[macro_export]
macro_rules! firmware_for_any {
    ($function:path) => {
        #[unsafe(no_mangle)]
        extern "C" fn wasmfit_firmware() {
            let run: fn(&'static $crate::any::Job) -> Result<(), $crate::Failure> = $function;
            if let Err(failure) = run($crate::any::Job::get()) {
                failure.end()
            }
        }
    };
}
