"""The plugin's decoders against the disassemblers, over the C library's own code: every instruction of it."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import capstone
import pytest

from wasmfit.catalog import Catalog
from wasmfit.emulation.plugins import SOURCES
from wasmfit.toolchain import CCompiler, ProcessRunner, Versions, c_compiler

pytestmark = pytest.mark.real

PROGRAM = """
#include <stdio.h>
#include "thumb.h"
#include "riscv32.h"
#define X(name, text) text,
static const char *const names[] = {MEASURES(X)};
#undef X
int main(int argc, char **argv)
{
    unsigned long word;
    size_t size;
    (void)argv;
    while (scanf("%lx %zu", &word, &size) == 2) {
        uint8_t bytes[4] = {word, word >> 8, word >> 16, word >> 24};
        struct instruction is = argc > 1 ? riscv32(bytes, size) : thumb(bytes, size);
        printf("%s %llx %llx %llx %d %d\\n", names[is.kind], (unsigned long long)is.address,
               (unsigned long long)is.makes, (unsigned long long)is.reads, is.loaded, is.backward);
    }
    return 0;
}
"""

THUMB = [
    (r"(ldrex|strex|ldaex|stlex)[bhd]?|lda[bh]?|stl[bh]?", "atomic"),
    (r"tb[bh]", "indirect"),
    (r"ldrd|ldm\w*|pop|vpop|vldm\w*", "load_multiple"),
    (r"strd|stm\w*|push|vpush|vstm\w*", "store_multiple"),
    (r"ldrs?[bh]?t?|vldr", "load"),
    (r"str[bh]?t?|vstr", "store"),
    (r"bl", "call"),
    (r"blx|bx\w*", "indirect"),
    (r"cbn?z|b(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)(\.n|\.w)?", "conditional"),
    (r"b(\.n|\.w)?", "branch"),
    (r"(s|u)div", "divide"),
    (r"(u|s)ml[as]l|(u|s)mull|smlal\w*|umaal", "multiply_long"),
    (r"mul\w*|ml[as]|smul\w\w?|smla\w\w?|smm\w+|sm[lu]\w+|usada?8?", "multiply"),
    (r"vn?ml[as]|vfn?m[as]", "float_fused"),
    (r"vn?mul", "float_multiply"),
    (r"v(add|sub|cmpe?)", "float_add"),
    (r"v(div|sqrt)", "float_divide"),
    (r"v(mov|mrs|msr|neg|abs|cvt\w?|rint\w|sel\w+|maxnm|minnm)", "float_other"),
    (r"it[te]*", "prefix"),
    (r"dmb|dsb|isb|mrs|msr|svc|udf|bkpt|cps\w+|wfi|wfe|sev|yield", "system"),
]
RISCV = [
    (r"c?\.?(lw|lh|lb|lhu|lbu|lwsp)", "load"),
    (r"c?\.?(sw|sh|sb|swsp)", "store"),
    (r"(lr|sc|amo\w+)\.w.*", "atomic"),
    (r"beqz?|bnez?|bl[te]u?z?|bg[te]u?z?", "conditional"),
    (r"jal|call", "call"),
    (r"j", "branch"),
    (r"jr|jalr|ret", "indirect"),
    (r"mul", "multiply"),
    (r"mulh\w*", "multiply_long"),
    (r"(div|rem)u?", "divide"),
    (r"ecall|ebreak|fence\S*|csr\w+|unimp|wfi|mret|rd\w+|fs\w+|fr\w+", "system"),
]
LINE = re.compile(r"^\s*[0-9a-f]+:\s+([0-9a-f]{4}(?: ?[0-9a-f]{4})?)\s+(\S+)\s*(.*)$")


CONDITION = re.compile(r"(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)$")


def expected(thumb: bool, mnemonic: str, operands: str) -> str:
    """The kind that the disassembler's words stand for."""
    if not thumb:
        return next((kind for pattern, kind in RISCV if re.fullmatch(pattern, mnemonic)), "alu")
    mnemonic = mnemonic.split(".")[0]
    # In an IT block, a condition is appended.
    for name in (mnemonic, CONDITION.sub("", mnemonic)):
        if name in ("vldr", "vstr") and operands.startswith("d"):
            return {"vldr": "load_multiple", "vstr": "store_multiple"}[name]
        # MOV to the program counter and its like are jumps; LDR and POP to it stay what they are.
        if name in ("mov", "add") and operands.startswith("pc,"):
            return "indirect"
        for pattern, kind in THUMB:
            if re.fullmatch(pattern, name):
                return kind
    return "alu"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("decoders")
    (folder / "test.c").write_text(PROGRAM)
    command: list[str | Path] = ["cc", "-I", SOURCES, folder / "test.c", "-o", folder / "test"]
    assert ProcessRunner().run(command, timeout=60).code == 0
    return folder / "test"


Code = list[tuple[int, int, str, str]]
"""Instructions of a library: word, bytes, mnemonic, operands."""


def code_of(name: str, memory: Path) -> Code:
    """What objdump finds in the C library of a target."""
    thumb = name.startswith("thumb")
    compiler = c_compiler(Versions(memory, ProcessRunner()), Catalog.load().targets[name].c)
    assert isinstance(compiler, CCompiler)
    objdump = compiler.tool.path.with_name(compiler.tool.path.name.replace("-gcc", "-objdump"))
    command: list[str | Path] = [objdump, "-d", compiler.library.archives[0]]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = [match.groups() for match in map(LINE.match, text.splitlines()) if match]
    code = []
    for digits, mnemonic, operands in found:
        if mnemonic.startswith(".") or "(unknown" in operands:
            continue
        size = 2 if len(digits) == 4 else 4
        word = int(digits.replace(" ", ""), 16)
        # Thumb shows two halves in order; RISC-V one number.
        if thumb and size == 4:
            word = word >> 16 | (word & 0xFFFF) << 16
        code.append((word, size, mnemonic, operands))
    return code


@pytest.fixture(scope="module", params=sorted(Catalog.load().targets))
def decoded(request: pytest.FixtureRequest, program: Path) -> tuple[str, Code, list[list[str]]]:
    """A target, its C library's code, and what the plugin's decoder says of it."""
    name: str = request.param
    code = code_of(name, program.with_name("tools.json"))
    arguments = [str(program)] if name.startswith("thumb") else [str(program), "riscv"]
    words = "\n".join(f"{word:x} {size}" for word, size, _, _ in code)
    said = subprocess.run(arguments, input=words, capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in said.splitlines()]
    assert len(lines) == len(code) > 20_000
    return name, code, lines


def test_every_instruction_of_the_c_library(decoded: tuple[str, Code, list[list[str]]]) -> None:
    name, code, lines = decoded
    wrong: Counter[tuple[str, str, str]] = Counter()
    for (word, _, mnemonic, operands), (kind, *_) in zip(code, lines, strict=True):
        right = expected(name.startswith("thumb"), mnemonic, operands)
        if kind != right:
            wrong[(mnemonic, kind, f"{right} {word:x} {operands[:24]}")] += 1
    assert not wrong, wrong.most_common(25)
    # What is held against here is not all one kind.
    kinds = {kind for kind, *_ in lines}
    if name == "riscv32imc-unknown-none-elf":
        # A core without atomic instructions and floats has nine kinds, and its library all of them.
        assert "atomic" not in kinds
        assert len(kinds) == 9
    else:
        assert len(kinds) >= 10


def core_register(of: capstone.CsInsn, number: int) -> int:
    """A set with the register, if it is one of the core's: bit 0 for R0 or X0, and so on."""
    name = of.reg_name(number)
    if name is None or name in ("pc", "zero"):
        return 0
    aliases = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14}
    if of._cs.arch == capstone.CS_ARCH_RISCV:
        return 1 << int(number - capstone.riscv.RISCV_REG_X0)
    if name in aliases:
        return 1 << aliases[name]
    return 1 << int(name[1:]) if re.fullmatch(r"r\d+", name) else 0


def second_opinion(name: str, code: Code) -> Iterator[capstone.CsInsn | None]:
    """The same instructions as capstone reads them; ``None`` where it cannot."""
    if name.startswith("thumb"):
        reader = capstone.Cs(
            capstone.CS_ARCH_ARM,
            capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS | capstone.CS_MODE_V8,
        )
    else:
        reader = capstone.Cs(capstone.CS_ARCH_RISCV, capstone.CS_MODE_RISCV32 | capstone.CS_MODE_RISCVC)
    reader.detail = True
    for word, size, _, _ in code:
        yield next(reader.disasm(word.to_bytes(size, "little"), 0x1000), None)


MEMORY = {"load", "load_multiple", "store", "store_multiple"}


def addressing(of: capstone.CsInsn, thumb: bool) -> int:
    """Registers that an access to memory is addressed by."""
    if of.mnemonic.startswith(("push", "pop", "vpush", "vpop")):
        return 1 << 13
    memory = capstone.arm.ARM_OP_MEM if thumb else capstone.riscv.RISCV_OP_MEM
    places = [one.mem for one in of.operands if one.type == memory]
    if not places:
        # LDM's first operand; of RISC-V's compressed accesses, the base comes last.
        return core_register(of, of.operands[0 if thumb else -1].reg)
    found = 0
    for place in places:
        found |= core_register(of, place.base)
        found |= core_register(of, place.index) if thumb and place.index else 0
    return found


def written(of: capstone.CsInsn, thumb: bool) -> int:
    """Registers of the core that data processing writes."""
    # Of RISC-V, capstone does not tell what is written: it is the first operand.
    found = 0
    for register in of.regs_access()[1] if thumb else [one.reg for one in of.operands[:1]]:
        found |= core_register(of, register)
    return found


def test_registers_of_every_instruction(decoded: tuple[str, Code, list[list[str]]]) -> None:
    """Those that address memory, that are loaded, and that data processing makes."""
    name, code, lines = decoded
    thumb = name.startswith("thumb")
    # The same code comes often.
    once = {(one[0], one[1]): (one, line) for one, line in zip(code, lines, strict=True)}
    wrong: list[str] = []
    compared: Counter[str] = Counter()
    for ((word, _, mnemonic, operands), line), other in zip(
        once.values(), second_opinion(name, [one for one, _ in once.values()]), strict=True
    ):
        kind, address, makes, _, loaded, _ = line
        if other is None:
            continue
        said: dict[str, tuple[int, int]] = {}
        if kind in MEMORY:
            said["address"] = int(address, 16), addressing(other, thumb)
        if kind == "load":
            filled = 1 << int(loaded) if int(loaded) >= (0 if thumb else 1) else 0
            said["loaded"] = filled, core_register(other, other.operands[0].reg)
        if kind in ("alu", "multiply", "multiply_long"):
            said["makes"] = int(makes, 16), written(other, thumb)
        for what, (ours, theirs) in said.items():
            compared[what] += 1
            if ours != theirs:
                wrong.append(f"{what} {mnemonic} {operands} {word:x}: {ours:x}, not {theirs:x}")
    assert not wrong, (len(wrong), wrong[:25])
    assert min(compared[what] for what in ("address", "loaded", "makes")) > 500
