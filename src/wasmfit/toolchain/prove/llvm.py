"""LLVM's headers and shared library, with the compiler for C++."""

import tempfile
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.toolchain.llvm import Llvm
from wasmfit.toolchain.process import ProcessRunner
from wasmfit.toolchain.proofs import Proven, ToolTrial

from .attempt import attempt, dependencies

_SOURCE = """\
#include <cstdio>
#include <llvm-c/Core.h>
#include <llvm/ADT/StringRef.h>
int main() {
  LLVMContextRef context = LLVMContextCreate();
  std::printf("%zu\\n", llvm::StringRef(context ? "wasmfit" : "").size());
  LLVMContextDispose(context);
}
"""


def llvm_trial(runner: ProcessRunner, llvm: Llvm) -> ToolTrial:
    """Compiling, linking and running a few lines that call LLVM."""
    return ToolTrial([_SOURCE, llvm.identity, llvm.library], lambda: _prove(runner, llvm))


def _prove(runner: ProcessRunner, llvm: Llvm) -> Proven:
    with tempfile.TemporaryDirectory(prefix="wasmfit-") as name:
        folder = Path(name)
        (folder / "one.cpp").write_text(_SOURCE, encoding="ascii")
        compiler = llvm.cxx.path
        command: list[str | Path] = [compiler, "-std=c++17", f"-I{llvm.include}", "-MD", "-MF", "one.d"]
        attempt(
            runner,
            [*command, "one.cpp", "-o", "one", llvm.library, f"-Wl,-rpath,{llvm.library.parent}"],
            folder,
            "compile and link a few lines on LLVM",
        )
        if attempt(runner, [folder / "one"], folder, "run") != "7\n":
            raise MissingToolError(f"what {compiler.name} compiles on LLVM does not do what it should")
        read = dependencies(folder / "one.d")
    return Proven(
        "compiles, links and runs a few lines of C++ on LLVM",
        (compiler, llvm.library, *(path for path in read if path.is_absolute())),
    )
