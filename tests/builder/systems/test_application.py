"""Applications of systems in C: their folders, and the line of a failed build that says why."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wasmfit.builder.systems.application import failure, write
from wasmfit.model import Status

UNKNOWN_HOST = """\
Building application "wasmfit" for "nrf52840dk" with CPU "nrf52".

[INFO] cloning nrfx_vendor without cache
fatal: unable to access 'https://forge.example/nrfx/': Could not resolve host: forge.example
make[1]: *** [/riot/pkg/pkg.mk:192: /riot/build/nrfx/.git] Error 128
make: *** [/riot/cpu/nrf5x_common/Makefile.include:15: fetch_nrfx_vendor_headers] Error 2
"""

NOT_DECLARED = """\
"make" -C /riot/core
/app/main.c: In function 'main':
/app/main.c:24:5: error: implicit declaration of function 'thread_start'
cc1: all warnings being treated as errors
make[1]: *** [/riot/Makefile.base:146: /app/bin/main.o] Error 1
make: *** [/riot/Makefile.include:748: application.module] Error 2
"""

NOT_DEFINED = """\
/usr/bin/ld: /app/bin/nrf52840dk/application/main.o: in function `run':
/app/main.c:20: undefined reference to `wasmfit_start'
collect2: error: ld returned 1 exit status
make: *** [/riot/Makefile.include:742: /app/bin/nrf52840dk/wasmfit.elf] Error 1
"""

FATAL_WARNING = """\
/usr/lib/gcc/arm-none-eabi/bin/ld: warning: p.o: missing .note.GNU-stack section implies executable stack
collect2: error: ld returned 1 exit status
make: *** [/riot/Makefile.include:742: /app/bin/nrf52840dk/wasmfit.elf] Error 1
"""

OF_MAKE = """\
/riot/Makefile.include:413: *** The board no-such-board does not exist.  Stop.
"""

OF_CMAKE = """\
-- Zephyr version: 4.3.0
No board named 'nrf52840' found.
CMake Error at /z/zephyr/cmake/modules/boards.cmake:264 (message):
  Please choose one of the following boards:
FATAL ERROR: command exited with status 1: /usr/bin/cmake
"""

OF_ANOTHER_CMAKE = """\
CMake Error at /z/zephyr/cmake/modules/boards.cmake:264 (message):
  Invalid BOARD; see above.
FATAL ERROR: command exited with status 1: /usr/bin/cmake
"""

OVERFLOW = """\
/usr/lib/gcc/arm-none-eabi/bin/ld: wasmfit.elf section `.text' will not fit in region `rom'
/usr/lib/gcc/arm-none-eabi/bin/ld: region `rom' overflowed by 14376 bytes
/usr/lib/gcc/arm-none-eabi/bin/ld: region `ram' overflowed by 900 bytes
collect2: error: ld returned 1 exit status
"""


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (UNKNOWN_HOST, "make: fatal: unable to access 'https://forge.example/nrfx/': Could not resolve host"),
        (NOT_DECLARED, "make: /app/main.c:24:5: error: implicit declaration of function 'thread_start'"),
        (NOT_DEFINED, "make: /app/main.c:20: undefined reference to `wasmfit_start'"),
        (FATAL_WARNING, "missing .note.GNU-stack section implies executable stack"),
        (OF_MAKE, "*** The board no-such-board does not exist."),
        (OF_CMAKE, "make: No board named 'nrf52840' found."),
        ("\x1b[01m\x1b[Kmain.c:1:\x1b[m \x1b[01;31mfatal error:\x1b[m no", "make: main.c:1: fatal error: no"),
        (OF_ANOTHER_CMAKE, "boards.cmake:264 (message): Invalid BOARD; see above."),
        ("", "make: no reason given"),
        ("Killed\n", "make: Killed"),
    ],
)
def test_the_line_that_failed_is_the_reason(output: str, reason: str) -> None:
    error = failure("make", output)
    assert reason in error.reason
    assert error.status is (Status.UNAVAILABLE if output == UNKNOWN_HOST else Status.BUILD_FAILED)


def test_packages_that_cannot_be_had_are_told_with_what_helps() -> None:
    assert "by Git: let it do so once where there is a network" in failure("make", UNKNOWN_HOST).reason


def test_what_does_not_fit_is_told_with_by_how_much() -> None:
    error = failure("make", OVERFLOW)
    assert error.status is Status.DOES_NOT_FIT
    assert error.reason == "the image overflows ram by 900 B and rom by 14,376 B"


@given(some.text())
def test_any_output_has_a_reason_of_one_line(output: str) -> None:
    reason = failure("west", output).reason
    assert "\n" not in reason
    assert len(reason) < 400


def test_what_is_right_already_keeps_its_time_and_the_job_is_assembled_again(tmp_path: Path) -> None:
    files = {"main.c": b"main", "src/other.c": b"other", "job.S": b"job", "job.bin": b"1"}
    assert len(write(files, tmp_path)) == len(files)
    past = time.time() - 1000
    for path in tmp_path.rglob("*.*"):
        os.utime(path, (past, past))
    assert write(files, tmp_path) == []
    changed = write({**files, "job.bin": b"2"}, tmp_path)
    assert {path.name for path in changed} == {"job.bin", "job.S"}
    assert (tmp_path / "main.c").stat().st_mtime == pytest.approx(past)
    assert (tmp_path / "job.S").stat().st_mtime > past + 500
