"""The plugin's decoders against the disassemblers, over the C library's own code: every instruction of it."""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from wasmfit.catalog import Catalog
from wasmfit.emulation import counter
from wasmfit.toolchain import Gateway

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
        printf("%s %d %d %d %d\\n", names[is.kind], is.words, is.loads, is.stores, is.jumps);
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
    command: list[str | Path] = ["cc", "-I", counter.SOURCES, folder / "test.c", "-o", folder / "test"]
    assert Gateway().run(command, timeout=60).code == 0
    return folder / "test"


@pytest.mark.parametrize("name", sorted(Catalog.load().targets))
def test_every_instruction_of_the_c_library(name: str, program: Path) -> None:
    target = Catalog.load().targets[name].c
    thumb = name.startswith("thumb")
    ask = [target.compiler, *target.flags, "-print-multi-directory"]
    multi = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    objdump = shutil.which(target.compiler.replace("-gcc", "-objdump"))
    assert objdump is not None
    command = [objdump, "-d", str(target.library / "lib" / multi / "libc.a")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = [match.groups() for match in map(LINE.match, text.splitlines()) if match]
    found = [one for one in found if not one[1].startswith(".") and "(unknown" not in one[2]]
    words = []
    for code, _, _ in found:
        parts = code.split()
        # Thumb shows two halves in order; RISC-V one number.
        value = int(parts[0], 16) if len(parts) == 1 and len(code) == 4 else None
        if value is None and thumb:
            first, second = parts if len(parts) == 2 else (code[:4], code[4:])
            value = int(second, 16) << 16 | int(first, 16)
        words.append(f"{value if value is not None else int(code, 16):x} {2 if len(code) == 4 else 4}")
    arguments = [str(program)] if thumb else [str(program), "riscv"]
    said = subprocess.run(
        arguments, input="\n".join(words), capture_output=True, text=True, check=True
    ).stdout
    kinds = [line.split()[0] for line in said.splitlines()]
    assert len(kinds) == len(found) > 20_000
    wrong: Counter[tuple[str, str, str]] = Counter()
    for (code, mnemonic, operands), kind in zip(found, kinds, strict=True):
        if kind != expected(thumb, mnemonic, operands):
            wrong[(mnemonic, kind, f"{expected(thumb, mnemonic, operands)} {code} {operands[:24]}")] += 1
    assert not wrong, wrong.most_common(25)
    # What is held against here is not all one kind.
    assert len(set(kinds)) >= 10
