//! Phase marks: functions that do nothing, called where a phase begins. The
//! emulator's plugin knows their addresses from the symbol table and counts
//! between them. They are written in assembly, with a number each: so no
//! compiler pass can fold two into one, and they cost the same in every profile.

use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

use crate::heap;

static CURRENT: AtomicU8 = AtomicU8::new(b'-');

/// The phase the firmware is in, as the letter that failure records carry.
pub(crate) fn current() -> u8 {
    CURRENT.load(Relaxed)
}

/// Notes the phase for whatever goes wrong in it. Apart, for the same reason as [`crate::job::called`].
#[inline(never)]
fn enter(number: u8) {
    let before = CURRENT.load(Relaxed);
    CURRENT.store(b'0' + number, Relaxed);
    heap::enter_after((before & 7) as usize % 6);
}

macro_rules! mark {
    ($(#[$doc:meta])* $name:ident, $symbol:ident, $number:literal) => {
        crate::arch::mark!($symbol, $number);

        $(#[$doc])*
        #[inline]
        pub fn $name() {
            unsafe extern "C" {
                safe fn $symbol();
            }
            // What is ours stays outside the calls: it comes before the mark
            // that begins one and behind the mark that ends it.
            if $number == IDLE {
                $symbol();
                enter($number);
            } else {
                enter($number);
                $symbol();
            }
        }
    };
}

const IDLE: u8 = 4;

mark!(
    /// Loading begins: from module bytes to the runtime's module.
    load, wasmfit_mark_load, 1
);
mark!(
    /// Instantiation begins: store, imports, instance, looking the export up.
    instantiate, wasmfit_mark_instantiate, 2
);
mark!(
    /// One call of the export begins.
    call, wasmfit_mark_call, 3
);
mark!(
    /// The measured phase ends; what follows belongs to none.
    idle, wasmfit_mark_idle, 4
);
mark!(
    /// The firmware has returned.
    done, wasmfit_mark_done, 5
);
