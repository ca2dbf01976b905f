//! A state machine that tells kinds of numbers apart, in a text of them with commas between.

use crate::{SIZE, crc32};

const INTEGERS: [&[u8]; 4] = [b"5012", b"1234", b"-874", b"+122"];
const FLOATS: [&[u8]; 4] = [b"35.54400", b".1234500", b"-110.700", b"+0.64400"];
const SCIENTIFIC: [&[u8]; 4] = [b"5.500e+3", b"-.123e-2", b"-87e+832", b"+0.6e-12"];
const WRONG: [&[u8]; 4] = [b"T0.3e-1F", b"-T.T++Tq", b"1T3.4e4z", b"34.0e-T^"];

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Invalid,
    Sign,
    Exponent,
    Integer,
    Float,
    ExponentSign,
    Scientific,
}

const STATES: usize = 8;

/// The text; what is left of the room stays zero.
pub fn text(seed: i16) -> [u8; SIZE] {
    let mut text = [0; SIZE];
    let mut used = 0;
    let mut number: &[u8] = &[];
    let mut seed = seed;
    while used + number.len() + 1 < SIZE - 1 {
        if !number.is_empty() {
            text[used..used + number.len()].copy_from_slice(number);
            text[used + number.len()] = b',';
            used += number.len() + 1;
        }
        seed = seed.wrapping_add(1);
        let kind = match seed & 7 {
            0..=2 => INTEGERS,
            3..=4 => FLOATS,
            5..=6 => SCIENTIFIC,
            _ => WRONG,
        };
        number = kind[(seed >> 3 & 3) as usize];
    }
    text
}

pub fn bench(text: &mut [u8; SIZE], seed1: i16, seed2: i16, step: i16, crc: u16) -> u16 {
    let mut ends = [0u32; STATES];
    let mut steps = [0u32; STATES];
    count(text, &mut ends, &mut steps);
    disturb(text, seed1, step);
    count(text, &mut ends, &mut steps);
    disturb(text, seed2, step);
    ends.iter().zip(&steps).fold(crc, |crc, (&end, &step)| crc32(step, crc32(end, crc)))
}

fn count(text: &[u8], ends: &mut [u32; STATES], steps: &mut [u32; STATES]) {
    let mut rest = text;
    while rest.first().is_some_and(|&byte| byte != 0) {
        ends[number(&mut rest, steps) as usize] += 1;
    }
}

/// Changes every letter `step` apart, but for the commas; done again, it is undone.
fn disturb(text: &mut [u8], seed: i16, step: i16) {
    for byte in text.iter_mut().step_by(step as usize) {
        if *byte != b',' {
            *byte ^= seed as u8;
        }
    }
}

/// Takes one number off the text, and says what it was.
fn number(rest: &mut &[u8], steps: &mut [u32; STATES]) -> State {
    let mut state = State::Start;
    while let Some((&symbol, behind)) = rest.split_first()
        && symbol != 0
        && state != State::Invalid
    {
        *rest = behind;
        if symbol == b',' {
            break;
        }
        let digit = symbol.is_ascii_digit();
        let (next, counted) = match state {
            State::Start => match symbol {
                b'+' | b'-' => (State::Sign, true),
                b'.' => (State::Float, true),
                _ if digit => (State::Integer, true),
                _ => {
                    steps[State::Invalid as usize] += 1;
                    (State::Invalid, true)
                }
            },
            State::Sign => (
                match symbol {
                    b'.' => State::Float,
                    _ if digit => State::Integer,
                    _ => State::Invalid,
                },
                true,
            ),
            State::Integer => match symbol {
                b'.' => (State::Float, true),
                _ if digit => (State::Integer, false),
                _ => (State::Invalid, true),
            },
            State::Float => match symbol {
                b'E' | b'e' => (State::Exponent, true),
                _ if digit => (State::Float, false),
                _ => (State::Invalid, true),
            },
            State::Exponent => (if matches!(symbol, b'+' | b'-') { State::ExponentSign } else { State::Invalid }, true),
            State::ExponentSign => (if digit { State::Scientific } else { State::Invalid }, true),
            State::Scientific if digit => (State::Scientific, false),
            State::Scientific => {
                steps[State::Invalid as usize] += 1;
                (State::Invalid, false)
            }
            State::Invalid => (State::Invalid, false),
        };
        steps[state as usize] += counted as u32;
        state = next;
    }
    state
}
