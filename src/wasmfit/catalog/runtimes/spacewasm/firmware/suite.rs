//! SpaceWasm, replaying the W3C suite.
#![no_std]

extern crate alloc;

mod parts;

use alloc::vec::Vec as Plain;

use harness::suite::{Stop, Suite, Value};
use parts::{CONTROL_FRAMES, Heap, Name, STACK_DEPTH, Whole, export};
use spacewasm::{
    CodeBuilder, CompilerOptions, Engine, ExportDesc, Interpreter, InterpreterResult, InterpreterRunner,
    InvokeError, Module, ModuleRef, ParseError, Rc, Ref, ValidationError, Vec, WasmRef,
};

harness::firmware_for_suite!(SpaceWasm);

/// Room for deep recursion, many modules and much code: memory is not what is asked about.
const STACK_WORDS: usize = 65_536;
const MOST_MODULES: usize = 64;
const CODE_PAGES: usize = 4_096;

/// One engine and what was made in it.
struct SpaceWasm {
    engine: Engine,
    code: CodeBuilder,
    instances: Plain<ModuleRef>,
    /// Instructions that the next call may take.
    budget: usize,
}

/// Loading links as well: which of the two went wrong, its error says.
fn unloaded(error: ParseError) -> Stop {
    match error.err.err {
        ValidationError::FunctionImportNotFound
        | ValidationError::GlobalImportNotFound
        | ValidationError::MemoryImportNotFound
        | ValidationError::TableImportNotFound
        | ValidationError::FunctionImportOutOfRange
        | ValidationError::FunctionImportTypeMismatch
        | ValidationError::GlobalImportTypeMismatch
        | ValidationError::MemoryImportTypeMismatch
        | ValidationError::TableImportTypeMismatch
        | ValidationError::TableImportIncompatibleSize => Stop::link(Name(error)),
        _ => Stop::load(Name(error)),
    }
}

fn value(value: &Value) -> Result<spacewasm::Value, Stop> {
    Ok(match *value {
        Value::I32(bits) => spacewasm::Value::I32(bits as i32),
        Value::I64(bits) => spacewasm::Value::I64(bits as i64),
        Value::F32(bits) => spacewasm::Value::F32(f32::from_bits(bits)),
        Value::F64(bits) => spacewasm::Value::F64(f64::from_bits(bits)),
        _ => return Err(Stop::refused("SpaceWasm has no values of this type")),
    })
}

fn word(value: spacewasm::Value) -> Value {
    match value {
        spacewasm::Value::I32(value) => Value::I32(value as u32),
        spacewasm::Value::I64(value) => Value::I64(value as u64),
        spacewasm::Value::F32(value) => Value::F32(value.to_bits()),
        spacewasm::Value::F64(value) => Value::F64(value.to_bits()),
    }
}

impl SpaceWasm {
    fn module(&mut self, bytes: &'static [u8]) -> Result<Module, Stop> {
        let memory = Rc::new(Heap).map_err(|error| Stop::refused(Name(error)))?.into_wasm_memory_allocator();
        Module::new::<CONTROL_FRAMES, STACK_DEPTH>(
            "",
            &mut Whole(Some(bytes)),
            &mut self.engine.store,
            &mut self.code,
            memory,
        )
        .map_err(unloaded)
    }

    /// Runs a function to its end.
    fn call(&mut self, function: WasmRef, arguments: &[spacewasm::Value]) -> Result<(), Stop> {
        match self.engine.invoke(function, arguments) {
            Ok(()) => {}
            Err(InvokeError::StackOverflow) => return Err(Stop::trap("StackOverflow")),
            Err(error) => return Err(Stop::refused(Name(error))),
        }
        let budget = core::mem::replace(&mut self.budget, usize::MAX);
        match Interpreter.run(self.code.pages(), &mut self.engine, budget) {
            InterpreterResult::Finished => Ok(()),
            InterpreterResult::Trap(reason) => Err(Stop::trap(Name(reason))),
            InterpreterResult::OutOfFuel => {
                // It could go on; it is to be given up.
                self.engine.reset();
                Err(Stop::stopped("OutOfFuel"))
            }
            stopped => Err(Stop::refused(Name(stopped))),
        }
    }
}

impl Suite for SpaceWasm {
    fn new() -> Self {
        let engine = Engine::new(STACK_WORDS, MOST_MODULES, Vec::zero());
        let code = CodeBuilder::new(CompilerOptions {
            allow_memory_grow: true,
            max_backpatch_iterations: None,
            max_code_pages: CODE_PAGES,
        });
        match (engine, code) {
            (Ok(engine), Ok(code)) => SpaceWasm { engine, code, instances: Plain::new(), budget: usize::MAX },
            _ => harness::fail("no memory for SpaceWasm"),
        }
    }

    fn load(&mut self, module: &'static [u8]) -> Result<(), Stop> {
        self.module(module).map(drop)
    }

    fn instantiate(&mut self, bytes: &'static [u8]) -> Result<u32, Stop> {
        let module = self.module(bytes)?;
        let instance = self.engine.push_module(module).map_err(|error| Stop::refused(Name(error)))?;
        if let Some(start) = self.engine.module_start(instance) {
            self.call(start, &[])?;
        }
        self.instances.push(instance);
        Ok(self.instances.len() as u32 - 1)
    }

    fn register(&mut self, instance: u32, name: &'static str) -> Result<(), Stop> {
        let number = usize::from(self.instances[instance as usize].0);
        let Some(module) = self.engine.store.modules_mut().get_mut(number) else {
            return Err(Stop::refused("no such module"));
        };
        module.name = name.try_into().map_err(|error| Stop::refused(Name(error)))?;
        Ok(())
    }

    fn invoke(
        &mut self,
        instance: u32,
        name: &'static str,
        arguments: &[Value],
    ) -> Result<Plain<Value>, Stop> {
        let instance = self.instances[instance as usize];
        let function = export(&self.engine, instance, name).ok_or_else(|| Stop::missing(name))?;
        let arguments = arguments.iter().map(value).collect::<Result<Plain<_>, _>>()?;
        self.call(function, &arguments)?;
        // Of a result, SpaceWasm keeps the bits alone.
        let module = &self.engine.store.modules()[function.module.0 as usize];
        let kinds = &module.types[module.functions[function.index as usize].ty.0 as usize].returns;
        Ok(kinds.iter().zip(self.engine.result).map(|(&kind, raw)| word(raw.to_value(kind))).collect())
    }

    fn budget(&mut self, units: u32) -> Result<(), Stop> {
        self.budget = units as usize;
        Ok(())
    }

    fn global(&mut self, instance: u32, name: &'static str) -> Result<Value, Stop> {
        let own = usize::from(self.instances[instance as usize].0);
        let modules = self.engine.store.modules();
        let module = &modules[own];
        let export = module.exports.iter().find(|export| export.name == name);
        let Some(ExportDesc::Global(number)) = export.map(|export| &export.desc) else {
            return Err(Stop::missing(name));
        };
        match module.get_global_ref(*number) {
            Some(Ref::Module(index)) => Ok(word(module.globals[index as usize].value())),
            Some(Ref::Extern { module, index }) => {
                Ok(word(modules[usize::from(module.0)].globals[index as usize].value()))
            }
            _ => Err(Stop::missing(name)),
        }
    }
}
