//! Records → actions, one after the other, and what became of each.

use alloc::vec::Vec;
use core::slice;

use super::kept::Kept;
use super::line::answer;
use super::value::{ARGUMENT, Listed, Value, u16_at, u32_at};
use super::{Stop, Suite, port};

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
        let Some(bytes) = stage.kept.keep(length) else {
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
        let counted = what == INVOKE_WITHIN || (what == INSTANTIATE_WITHIN && u32_at(bytes, 8) > 0);
        if counted {
            port::counted_from_here();
        }
        let ended = stage.act(what, bytes);
        if counted {
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
        let Some(copy) = stage.kept.keep(bytes.len()) else { return Err(Stop::refused("no memory for a copy")) };
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

impl<S: Suite> Stage<S> {
    fn new(bounded: bool) -> Self {
        let suite = if bounded { S::bounded() } else { S::new() };
        Stage { suite, slots: Vec::new(), kept: Kept::default(), heap: Heap::default() }
    }

    /// Drops the store, but not the bytes that it was given.
    fn emptied(self) -> Kept {
        let Stage { suite, kept, .. } = self;
        drop(suite);
        kept
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

    /// Limits what is instantiated next: its memory in pages, its start function to a budget; 0: no matter.
    fn within(&mut self, pages: u32, budget: u32) -> Result<(), Stop> {
        if pages > 0 {
            self.suite.limit(pages)?;
        }
        if budget > 0 {
            self.suite.budget(budget)?;
        }
        Ok(())
    }

    fn act(&mut self, what: u32, bytes: &'static mut [u8]) -> Result<Answer, Stop> {
        if what == LOAD {
            // To where modules are aligned.
            let length = bytes.len();
            // SAFETY: `Kept::keep` has room for four bytes more.
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
                    self.within(u32_at(rest, 0), u32_at(rest, 4)).and_then(|()| self.suite.instantiate(&rest[16..]))
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
