"""Tools that are not on this machine, as images that were made with them know them."""

from pathlib import Path

from wasmfit.model import CTarget
from wasmfit.provided import RecordedC, RecordedRust, RecordedTools

from .c_compiler import CCompiler
from .c_library import InstalledLibrary
from .rust import Rust
from .versions import Tool

NAME = "images"
"""What ``WASMFIT_RUST`` calls the tools of the images."""


def recorded_rust(tools: RecordedTools) -> Rust:
    """The Rust toolchain of images."""
    rust = tools.rust
    return Rust(
        NAME,
        Tool(Path("cargo"), rust.cargo),
        Tool(Path("rustc"), rust.rustc),
        Path(),
        ("ld.lld",),
        ("wasm-ld",),
        rust.linker,
        is_here=False,
    )


def recorded_c(made: RecordedC, target: CTarget) -> CCompiler:
    """The C compiler of images, for a target."""
    return CCompiler(
        Tool(Path(made.program), made.version),
        target,
        InstalledLibrary(made.library, (), tuple(map(Path, made.of_library)), made.harness),
        tuple(map(Path, made.archives)),
        is_here=False,
    )


def record(system: str, rust: Rust, compilers: dict[str, CCompiler]) -> RecordedTools:
    """What is to be known of the tools that images are made with.

    Args:
        system: The system that they are of.
        rust: The Rust toolchain.
        compilers: Target → its C compiler.
    """
    c = {
        target: RecordedC(
            program=one.tool.path.name,
            version=one.tool.version,
            library=one.library.identity,
            archives=tuple(path.name for path in one.archives),
            of_library=tuple(path.name for path in one.library.archives),
            harness=one.library.harness,
        )
        for target, one in compilers.items()
    }
    return RecordedTools(system=system, rust=RecordedRust(**rust.identity), c=c)
