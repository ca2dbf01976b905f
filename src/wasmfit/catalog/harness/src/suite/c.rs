//! The same for a runtime in C: see `include/wasmfit_suite.h`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ffi::{CStr, c_char};
use core::ptr;

use super::value::{u32_at, u64_at};
use super::{Kind, Stop, Suite, Value};

/// `wasmfit_value`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Word {
    kind: u32,
    what: u32,
    bytes: [u8; 16],
}

/// The most results of one function that C's glue can hand over.
const MOST_RESULTS: usize = 64;

unsafe extern "C" {
    safe fn wasmfit_suite_begin();
    safe fn wasmfit_suite_end();
    fn wasmfit_suite_load(module: *const u8, length: u32, why: *mut *const c_char) -> u32;
    fn wasmfit_suite_instantiate(
        module: *const u8,
        length: u32,
        instance: *mut u32,
        why: *mut *const c_char,
    ) -> u32;
    fn wasmfit_suite_register(instance: u32, name: *const c_char, why: *mut *const c_char) -> u32;
    fn wasmfit_suite_invoke(
        instance: u32,
        name: *const c_char,
        arguments: *const Word,
        count: u32,
        results: *mut Word,
        number: *mut u32,
        why: *mut *const c_char,
    ) -> u32;
    fn wasmfit_suite_budget(units: u32, why: *mut *const c_char) -> u32;
    fn wasmfit_suite_limit(pages: u32, why: *mut *const c_char) -> u32;
    fn wasmfit_suite_global(
        instance: u32,
        name: *const c_char,
        result: *mut Word,
        why: *mut *const c_char,
    ) -> u32;
}

/// The runtime that C's glue embeds; there is one store at a time.
pub struct C {
    /// Names that C's glue may keep: each ends with a NUL, as Rust's do not.
    names: Vec<Vec<u8>>,
}

impl Drop for C {
    fn drop(&mut self) {
        wasmfit_suite_end();
    }
}

impl C {
    fn name(&mut self, name: &str) -> Result<*const c_char, Stop> {
        if name.contains('\0') {
            return Err(Stop::refused("C has no names with a NUL inside"));
        }
        let mut bytes = Vec::from(name.as_bytes());
        bytes.push(0);
        self.names.push(bytes);
        Ok(self.names.last().map_or(ptr::null(), |name| name.as_ptr().cast()))
    }
}

/// What C says: a number of `wasmfit_suite.h`'s, and words or NULL.
fn ended(how: u32, why: *const c_char) -> Result<(), Stop> {
    let words = || {
        if why.is_null() {
            return String::new();
        }
        // SAFETY: C's glue hands out strings of its own that live until the next call.
        unsafe { CStr::from_ptr(why) }.to_string_lossy().to_string()
    };
    match how {
        0 => Ok(()),
        1 => Err(Stop::Load(words())),
        2 => Err(Stop::Link(words())),
        3 => Err(Stop::Trap(words())),
        4 => Err(Stop::Thrown(words())),
        6 => Err(Stop::Stopped(words())),
        _ => Err(Stop::Refused(words())),
    }
}

impl Suite for C {
    fn new() -> Self {
        wasmfit_suite_begin();
        C { names: Vec::new() }
    }

    fn load(&mut self, module: &'static [u8]) -> Result<(), Stop> {
        let mut why = ptr::null();
        // SAFETY: C reads the module as long as the store lives.
        ended(unsafe { wasmfit_suite_load(module.as_ptr(), module.len() as u32, &mut why) }, why)
    }

    fn instantiate(&mut self, module: &'static [u8]) -> Result<u32, Stop> {
        let (mut instance, mut why) = (0, ptr::null());
        // SAFETY: as above.
        let how = unsafe {
            wasmfit_suite_instantiate(module.as_ptr(), module.len() as u32, &mut instance, &mut why)
        };
        ended(how, why).map(|()| instance)
    }

    fn register(&mut self, instance: u32, name: &'static str) -> Result<(), Stop> {
        let (name, mut why) = (self.name(name)?, ptr::null());
        // SAFETY: the name lives as long as the store.
        ended(unsafe { wasmfit_suite_register(instance, name, &mut why) }, why)
    }

    fn invoke(&mut self, instance: u32, name: &'static str, arguments: &[Value]) -> Result<Vec<Value>, Stop> {
        let (name, mut why) = (self.name(name)?, ptr::null());
        let arguments: Vec<Word> = arguments.iter().map(|&value| value.into()).collect();
        let mut results = [Word { kind: 0, what: 0, bytes: [0; 16] }; MOST_RESULTS];
        let mut number = MOST_RESULTS as u32;
        // SAFETY: C writes no more results than `number` says there is room for.
        let how = unsafe {
            wasmfit_suite_invoke(
                instance,
                name,
                arguments.as_ptr(),
                arguments.len() as u32,
                results.as_mut_ptr(),
                &mut number,
                &mut why,
            )
        };
        ended(how, why)?;
        Ok(results[..(number as usize).min(MOST_RESULTS)].iter().map(|&word| word.into()).collect())
    }

    fn budget(&mut self, units: u32) -> Result<(), Stop> {
        let mut why = ptr::null();
        // SAFETY: C only writes words.
        ended(unsafe { wasmfit_suite_budget(units, &mut why) }, why)
    }

    fn limit(&mut self, pages: u32) -> Result<(), Stop> {
        let mut why = ptr::null();
        // SAFETY: as above.
        ended(unsafe { wasmfit_suite_limit(pages, &mut why) }, why)
    }

    fn global(&mut self, instance: u32, name: &'static str) -> Result<Value, Stop> {
        let (name, mut why) = (self.name(name)?, ptr::null());
        let mut result = Word { kind: 0, what: 0, bytes: [0; 16] };
        // SAFETY: as above.
        let how = unsafe { wasmfit_suite_global(instance, name, &mut result, &mut why) };
        ended(how, why).map(|()| result.into())
    }
}

impl From<Value> for Word {
    fn from(value: Value) -> Self {
        let mut bytes = [0; 16];
        let mut put = |from: &[u8]| bytes[..from.len()].copy_from_slice(from);
        let mut what = 0;
        let kind = match value {
            Value::I32(bits) => (put(&bits.to_le_bytes()), 0).1,
            Value::I64(bits) => (put(&bits.to_le_bytes()), 1).1,
            Value::F32(bits) => (put(&bits.to_le_bytes()), 2).1,
            Value::F64(bits) => (put(&bits.to_le_bytes()), 3).1,
            Value::V128(all) => (put(&all), 4).1,
            Value::Null(kind) => (what = kind as u32, 5).1,
            Value::Extern(number) => (put(&number.to_le_bytes()), 6).1,
            Value::Host(number) => (put(&number.to_le_bytes()), 7).1,
            Value::Ref(kind) => (what = kind as u32, 8).1,
        };
        Word { kind, what, bytes }
    }
}

impl From<Word> for Value {
    fn from(word: Word) -> Self {
        let (half, whole) = (u32_at(&word.bytes, 0), u64_at(&word.bytes, 0));
        let kind = match word.what {
            0 => Kind::Func,
            1 => Kind::Extern,
            3 => Kind::Exn,
            _ => Kind::Any,
        };
        match word.kind {
            0 => Value::I32(half),
            1 => Value::I64(whole),
            2 => Value::F32(half),
            3 => Value::F64(whole),
            4 => Value::V128(word.bytes),
            5 => Value::Null(kind),
            6 => Value::Extern(half),
            7 => Value::Host(half),
            _ => Value::Ref(kind),
        }
    }
}
