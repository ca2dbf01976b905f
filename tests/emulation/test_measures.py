"""What is measured beside instructions: exact on loops counted by hand, and adding up to the count."""

import random
import subprocess
from collections import OrderedDict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.emulation import counter, qemu, symbols
from wasmfit.model import KINDS, Activity
from wasmfit.toolchain import Gateway

from .runner import ALLOCATE, COUNT_DOWN, DIVIDE, OK, SKIP, STORES, USE_STACK, Runner

ROUNDS = 1000

pytestmark = pytest.mark.real


def first_call(run: Runner, kind: int, value: int = ROUNDS) -> Activity:
    activity = run((kind, value)).run.activity.first_call
    assert activity is not None
    return activity


def measured(activity: Activity, *names: str) -> dict[str, int]:
    return {name: getattr(activity, name) for name in names}


def test_a_loop_counted_by_hand(anywhere: Runner) -> None:
    """Each round: two additions and a branch. Around them: the mark's MOV and return, and one call."""
    activity = first_call(anywhere, COUNT_DOWN)
    expected = dict.fromkeys(KINDS, 0) | {
        "alu": 2 * ROUNDS + 1,
        "conditional": ROUNDS,
        "indirect": 1,
        "call": 1,
    }
    assert measured(activity, *KINDS) == expected
    # Taken but in the last round; the mark's return and the call of the next one jump too.
    assert activity.conditional_taken == ROUNDS - 1
    assert activity.jumps == ROUNDS - 1 + 2
    assert (activity.reads, activity.load_use, activity.load_pair) == (0, 0, 0)


def test_branches_not_taken(anywhere: Runner) -> None:
    """A Cortex-M: SUBS, IT, two skipped, BNE. RISC-V: ADDI, two branches not taken, NOP, BNEZ."""
    activity = first_call(anywhere, SKIP)
    assert activity.conditional_taken == ROUNDS - 1
    if anywhere.board.emulator.isa == "thumb":
        kinds = {"alu": 2 * ROUNDS + 1, "prefix": ROUNDS, "store": ROUNDS, "conditional": ROUNDS}
    else:
        kinds = {"alu": 2 * ROUNDS + 1, "conditional": 3 * ROUNDS}
    expected = dict.fromkeys(KINDS, 0) | kinds | {"indirect": 1, "call": 1}
    assert measured(activity, *KINDS) == expected


@pytest.mark.parametrize(
    "call", [(OK, 5), (ALLOCATE, 5000), (USE_STACK, 4000), (STORES, 6), (COUNT_DOWN, 77)]
)
def test_kinds_add_up_to_the_instructions(anywhere: Runner, call: tuple[int, int]) -> None:
    run = anywhere(call, call).run
    for phase in ("load", "instantiate", "first_call", "call"):
        activity = getattr(run.activity, phase)
        assert activity.instructions == getattr(run.instructions, phase)
        assert activity.conditional_taken <= activity.conditional
        assert activity.fetch_runs <= activity.fetch_misses <= activity.fetches
        assert activity.read_misses <= activity.reads


def test_a_division_is_one(elsewhere: Runner) -> None:
    if elsewhere.board.emulator.isa == "riscv32":
        assert first_call(elsewhere, DIVIDE, 2**32 - 1).divide == 1


def test_a_loop_is_fetched_once(anywhere: Runner) -> None:
    """A loop of three instructions lies in one or two lines: it misses them once, or not at all."""
    few, many = first_call(anywhere, COUNT_DOWN, 10), first_call(anywhere, COUNT_DOWN, 1000)
    assert few.fetch_misses is not None
    assert few.fetches is not None
    assert many.fetches is not None
    assert few.fetch_misses == many.fetch_misses
    assert few.fetch_misses <= 4
    rounds = (many.fetches - few.fetches) / 990
    assert rounds in (1, 2)


def test_the_same_on_every_run(anywhere: Runner) -> None:
    calls = ((OK, 1), (ALLOCATE, 1000), (COUNT_DOWN, 12345))
    assert anywhere(*calls).run.activity == anywhere(*calls).run.activity


_CACHE_TEST = """
#include <stdio.h>
#include "cache.h"
int main(int argc, char **argv)
{
    struct cache cache = {0};
    unsigned line;
    if (argc != 4 || !cache_make(&cache, strtoull(argv[1], 0, 0), strtoull(argv[2], 0, 0),
                                 strtoull(argv[3], 0, 0)))
        return 1;
    while (scanf("%u", &line) == 1)
        putchar(cache_has(&cache, line + 1) ? '+' : '-');
    return 0;
}
"""


@pytest.fixture(scope="module")
def cache_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    (folder / "test.c").write_text(_CACHE_TEST)
    command: list[str | Path] = [
        "cc",
        "-Wall",
        "-I",
        counter.SOURCES,
        folder / "test.c",
        "-o",
        folder / "test",
    ]
    assert Gateway().run(command, timeout=60).code == 0
    return folder / "test"


def looked_up(lines: list[int], sets: int, ways: int) -> str:
    """What a cache says that forgets what was used longest ago, written another way."""
    held: dict[int, OrderedDict[int, None]] = {}
    said = ""
    for line in lines:
        one = held.setdefault((line + 1) % sets, OrderedDict())
        said += "+" if line in one else "-"
        one[line] = None
        one.move_to_end(line)
        if len(one) > ways:
            one.popitem(last=False)
    return said


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([(1, 1), (1, 4), (8, 1), (64, 2), (16, 4)]), st.integers(1, 200), st.integers())
def test_the_cache_against_another_one(
    cache_program: Path, shape: tuple[int, int], spread: int, seed: int
) -> None:
    sets, ways = shape
    chance = random.Random(seed)  # noqa: S311
    lines = [chance.randrange(spread) for _ in range(500)]
    command = [str(cache_program), str(sets * ways * 16), "16", str(ways)]
    text = " ".join(map(str, lines))
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    assert done.stdout == looked_up(lines, sets, ways)


@pytest.mark.parametrize("geometry", ["0:16:2", "48:16:1", "1024:24:2", "64:16:8", "1:1", "x:16:2"])
def test_a_cache_that_cannot_be_is_refused(run: Runner, geometry: str, tmp_path: Path) -> None:
    elf = run.firmware.image([(OK, 1)])
    told = counter.arguments(run.board, symbols.read(elf), tmp_path / "record", 1000)
    told = [f"cache={geometry}" if one.startswith("cache=") else one for one in told]
    ended = Gateway().run(qemu.command(run.board.emulator, elf, run.plugin, told), timeout=30)
    assert f'cannot use the argument "cache={geometry}"' in ended.output
    assert not Path(tmp_path / "record").exists() or "mark" not in (tmp_path / "record").read_text()


def test_every_measure_has_a_place_in_the_record() -> None:
    text = (counter.SOURCES / "classes.h").read_text()
    names = [part.split('"')[1] for part in text.splitlines() if part.strip().startswith("X(")]
    assert names == list(Activity.model_fields)
