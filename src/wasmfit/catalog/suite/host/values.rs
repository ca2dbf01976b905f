//! Values and what is expected of them, as the words that scripts are written in: a type, a colon, and
//! the bits in hexadecimal. What the device answers is written in the same words.

use serde_json::{Value, json};
use wast::core::{AbstractHeapType, HeapType, NanPattern, V128Const, V128Pattern, WastArgCore, WastRetCore};
use wast::component::WastVal;
use wast::token::{F32, F64};
use wast::{WastArg, WastRet};

/// An argument; `None` where it is none of core WebAssembly's.
pub fn argument(argument: &WastArg<'_>) -> Option<String> {
    let argument = match argument {
        WastArg::Core(argument) => argument,
        WastArg::Component(value) => return component(value),
        _ => return None,
    };
    Some(match argument {
        WastArgCore::I32(value) => i32_word(*value),
        WastArgCore::I64(value) => i64_word(*value),
        WastArgCore::F32(value) => format!("f32:{:08x}", value.bits),
        WastArgCore::F64(value) => format!("f64:{:016x}", value.bits),
        WastArgCore::V128(value) => format!("v128:{}", bytes(value)),
        WastArgCore::RefNull(kind) => format!("null:{}", heap(kind)),
        WastArgCore::RefExtern(number) => format!("extern:{number}"),
        WastArgCore::RefHost(number) => format!("host:{number}"),
    })
}

/// An expected result: a word, or a list of words of which one will do.
pub fn expected(result: &WastRet<'_>) -> Option<Value> {
    match result {
        WastRet::Core(result) => core(result),
        WastRet::Component(value) => component(value).map(Value::from),
        _ => None,
    }
}

/// Those of the component model's values that core WebAssembly has too: numbers.
fn component(value: &WastVal<'_>) -> Option<String> {
    Some(match value {
        WastVal::U32(value) => i32_word(*value as i32),
        WastVal::S32(value) => i32_word(*value),
        WastVal::U64(value) => i64_word(*value as i64),
        WastVal::S64(value) => i64_word(*value),
        _ => return None,
    })
}

fn core(result: &WastRetCore<'_>) -> Option<Value> {
    let word = match result {
        WastRetCore::I32(value) => i32_word(*value),
        WastRetCore::I64(value) => i64_word(*value),
        WastRetCore::F32(value) => format!("f32:{}", f32_lane(value)),
        WastRetCore::F64(value) => format!("f64:{}", f64_lane(value)),
        WastRetCore::V128(value) => vector(value),
        WastRetCore::RefNull(None) => "null".to_owned(),
        WastRetCore::RefNull(Some(kind)) => format!("null:{}", heap(kind)),
        WastRetCore::RefExtern(None) => "ref:extern".to_owned(),
        WastRetCore::RefExtern(Some(number)) => format!("extern:{number}"),
        WastRetCore::RefHost(number) => format!("host:{number}"),
        WastRetCore::RefFunc(_) => "ref:func".to_owned(),
        WastRetCore::RefAny => "ref:any".to_owned(),
        WastRetCore::RefEq => "ref:eq".to_owned(),
        WastRetCore::RefArray => "ref:array".to_owned(),
        WastRetCore::RefStruct => "ref:struct".to_owned(),
        WastRetCore::RefI31 | WastRetCore::RefI31Shared => "ref:i31".to_owned(),
        WastRetCore::Either(cases) => {
            return cases.iter().map(core).collect::<Option<Vec<_>>>().map(Value::from);
        }
    };
    Some(json!(word))
}

fn i32_word(value: i32) -> String {
    format!("i32:{:08x}", value as u32)
}

fn i64_word(value: i64) -> String {
    format!("i64:{:016x}", value as u64)
}

fn f32_lane(value: &NanPattern<F32>) -> String {
    match value {
        NanPattern::CanonicalNan => "canonical".to_owned(),
        NanPattern::ArithmeticNan => "arithmetic".to_owned(),
        NanPattern::Value(value) => format!("{:08x}", value.bits),
    }
}

fn f64_lane(value: &NanPattern<F64>) -> String {
    match value {
        NanPattern::CanonicalNan => "canonical".to_owned(),
        NanPattern::ArithmeticNan => "arithmetic".to_owned(),
        NanPattern::Value(value) => format!("{:016x}", value.bits),
    }
}

/// Vectors of integers by their sixteen bytes; of floats lane by lane, since a lane may be any NaN.
fn vector(value: &V128Pattern) -> String {
    match value {
        V128Pattern::I8x16(lanes) => format!("v128:{}", bytes(&V128Const::I8x16(*lanes))),
        V128Pattern::I16x8(lanes) => format!("v128:{}", bytes(&V128Const::I16x8(*lanes))),
        V128Pattern::I32x4(lanes) => format!("v128:{}", bytes(&V128Const::I32x4(*lanes))),
        V128Pattern::I64x2(lanes) => format!("v128:{}", bytes(&V128Const::I64x2(*lanes))),
        V128Pattern::F32x4(lanes) => format!("f32x4:{}", lanes.each_ref().map(f32_lane).join(",")),
        V128Pattern::F64x2(lanes) => format!("f64x2:{}", lanes.each_ref().map(f64_lane).join(",")),
    }
}

/// In memory's order.
fn bytes(value: &V128Const) -> String {
    value.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn heap(kind: &HeapType<'_>) -> &'static str {
    match kind {
        HeapType::Abstract { ty, .. } => match ty {
            AbstractHeapType::Func | AbstractHeapType::NoFunc => "func",
            AbstractHeapType::Extern | AbstractHeapType::NoExtern => "extern",
            AbstractHeapType::Exn | AbstractHeapType::NoExn => "exn",
            _ => "any",
        },
        _ => "any",
    }
}
