"""A runtime as a static library for a system's build: whose its members are, and Rust's heap over C's."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wasmfit.builder import library
from wasmfit.catalog import Catalog
from wasmfit.toolchain import ProcessRunner

PROGRAM = r"""
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wasmfit_runtime.h"

int main(void)
{
    enum { BLOCKS = 400 };
    unsigned char *blocks[BLOCKS];
    size_t sizes[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        size_t alignment = (size_t)1 << (i % 14);
        sizes[i] = (size_t)(i * 37 % 300) + 1;
        blocks[i] = wasmfit_system_allocate(sizes[i], alignment);
        assert(blocks[i] && (uintptr_t)blocks[i] % alignment == 0);
        memset(blocks[i], i & 255, sizes[i]);
    }
    for (int i = 0; i < BLOCKS; i++)
        for (size_t at = 0; at < sizes[i]; at++)
            assert(blocks[i][at] == (i & 255));
    for (int i = 0; i < BLOCKS; i++)
        wasmfit_system_release(blocks[i * 7 % BLOCKS]);
    wasmfit_system_release(NULL);
    assert(!wasmfit_system_allocate(SIZE_MAX - 4, 8));
    assert(!wasmfit_system_allocate(SIZE_MAX - 100, 4096));
    puts("ok");
}
"""


def test_the_heap_over_malloc_is_aligned_apart_and_released(tmp_path: Path) -> None:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    system = Catalog.load().system
    (tmp_path / "main.c").write_text(PROGRAM)
    runner, program = ProcessRunner(), str(tmp_path / "program")
    built = runner.run(
        [
            *("cc", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined", f"-I{system / 'include'}"),
            *(str(tmp_path / "main.c"), str(system / "c" / "heap.c"), "-o", program),
        ],
        timeout=60,
    )
    assert built.code == 0, built.output
    ran = runner.run([program], timeout=60)
    assert (ran.code, ran.output.strip()) == (0, "ok")


@pytest.mark.parametrize(
    ("member", "owner"),
    [
        ("runtime__m3_core.c.o", "wasm3"),
        ("runtime__core_iwasm_common_wasm_memory.c.o", "wasm3"),
        ("firmware__glue.c.o", "firmware"),
        ("module__module.c.o", "module"),
        ("firmware.firmware.7b1-cgu.0.rcgu.o", None),
        ("compiler_builtins-1__2.o", None),
        ("runtime.o", None),
    ],
)
def test_members_are_owned_by_the_part_that_they_play(member: str, owner: str | None) -> None:
    assert library.owner_of_member(member, "wasm3") == owner


@given(some.text())
def test_any_name_has_an_owner_or_none(member: str) -> None:
    assert library.owner_of_member(member, "wasm3") in {"wasm3", "firmware", "harness", "module", None}
