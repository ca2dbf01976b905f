//! How a run ends when it does not end well.

use core::fmt::{Display, Write};
#[cfg(not(feature = "os"))]
use core::panic::PanicInfo;

use crate::channel::Line;
use crate::{heap, phase};
use semihosting::sys::arm_compat::{ExitReason, sys_exit};

/// Ends the emulation (or the debugger's run).
pub(crate) fn end(line: &str) -> ! {
    #[cfg(feature = "any")]
    crate::any::report();
    Line::new(line.trim_ascii_end()).send();
    loop {
        sys_exit(ExitReason::ADP_Stopped_ApplicationExit);
    }
}

fn phase_word() -> Line {
    Line::new("phase ").text(match phase::current() {
        b'1' => "load",
        b'2' => "instantiate",
        b'3' => "call",
        b'4' => "idle",
        b'5' => "done",
        _ => "start",
    })
}

/// Reports what went wrong in the current phase, and ends.
pub fn fail(reason: &str) -> ! {
    phase_word().send();
    Line::new("fail ").text(reason).send();
    Failure(()).end()
}

/// Reports what the embedding cannot do for this job, and ends.
#[cfg(feature = "any")]
pub(crate) fn unsupported(reason: &str) -> ! {
    phase_word().send();
    Line::new("cannot ").text(reason).send();
    Failure(()).end()
}

/// A failure of the current phase, made from whatever error the runtime
/// returned; `?` in a firmware is enough. With the feature `messages` the
/// runtime's own words are reported, which costs the image its formatting code.
pub struct Failure(());

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        phase_word().send();
        let line = Line::new("fail ");
        if cfg!(feature = "messages") {
            let mut line = line;
            // A line never fails: what does not fit is cut.
            let _ = write!(line, "{error}");
            line.send();
        } else {
            line.text("(built without messages)").send();
        }
        Failure(())
    }
}

impl Failure {
    /// Ends the run.
    pub fn end(self) -> ! {
        heap::report();
        end("end fail")
    }
}

/// Reports a Cortex-M fault's registers, in the order the host expects, and ends.
#[cfg(not(feature = "os"))]
#[cfg(target_arch = "arm")]
pub(crate) fn fault(registers: &[u32]) -> ! {
    registers_and_end("fault", registers)
}

/// The same for a RISC-V trap.
#[cfg(not(feature = "os"))]
#[cfg(target_arch = "riscv32")]
pub(crate) fn trap(registers: &[u32]) -> ! {
    registers_and_end("trap", registers)
}

#[cfg(not(feature = "os"))]
fn registers_and_end(word: &str, registers: &[u32]) -> ! {
    phase_word().send();
    for row in registers.chunks(4) {
        row.iter().fold(Line::new(word), |line, &word| line.hex(word)).send();
    }
    heap::report();
    end("end fault")
}

#[cfg(not(feature = "os"))]
#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    phase_word().send();
    let line = Line::new("panic ");
    match info.location() {
        Some(at) => line.text(tail(at.file())).hex(at.line()).send(),
        None => line.send(),
    }
    heap::report();
    end("end panic")
}

/// The last bytes of a path: the file's name is what a reader needs.
#[cfg(not(feature = "os"))]
fn tail(path: &str) -> &str {
    path.get(path.len().saturating_sub(48)..).unwrap_or(path)
}
