"""Where a module's linear memory goes, and what made the module: for advice, never for what is measured.

What cannot be made out is left open: it changes a sentence, and no row.
"""

from dataclasses import dataclass

from .cursor import Cursor, ModuleError
from .read import PAGE, Wasm

_CUSTOM, _GLOBAL, _DATA = 0, 6, 11
_I32, _I32_CONST, _END = 0x7F, 0x41, 0x0B
_MUTABLE = 1


@dataclass(frozen=True)
class LinkedLayout:
    """What is known of a module's memory and origin.

    Attributes:
        stack_pointer: Where the stack of C, C++, Rust or Zig begins, downwards; ``None`` if there is none.
        data_start, data_end: The range that data segments fill; both 0 where there are none.
        producers: What the section ``producers`` names: languages and tools.
        features: What the section ``target_features`` says that the module may use.
    """

    stack_pointer: int | None = None
    data_start: int = 0
    data_end: int = 0
    producers: tuple[str, ...] = ()
    features: tuple[str, ...] = ()

    @property
    def stack(self) -> int | None:
        """Bytes that the linker reserved for the stack, as far as the layout says."""
        if self.stack_pointer is None:
            return None
        # Data lies above the stack, or below it, up to where the stack may grow down.
        below = self.data_end if 0 < self.data_end <= self.stack_pointer else 0
        return self.stack_pointer - below


def linked_layout(data: bytes) -> LinkedLayout:
    """Reads the layout of a module that :func:`wasmfit.module.read.read` has read."""
    pointer: int | None = None
    segments: list[tuple[int, int]] = []
    producers: list[str] = []
    features: list[str | None] = []
    file = Cursor(data, 8, len(data), "the file")
    while file.rest:
        number = file.byte()
        section = file.part(file.number(), "a section")
        try:
            if number == _GLOBAL:
                pointer = _stack_pointer(section)
            elif number == _DATA:
                segments = _segments(section)
            elif number == _CUSTOM:
                name = section.name()
                if name == "producers":
                    producers = _producers(section)
                elif name == "target_features":
                    features = [_feature(section) for _ in range(section.count("features"))]
        except ModuleError:
            continue
    return LinkedLayout(
        stack_pointer=pointer,
        data_start=min((start for start, _ in segments), default=0),
        data_end=max((end for _, end in segments), default=0),
        producers=tuple(producers),
        features=tuple(feature for feature in features if feature),
    )


def _stack_pointer(section: Cursor) -> int | None:
    """What the first mutable i32 begins with: wasm-ld puts ``__stack_pointer`` first."""
    for _ in range(section.count("globals")):
        kind, mutable = section.byte(), section.byte()
        value = constant(section)
        if kind == _I32 and mutable == _MUTABLE:
            return value
    return None


def constant(section: Cursor) -> int:
    """The value of a constant expression that is one i32; after another one, nothing is read."""
    if section.byte() != _I32_CONST:
        raise section.error("has another expression")
    value = _signed(section)
    if section.byte() != _END:
        raise section.error("has another expression")
    return value % (1 << 32)


def _signed(section: Cursor) -> int:
    value = shift = 0
    while True:
        byte = section.byte()
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value - (1 << shift) if byte & 0x40 else value
        if shift > 35:
            raise section.error("has a number that is too long")


def _segments(section: Cursor) -> list[tuple[int, int]]:
    segments = []
    for _ in range(section.count("segments")):
        flags = section.number()
        if flags == 2:
            section.number()
        start = None if flags == 1 else constant(section)
        size = section.number()
        section.take(size)
        if start is not None:
            segments.append((start, start + size))
    return segments


def _producers(section: Cursor) -> list[str]:
    found = []
    for _ in range(section.count("fields")):
        section.name()
        for _ in range(section.count("values")):
            found.append(section.name())
            section.name()
    return found


def _feature(section: Cursor) -> str | None:
    used = section.byte() == ord("+")
    name = section.name()
    return name if used else None


_DEFAULT_TOOL = "c"
_STACK = {
    "rust": "`-C link-arg=-zstack-size=4096`",
    "tinygo": "`-ldflags='-extldflags \"-z stack-size=4096\"'`",
    "emscripten": "`-sSTACK_SIZE=4096`",
    "zig": "`-z stack-size=4096` (in a build.zig: `exe.stack_size = 4096`)",
    "c": "`-z stack-size=4096` (clang: `-Wl,-z,stack-size=4096`)",
    "assemblyscript": "`--stackSize 4096`",
}
_MEMORY = {
    "rust": "`-C link-arg=--initial-memory=65536`",
    "tinygo": "`-ldflags='-extldflags \"--initial-memory=65536\"'`",
    "emscripten": "`-sINITIAL_MEMORY=65536`",
    "zig": "`--initial-memory=65536`",
    "c": "`--initial-memory=65536` (clang: `-Wl,--initial-memory=65536`)",
    "assemblyscript": "`--initialMemory 1`",
}
_FEATURES = {
    "rust": "`-C target-cpu=mvp` with the standard library built from source, or the target `wasm32v1-none`",
    "tinygo": "`-target=wasm-unknown`",
    "emscripten": "`-mcpu=mvp`",
    "zig": "`-mcpu=mvp`",
    "c": "`-mcpu=mvp`",
    "assemblyscript": "`--disable bulk-memory`",
}
_PRODUCERS = (("rust", "rust"), ("tinygo", "tinygo"), ("zig", "zig"), ("emscripten", "emscripten"))


def tool(wasm: Wasm, layout: LinkedLayout) -> str:
    """What the module was made by, as far as it says so: the key of what its options are called."""
    said = " ".join(layout.producers).lower()
    for word, key in _PRODUCERS:
        if word in said:
            return key
    imported = {f"{one.module}.{one.name}" for one in wasm.imports}
    exported = {one.name for one in wasm.exports}
    if any("emscripten" in name for name in imported | exported):
        return "emscripten"
    if any(name.startswith("gojs.") for name in imported):
        return "tinygo"
    # It has no stack in memory, and no section that names it.
    if layout.stack_pointer is None and ("env.abort" in imported or "__new" in exported):
        return "assemblyscript"
    return _DEFAULT_TOOL


def memory_advice(wasm: Wasm, layout: LinkedLayout) -> str | None:
    """What would make a module's memory smaller; ``None`` where it is a page, or nothing is known."""
    pages = sum(memory.minimum for memory in wasm.memories)
    if pages < 2:
        return None
    made_by = tool(wasm, layout)
    stack = layout.stack or 0
    if stack >= PAGE:
        return (
            f"about {_pages(stack)} of them {_are(stack)} the linker's stack of {stack:,} B: link with "
            f"{_STACK[made_by]}"
        )
    used = max(layout.data_end, layout.stack_pointer or 0)
    free = pages * PAGE - used
    if free >= PAGE:
        return (
            f"data and stack end at byte {used:,}, so about {_pages(free)} of them {_are(free)} neither: "
            f"{_MEMORY[made_by]} asks for no more than is needed"
        )
    filled = layout.data_end - layout.data_start
    return f"data segments fill {filled:,} B of it, which smaller tables alone make less"


def _pages(size: int) -> str:
    return f"{max(size // PAGE, 1):,}"


def _are(size: int) -> str:
    return "is" if size // PAGE < 2 else "are"


def feature_advice(wasm: Wasm, layout: LinkedLayout) -> str | None:
    """What leaves out the features that a module says it may use; ``None`` where it says nothing."""
    # Every runtime has these.
    beyond = sorted(set(layout.features) - {"mutable-globals"})
    if not beyond:
        return None
    return f"it was compiled for {', '.join(beyond)}: {_FEATURES[tool(wasm, layout)]} leaves them out"
