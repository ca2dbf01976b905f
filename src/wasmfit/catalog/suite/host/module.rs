//! The modules of a part: each content once, and what it needs of WebAssembly beyond 1.0.

use std::collections::{BTreeSet, HashMap};

use wasmparser::{
    BlockType, Export, ExternalKind, FunctionBody, Operator, Parser, Payload, TypeRef, Validator, WasmFeatures,
};

/// The module `spectest` that the suite's interpreter supplies.
const SPECTEST: &str = r#"(module
  (global (export "global_i32") i32 (i32.const 666))
  (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 666.6))
  (global (export "global_f64") f64 (f64.const 666.6))
  (table (export "table") 10 20 funcref)
  MORE
  (memory (export "memory") 1 2)
  (func (export "print"))
  (func (export "print_i32") (param i32))
  (func (export "print_i64") (param i64))
  (func (export "print_f32") (param f32))
  (func (export "print_f64") (param f64))
  (func (export "print_i32_f32") (param i32 f32))
  (func (export "print_f64_f64") (param f64 f64)))"#;

/// What some parts want of it besides.
const MORE: [(&str, &str); 2] = [
    ("memory64", r#"(table (export "table64") i64 10 20 funcref)"#),
    ("threads", r#"(memory (export "shared_memory") 1 2 shared)"#),
];

/// Modules by number, and what is known of each.
pub struct Modules {
    bytes: Vec<Vec<u8>>,
    facts: Vec<Facts>,
    numbers: HashMap<Vec<u8>, usize>,
}

/// What a module needs and has.
#[derive(Default)]
pub struct Facts {
    /// Whether it is valid with every feature switched on.
    pub valid: bool,
    /// The features without which it would be another matter: invalid, or invalid for another reason.
    pub needs: BTreeSet<&'static str>,
    /// The modules that it imports from.
    pub imports: BTreeSet<String>,
    functions: HashMap<String, BTreeSet<&'static str>>,
}

impl Facts {
    /// The features that an exported function's code uses, and that of all that it calls directly.
    pub fn used_by(&self, export: &str) -> BTreeSet<&'static str> {
        self.functions.get(export).cloned().unwrap_or_default()
    }
}

impl Modules {
    /// With `spectest` as module 0.
    pub fn with_spectest(part: &str) -> Result<Self, String> {
        let more = MORE.iter().find(|(name, _)| *name == part).map_or("", |(_, more)| more);
        let text = SPECTEST.replace("MORE", more);
        let buffer = wast::parser::ParseBuffer::new(&text).map_err(|error| error.to_string())?;
        let mut wat = wast::parser::parse::<wast::Wat>(&buffer).map_err(|error| error.to_string())?;
        let bytes = wat.encode().map_err(|error| error.to_string())?;
        let mut modules = Modules { bytes: Vec::new(), facts: Vec::new(), numbers: HashMap::new() };
        modules.add(bytes);
        Ok(modules)
    }

    /// The number of a module with that content.
    pub fn add(&mut self, bytes: Vec<u8>) -> usize {
        if let Some(&number) = self.numbers.get(&bytes) {
            return number;
        }
        let number = self.bytes.len();
        self.facts.push(facts(&bytes));
        self.numbers.insert(bytes.clone(), number);
        self.bytes.push(bytes);
        number
    }

    pub fn facts(&self, number: usize) -> &Facts {
        &self.facts[number]
    }

    /// Those that are valid as of WebAssembly 1.0 and import nothing, up to a length, in order.
    pub fn seeds(&self, longest: usize) -> impl Iterator<Item = &[u8]> {
        self.bytes.iter().zip(&self.facts).filter(move |(bytes, facts)| {
                bytes.len() <= longest
                    && facts.imports.is_empty()
                    && Validator::new_with_features(WasmFeatures::WASM1).validate_all(bytes).is_ok()
            })
            .map(|(bytes, _)| bytes.as_slice())
    }

    /// All of them in one file.
    pub fn packed(&self) -> Vec<u8> {
        let mut all = (self.bytes.len() as u32).to_le_bytes().to_vec();
        for bytes in &self.bytes {
            all.extend((bytes.len() as u32).to_le_bytes());
            all.extend(bytes);
        }
        all
    }
}

/// The features that are asked about, by the names of the catalogue's `features.toml`.
const FEATURES: [(&str, WasmFeatures); 16] = [
    ("mutable_global", WasmFeatures::MUTABLE_GLOBAL),
    ("saturating_float_to_int", WasmFeatures::SATURATING_FLOAT_TO_INT),
    ("sign_extension", WasmFeatures::SIGN_EXTENSION),
    // With its switch for a table's number in more bytes than needed, which says nothing of references.
    ("reference_types", WasmFeatures::REFERENCE_TYPES),
    ("multi_value", WasmFeatures::MULTI_VALUE),
    ("bulk_memory", WasmFeatures::BULK_MEMORY),
    ("simd", WasmFeatures::SIMD),
    ("relaxed_simd", WasmFeatures::RELAXED_SIMD),
    ("threads", WasmFeatures::THREADS),
    ("tail_call", WasmFeatures::TAIL_CALL),
    ("multi_memory", WasmFeatures::MULTI_MEMORY),
    ("exceptions", WasmFeatures::EXCEPTIONS),
    ("memory64", WasmFeatures::MEMORY64),
    ("extended_const", WasmFeatures::EXTENDED_CONST),
    ("function_references", WasmFeatures::FUNCTION_REFERENCES),
    ("gc", WasmFeatures::GC),
];

const EVERYTHING: WasmFeatures = WasmFeatures::all()
    .difference(WasmFeatures::COMPONENT_MODEL)
    .difference(WasmFeatures::SHARED_EVERYTHING_THREADS)
    .difference(WasmFeatures::LEGACY_EXCEPTIONS)
    .difference(WasmFeatures::MEMORY_CONTROL)
    .difference(WasmFeatures::STACK_SWITCHING);

fn facts(bytes: &[u8]) -> Facts {
    let verdict = |features| match Validator::new_with_features(features).validate_all(bytes) {
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    };
    let with_everything = verdict(EVERYTHING);
    let mut facts = Facts { valid: with_everything.is_none(), ..Facts::default() };
    let custom = ("custom_page_sizes", WasmFeatures::CUSTOM_PAGE_SIZES);
    for (name, feature) in FEATURES.into_iter().chain([custom]) {
        if verdict(EVERYTHING.difference(feature)) != with_everything {
            facts.needs.insert(name);
        }
    }
    // What cannot be read to its end has told what there was to tell.
    let _ = read(bytes, &mut facts);
    facts
}

/// Reads names of imports, and what exported functions use.
fn read(bytes: &[u8], facts: &mut Facts) -> wasmparser::Result<()> {
    let mut scan = Scan::default();
    let mut exports: Vec<Export<'_>> = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::TypeSection(section) => {
                for group in section {
                    for one in group?.into_types() {
                        scan.several.push(match one.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(function) => {
                                (!function.params().is_empty(), function.results().len() > 1)
                            }
                            _ => (false, false),
                        });
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    facts.imports.insert(import.module.to_owned());
                    if matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                        scan.functions.push(Function::default());
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for kind in section {
                    scan.types.push(kind?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    exports.push(export?);
                }
            }
            Payload::CodeSectionEntry(body) => scan.body(&body)?,
            _ => {}
        }
    }
    scan.follow_calls();
    for export in exports {
        if let (ExternalKind::Func, Some(function)) = (export.kind, scan.functions.get(export.index as usize)) {
            facts.functions.insert(export.name.to_owned(), function.uses.clone());
        }
    }
    Ok(())
}

#[derive(Default)]
struct Function {
    uses: BTreeSet<&'static str>,
    calls: BTreeSet<u32>,
}

#[derive(Default)]
struct Scan {
    /// Of each type: whether it has parameters, and whether it has several results.
    several: Vec<(bool, bool)>,
    /// Types of the functions that are no imports.
    types: Vec<u32>,
    functions: Vec<Function>,
    bodies: usize,
}

impl Scan {
    fn body(&mut self, body: &FunctionBody<'_>) -> wasmparser::Result<()> {
        let mut function = Function::default();
        let own = self.types.get(self.bodies).and_then(|&kind| self.several.get(kind as usize));
        if own.is_some_and(|&(_, results)| results) {
            function.uses.insert("multi_value");
        }
        self.bodies += 1;
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            let proposal = proposal(&operator);
            if proposal != "mvp" {
                function.uses.insert(proposal);
            }
            match operator {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    function.calls.insert(function_index);
                }
                Operator::CallIndirect { table_index, .. } if table_index > 0 => {
                    function.uses.insert("reference_types");
                }
                Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty }
                    if self.is_multi_value(blockty) =>
                {
                    function.uses.insert("multi_value");
                }
                _ => {}
            }
        }
        self.functions.push(function);
        Ok(())
    }

    fn is_multi_value(&self, kind: BlockType) -> bool {
        matches!(kind, BlockType::FuncType(kind)
            if self.several.get(kind as usize).is_some_and(|&(params, results)| params || results))
    }

    /// What a function calls it uses as well.
    fn follow_calls(&mut self) {
        loop {
            let mut changed = false;
            for number in 0..self.functions.len() {
                let called: Vec<_> = self.functions[number]
                    .calls
                    .iter()
                    .filter_map(|&callee| self.functions.get(callee as usize))
                    .flat_map(|callee| callee.uses.iter().copied())
                    .collect();
                let uses = &mut self.functions[number].uses;
                let before = uses.len();
                uses.extend(called);
                changed |= uses.len() > before;
            }
            if !changed {
                return;
            }
        }
    }
}

/// The proposal that an instruction came with.
fn proposal(operator: &Operator<'_>) -> &'static str {
    macro_rules! name {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            match operator {
                $(Operator::$op { .. } => stringify!($proposal),)*
                _ => "unknown",
            }
        };
    }
    wasmparser::for_each_operator!(name)
}
