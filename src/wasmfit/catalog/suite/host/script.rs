//! A `.wast` file → its script: the actions in order, what each must come to, and where everything before
//! can be dropped.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};
use wast::core::{Elem, ElemKind, ElemPayload, ModuleField, ModuleKind};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::token::{Id, Index};
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, Wat};

use crate::module::Modules;
use crate::values;

/// A command, with what it takes of earlier ones.
struct Command {
    fields: Map<String, Value>,
    /// Numbers of the earlier commands whose instances or names it needs.
    takes: BTreeSet<usize>,
}

struct Script<'a> {
    text: &'a str,
    modules: &'a mut Modules,
    commands: Vec<Command>,
    /// Why directives were left out → how many.
    left_out: BTreeMap<&'static str, u32>,
    /// Defined modules by name; that without a name is the last.
    defined: HashMap<Option<String>, usize>,
    /// Instances by name: the command that makes each, and its module.
    instances: HashMap<Option<String>, (usize, usize)>,
    /// Registered names: the command that registers each.
    registered: HashMap<String, usize>,
    firmware: Firmware,
}

/// What scripts of our own ask of the firmware itself, as calls of the instance `$firmware`, which no script
/// defines:
///
/// | call | means |
/// |---|---|
/// | `budget` i32 | the calls that follow, and start functions of modules that must trap, must be stopped after so many of the runtime's units; 0: no matter when |
/// | `limit` i32 | the host lets memories of the modules that follow have so many pages; 0: as many as they like |
/// | `mark` | the heap's use is noted |
/// | `grown: WHAT` → i32 | the heap has grown by no more than that since `mark`, the modules' bytes left out; notes it anew |
/// | `more: WHAT` → i32 | likewise, beyond what it grew the last time that was asked |
/// | `written` → i32 | of the modules made since everything was dropped, so many were written to |
/// | `rounds: WHAT` i32 → i32 | making the last module, calling its `run` and dropping everything leaves no more behind after so many rounds than after the first |
#[derive(Default)]
struct Firmware {
    budget: u32,
    limit: u32,
    /// The commands that marked, or asked for growth, since the mark.
    marks: BTreeSet<usize>,
}

const FIRMWARE: &str = "firmware";

/// The text with lines `;;*N TEXT` replaced by N times TEXT, on the same line.
pub fn repeated(text: &str) -> Result<String, String> {
    let mut whole = String::new();
    for line in text.lines() {
        match line.trim_start().strip_prefix(";;*").map(|rest| rest.split_once(' ').unwrap_or((rest, ""))) {
            Some((number, text)) => {
                let number = number.parse().map_err(|_| format!("not a number: {line}"))?;
                whole.push_str(&format!("{text} ").repeat(number));
            }
            None => whole.push_str(line),
        }
        whole.push('\n');
    }
    Ok(whole)
}

/// The script of a file.
pub fn of_text(name: &str, text: &str, modules: &mut Modules) -> Result<Value, String> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).map_err(|error| error.to_string())?;
    let parsed = parser::parse::<Wast<'_>>(&buffer).map_err(|error| error.to_string())?;
    let mut script = Script {
        text,
        modules,
        commands: Vec::new(),
        left_out: BTreeMap::new(),
        defined: HashMap::new(),
        instances: HashMap::new(),
        registered: HashMap::new(),
        firmware: Firmware::default(),
    };
    for directive in parsed.directives {
        script.take(directive)?;
    }
    let left_out = std::mem::take(&mut script.left_out);
    Ok(json!({ "file": name, "left_out": left_out, "commands": script.finished() }))
}

impl Script<'_> {
    fn take(&mut self, directive: WastDirective<'_>) -> Result<(), String> {
        let line = directive.span().linecol_in(self.text).0 + 1;
        match directive {
            WastDirective::Module(mut module) => {
                let name = owned(module.name());
                let number = self.encode(&mut module)?;
                self.defined.insert(name.clone(), number);
                self.instantiate(line, number, name, None);
            }
            WastDirective::ModuleDefinition(mut module) => {
                let name = owned(module.name());
                let number = self.encode(&mut module)?;
                self.defined.insert(name, number);
                self.defined.insert(None, number);
                // That it is loaded is worth asking, though nothing comes of it.
                self.load(line, number, "valid", "");
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let Some(&number) = self.defined.get(&owned(module)) else {
                    return Err(format!("line {line}: no such module"));
                };
                self.instantiate(line, number, owned(instance), None);
            }
            WastDirective::AssertMalformed { module, message, .. } => {
                // A binary module only: text is read by nobody on a device.
                self.refusal(line, module, "malformed", message)
            }
            WastDirective::AssertInvalid { module, message, .. } => {
                self.refusal(line, module, "invalid", message)
            }
            WastDirective::AssertUnlinkable { mut module, message, .. } => {
                let number = self.add(&mut module)?;
                self.instantiate(line, number, None, Some(("unlinkable", message)));
            }
            WastDirective::AssertTrap { exec: WastExecute::Wat(mut module), message, .. } => {
                let number = self.add(&mut module)?;
                self.instantiate(line, number, None, Some(("trap", message)));
            }
            WastDirective::Register { name, module, .. } => self.register(line, name, owned(module))?,
            WastDirective::Invoke(call) => self.invoke(line, &call, json!({}))?,
            WastDirective::AssertTrap { exec, message, .. } => {
                self.execute(line, &exec, json!({ "expect": "trap", "message": message }))?;
            }
            WastDirective::AssertReturn { exec, results, .. } => {
                match results.iter().map(values::expected).collect::<Option<Vec<_>>>() {
                    Some(results) => self.execute(line, &exec, json!({ "expect": "return", "results": results }))?,
                    None => self.leave_out("of the component model"),
                }
            }
            WastDirective::AssertExhaustion { call, message, .. } => {
                self.invoke(line, &call, json!({ "expect": "exhaustion", "message": message }))?;
            }
            WastDirective::AssertException { exec, .. } => {
                self.execute(line, &exec, json!({ "expect": "exception" }))?;
            }
            WastDirective::AssertInvalidCustom { .. } | WastDirective::AssertMalformedCustom { .. } => {
                self.leave_out("custom sections, which no runtime need read");
            }
            WastDirective::AssertSuspension { .. } => self.leave_out("stack switching"),
            WastDirective::Thread(_) | WastDirective::Wait { .. } => self.leave_out("a second thread"),
        }
        Ok(())
    }

    fn leave_out(&mut self, why: &'static str) {
        *self.left_out.entry(why).or_default() += 1;
    }

    fn encode(&mut self, module: &mut QuoteWat<'_>) -> Result<usize, String> {
        if let QuoteWat::Wat(module) = module {
            return self.add(module);
        }
        Ok(self.modules.add(module.encode().map_err(|error| error.to_string())?))
    }

    fn add(&mut self, module: &mut Wat<'_>) -> Result<usize, String> {
        plainly(module).map_err(|error| error.to_string())?;
        Ok(self.modules.add(module.encode().map_err(|error| error.to_string())?))
    }

    /// A module that must be refused when it is loaded.
    fn refusal(&mut self, line: usize, mut module: QuoteWat<'_>, expect: &'static str, message: &str) {
        let quoted = matches!(module, QuoteWat::QuoteModule(..));
        if let QuoteWat::Wat(module) = &mut module {
            // What cannot be resolved is not encoded either, and left out below.
            let _ = plainly(module);
        }
        match module.encode() {
            // Text that cannot be read has no binary, and text that can is another test then.
            Ok(bytes) if !(quoted && expect == "malformed") => {
                let number = self.modules.add(bytes);
                self.load(line, number, expect, message);
            }
            _ => self.leave_out("of the text format"),
        }
    }

    fn load(&mut self, line: usize, number: usize, expect: &str, message: &str) {
        let facts = self.modules.facts(number);
        let fields = json!({
            "line": line, "do": "load", "module": number, "expect": expect, "message": message,
            "valid": facts.valid, "needs": facts.needs,
        });
        self.push(fields, BTreeSet::new());
    }

    fn instantiate(&mut self, line: usize, number: usize, name: Option<String>, expect: Option<(&str, &str)>) {
        let facts = self.modules.facts(number);
        let takes = facts.imports.iter().filter_map(|name| self.registered.get(name).copied()).collect();
        let spectest = facts.imports.contains("spectest");
        let mut fields = json!({
            "line": line, "do": "instantiate", "module": number, "spectest": spectest, "needs": facts.needs,
        });
        if self.firmware.limit > 0 {
            fields["pages"] = json!(self.firmware.limit);
        }
        if let Some((expect, message)) = expect {
            fields["expect"] = json!(expect);
            fields["message"] = json!(message);
            if self.firmware.budget > 0 {
                fields["budget"] = json!(self.firmware.budget);
            }
        }
        let command = self.push(fields, takes);
        if expect.is_none() {
            self.instances.insert(None, (command, number));
            if name.is_some() {
                self.instances.insert(name, (command, number));
            }
        }
    }

    fn register(&mut self, line: usize, name: &str, module: Option<String>) -> Result<(), String> {
        let (instance, _) = self.instance(line, &module)?;
        let fields = json!({ "line": line, "do": "register", "instance": instance, "name": name });
        let command = self.push(fields, BTreeSet::from([instance]));
        self.registered.insert(name.to_owned(), command);
        Ok(())
    }

    fn instance(&self, line: usize, name: &Option<String>) -> Result<(usize, usize), String> {
        self.instances.get(name).copied().ok_or_else(|| format!("line {line}: no such instance"))
    }

    fn execute(&mut self, line: usize, exec: &WastExecute<'_>, expectation: Value) -> Result<(), String> {
        match exec {
            WastExecute::Invoke(call) => self.invoke(line, call, expectation),
            WastExecute::Get { module, global, .. } => {
                let (instance, number) = self.instance(line, &owned(*module))?;
                let fields = json!({
                    "line": line, "do": "get", "instance": instance, "name": global,
                    "needs": self.modules.facts(number).needs,
                });
                self.push(merged(fields, expectation), BTreeSet::from([instance]));
                Ok(())
            }
            WastExecute::Wat(_) => Err(format!("line {line}: a module that returns values")),
        }
    }

    fn invoke(&mut self, line: usize, call: &WastInvoke<'_>, expectation: Value) -> Result<(), String> {
        if call.module.is_some_and(|module| module.name() == FIRMWARE) {
            return self.ask_firmware(line, call, expectation);
        }
        let Some(arguments) = call.args.iter().map(values::argument).collect::<Option<Vec<_>>>() else {
            self.leave_out("of the component model");
            return Ok(());
        };
        let (instance, number) = self.instance(line, &owned(call.module))?;
        let facts = self.modules.facts(number);
        let mut fields = json!({
            "line": line, "do": "invoke", "instance": instance, "name": call.name, "args": arguments,
            "needs": facts.needs, "uses": facts.used_by(call.name),
        });
        if self.firmware.budget > 0 {
            fields["budget"] = json!(self.firmware.budget);
        }
        self.push(merged(fields, expectation), BTreeSet::from([instance]));
        Ok(())
    }

    /// A call of `$firmware`: see [`Firmware`].
    fn ask_firmware(&mut self, line: usize, call: &WastInvoke<'_>, expectation: Value) -> Result<(), String> {
        let number = match call.args.first() {
            Some(WastArg::Core(wast::core::WastArgCore::I32(number))) => *number as u32,
            _ => 0,
        };
        let (what, name) = call.name.split_once(": ").unwrap_or((call.name, ""));
        let mut fields = json!({ "line": line, "do": what, "name": name });
        match what {
            "budget" => self.firmware.budget = number,
            "limit" => self.firmware.limit = number,
            "mark" => {
                let command = self.push(fields, BTreeSet::new());
                self.firmware.marks = BTreeSet::from([command]);
            }
            "grown" | "more" => {
                let takes = self.firmware.marks.clone();
                let command = self.push(merged(fields, at_most(expectation)), takes);
                self.firmware.marks.insert(command);
            }
            "written" => {
                let takes = self.firmware.marks.clone();
                self.push(merged(fields, expectation), takes);
            }
            "rounds" => {
                let (_, module) = self.instance(line, &None)?;
                fields["module"] = json!(module);
                fields["count"] = json!(number);
                self.push(merged(fields, at_most(expectation)), BTreeSet::new());
            }
            _ => return Err(format!("line {line}: the firmware knows no {what}")),
        }
        Ok(())
    }

    /// Appends a command; returns its number.
    fn push(&mut self, fields: Value, takes: BTreeSet<usize>) -> usize {
        let Value::Object(fields) = fields else { unreachable!("commands are tables") };
        self.commands.push(Command { fields, takes });
        self.commands.len() - 1
    }

    /// The commands, with a mark on those before which everything can be dropped: neither they nor any
    /// later one take anything of an earlier one.
    fn finished(self) -> Vec<Value> {
        let mut earliest = usize::MAX;
        let mut finished: Vec<Value> = Vec::new();
        for (number, mut command) in self.commands.into_iter().enumerate().rev() {
            earliest = command.takes.iter().copied().fold(earliest, usize::min);
            if earliest >= number {
                command.fields.insert("fresh".to_owned(), json!(true));
            }
            finished.push(Value::Object(command.fields));
        }
        finished.reverse();
        finished
    }
}

/// Elements that the text gives inside their table are encoded with the table's number, as WebAssembly 2.0
/// has it, and 1.0 has not: without it where it is 0.
fn plainly(module: &mut Wat<'_>) -> Result<(), wast::Error> {
    let Wat::Module(module) = module else { return Ok(()) };
    module.resolve()?;
    let ModuleKind::Text(fields) = &mut module.kind else { return Ok(()) };
    for field in fields {
        if let ModuleField::Elem(Elem {
            kind: ElemKind::Active { table: table @ Some(Index::Num(0, _)), .. },
            payload: ElemPayload::Indices(_),
            ..
        }) = field
        {
            *table = None;
        }
    }
    Ok(())
}

fn owned(id: Option<Id<'_>>) -> Option<String> {
    id.map(|id| id.name().to_owned())
}

/// A number that is expected as the most that it may be.
fn at_most(mut expectation: Value) -> Value {
    if let Some(Value::Array(results)) = expectation.get_mut("results") {
        for result in results {
            if let Some(bits) = result.as_str().and_then(|word| word.strip_prefix("i32:")) {
                *result = json!(format!("most:{bits}"));
            }
        }
    }
    expectation
}

fn merged(mut fields: Value, more: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    fields
}
