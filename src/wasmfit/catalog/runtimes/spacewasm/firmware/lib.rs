//! SpaceWasm, reading the module from flash as one chunk of a stream.
#![no_std]

extern crate alloc;

use core::alloc::Layout;
use core::fmt;
use core::ops::ControlFlow;
use core::ptr::NonNull;

use harness::{Failure, Job, extra};
use spacewasm::{
    AllocError, Allocator, CodeBuilder, CompilerOptions, Engine, ExportDesc, HostFunction, HostModule,
    InnerVec, Interpreter, InterpreterResult, InterpreterRunner, Module, ModuleRef, Rc, Ref, Value, Vec,
    WasmMemoryAllocator, WasmRef, WasmStream,
};

harness::firmware!(run);

/// Words of the wasm stack: 8 KiB.
const STACK_WORDS: usize = 2048;
/// The most that translated code may take, in pages of 512 bytes.
const CODE_PAGES: usize = 256;
/// The most that validation keeps track of in one function, on the native
/// stack: the limits of SpaceWasm's own tests.
const CONTROL_FRAMES: usize = 128;
const STACK_DEPTH: usize = 256;

fn run(job: &'static Job) -> Result<(), Failure> {
    harness::phase::load();
    let host = Vec::from_array([host()?]).map_err(Name)?;
    let mut engine = Engine::new(STACK_WORDS, 1, host).map_err(Name)?;
    let mut code = CodeBuilder::new(CompilerOptions {
        allow_memory_grow: true,
        max_backpatch_iterations: None,
        max_code_pages: CODE_PAGES,
    })
    .map_err(Name)?;
    let memory = Rc::new(Heap).map_err(Name)?.into_wasm_memory_allocator();
    let module = Module::new::<CONTROL_FRAMES, STACK_DEPTH>(
        "",
        &mut Whole(Some(job.module())),
        &mut engine.store,
        &mut code,
        memory,
    )
    .map_err(Name)?;

    harness::phase::instantiate();
    let instance = engine.push_module(module).map_err(Name)?;
    if let Some(start) = engine.module_start(instance) {
        call(&mut engine, &code, start, &[])?;
    }
    let Some(export) = export(&engine, instance, job.export()) else {
        harness::fail("the module has no such export")
    };

    job.run(|arguments| {
        let arguments = [Value::I32(arguments[0] as i32), Value::I32(arguments[1] as i32)];
        call(&mut engine, &code, export, &arguments)
    })
}

/// The module `host` with its one function.
fn host() -> Result<HostModule, Failure> {
    let extra = HostFunction::try_new("extra".into(), "".into(), "i".into(), |_, _| {
        ControlFlow::Continue(Some(Value::I32(extra() as i32)))
    })
    .map_err(Name)?;
    Ok(HostModule {
        name: "host".into(),
        globals: Vec::zero(),
        functions: Vec::from_array([extra]).map_err(Name)?,
        memory: Vec::zero(),
        table: Vec::zero(),
    })
}

/// The function that an instance exports under a name.
fn export(engine: &Engine, instance: ModuleRef, name: &str) -> Option<WasmRef> {
    let module = engine.store.modules().get(usize::from(instance.0))?;
    let export = module.exports.iter().find(|export| export.name == name)?;
    let ExportDesc::Func(function) = export.desc else { return None };
    match module.get_func_ref(function)? {
        Ref::Module(index) => Some(WasmRef { module: instance, index }),
        Ref::Extern { module, index } => Some(WasmRef { module, index }),
        Ref::Host { .. } => None,
    }
}

/// Runs a function to its end; 0 stands for no result.
fn call(
    engine: &mut Engine,
    code: &CodeBuilder,
    function: WasmRef,
    arguments: &[Value],
) -> Result<u32, Failure> {
    engine.invoke(function, arguments).map_err(Name)?;
    match Interpreter.run(code.pages(), engine, usize::MAX) {
        InterpreterResult::Finished => Ok(engine.result.map_or(0, |value| value.read_32())),
        stopped => Err(Name(stopped).into()),
    }
}

/// What SpaceWasm calls its error: it has names for errors and no words.
struct Name<E>(E);

impl<E: fmt::Debug> fmt::Display for Name<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The module as a stream of one chunk.
struct Whole(Option<&'static [u8]>);

impl WasmStream for Whole {
    fn read(&mut self) -> Result<Option<InnerVec<u8>>, u8> {
        // SAFETY: the bytes lie in flash for good, and a chunk is only read.
        Ok(self.0.take().map(|bytes| unsafe {
            InnerVec::from_raw_parts(bytes.as_ptr().cast_mut(), bytes.len(), bytes.len())
        }))
    }

    fn return_(&mut self, _chunk: InnerVec<u8>) {}
}

/// The firmware's heap, for SpaceWasm's own data and for linear memory.
struct Heap;

spacewasm::global_allocator!(Heap, Heap);

// SAFETY: the global allocator has the same contract, but for its null.
unsafe impl Allocator for Heap {
    unsafe fn alloc(&self, layout: Layout) -> Result<*mut u8, AllocError> {
        let block = unsafe { alloc::alloc::alloc(layout) };
        if block.is_null() { Err(AllocError::OutOfMemory) } else { Ok(block) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { alloc::alloc::dealloc(block, layout) }
    }
}

impl WasmMemoryAllocator for Heap {
    fn allocate(&self, layout: Layout) -> Result<NonNull<u8>, AllocError> {
        // SAFETY: SpaceWasm asks for no empty memory.
        NonNull::new(unsafe { alloc::alloc::alloc(layout) }).ok_or(AllocError::OutOfMemory)
    }

    fn reallocate(&self, old: NonNull<u8>, from: Layout, to: Layout) -> Result<NonNull<u8>, AllocError> {
        // SAFETY: the block came from `allocate` with the layout `from`.
        NonNull::new(unsafe { alloc::alloc::realloc(old.as_ptr(), from, to.size()) })
            .ok_or(AllocError::OutOfMemory)
    }

    fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the block came from `allocate` with this layout.
        unsafe { alloc::alloc::dealloc(block.as_ptr(), layout) }
    }
}
