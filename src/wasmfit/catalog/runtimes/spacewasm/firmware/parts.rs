//! What SpaceWasm wants of whoever embeds it: limits, a stream of the module, memory, words for errors.

use core::alloc::Layout;
use core::fmt;
use core::ptr::NonNull;

use spacewasm::{
    AllocError, Allocator, Engine, ExportDesc, InnerVec, ModuleRef, Ref, WasmMemoryAllocator, WasmRef,
    WasmStream,
};

/// Words of the wasm stack: 8 KiB.
pub const STACK_WORDS: usize = 2048;
/// The most that translated code may take, in pages of 512 bytes.
pub const CODE_PAGES: usize = 256;
/// The most that validation keeps track of in one function, on the native
/// stack: the limits of SpaceWasm's own tests.
pub const CONTROL_FRAMES: usize = 128;
pub const STACK_DEPTH: usize = 256;

/// The function that an instance exports under a name.
pub fn export(engine: &Engine, instance: ModuleRef, name: &str) -> Option<WasmRef> {
    let module = engine.store.modules().get(usize::from(instance.0))?;
    let export = module.exports.iter().find(|export| export.name == name)?;
    let ExportDesc::Func(function) = export.desc else { return None };
    match module.get_func_ref(function)? {
        Ref::Module(index) => Some(WasmRef { module: instance, index }),
        Ref::Extern { module, index } => Some(WasmRef { module, index }),
        Ref::Host { .. } => None,
    }
}

/// What SpaceWasm calls its error: it has names for errors and no words.
pub struct Name<E>(pub E);

impl<E: fmt::Debug> fmt::Display for Name<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The module as a stream of one chunk.
pub struct Whole(pub Option<&'static [u8]>);

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
pub struct Heap;

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
