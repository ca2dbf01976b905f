"""Accesses that are not aligned: where the board's core faults and the machine's does not, the run ends."""

from collections.abc import Callable

import pytest

from wasmfit.model import Status

from .runner import OK, READ, USE_STACK, WRITE, Runner, faulted

pytestmark = pytest.mark.real


@pytest.fixture(scope="session")
def strict(on_board: Callable[[str], Runner]) -> Runner:
    """Hazard3, which accesses nothing that is not aligned."""
    return on_board("pico2w-riscv")


@pytest.mark.parametrize("kind", [READ, WRITE])
@pytest.mark.parametrize("offset", [1, 2, 3])
def test_the_access_and_its_function_are_named(strict: Runner, kind: int, offset: int) -> None:
    address = strict.board.emulated.ram.end - 256 + offset
    reason = faulted(strict((kind, address)))
    said = f"an access to 0x{address:08x} that is not aligned in phase call, at which the board's core faults"
    assert reason.startswith(f"{said}, in ")


@pytest.mark.parametrize("kind", [READ, WRITE])
def test_an_aligned_one_passes(strict: Runner, kind: int) -> None:
    # What lies there is nobody's business.
    execution = strict((kind, strict.board.emulated.ram.end - 256))
    assert execution.status in (Status.OK, Status.WRONG_RESULT)


def test_what_compilers_make_is_aligned(strict: Runner) -> None:
    assert strict((OK, 1), (USE_STACK, 4000)).status is Status.OK


def test_a_core_that_takes_it_goes_on(on_board: Callable[[str], Runner]) -> None:
    run = on_board("esp32c6")
    assert run((READ, run.board.emulated.ram.end - 255)).status is Status.WRONG_RESULT
