"""What is measured beside instructions: exact on loops counted by hand, and adding up to the count."""

import random
import subprocess
from collections import OrderedDict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.emulation import counter, interface, qemu, symbols
from wasmfit.emulation.plugins import SOURCES
from wasmfit.model import COUNTS, KINDS, Activity
from wasmfit.toolchain import ProcessRunner

from .runner import (
    ALLOCATE,
    COUNT_DOWN,
    DIVIDE,
    DIVISIONS,
    NEIGHBOURS,
    OK,
    SKIP,
    STORES,
    USE_STACK,
    Runner,
)

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
    assert (activity.reads, activity.load_use, activity.load_pair, activity.address_use) == (0, 0, 0, 0)


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


# One round of `neighbours`, counted by hand beside its lines.
NEIGHBOURS_OF = {
    "thumb": {
        "alu": 8,  # SUB, MOV #0, ADDS, ADD LSL, ADD, MOVEQ, SUBS, MOV
        "load": 4,
        "store": 3,
        "prefix": 1,
        "conditional": 1,
        "indirect": 1,  # TBB
        "load_use": 2,  # the second LDR, ADDS
        "load_address": 1,  # the second LDR
        "load_pair": 1,  # the fourth LDR
        "load_pair_astride": 0,  # it has two bytes
        "load_behind_store": 2,  # the first and the third LDR
        "store_behind_load": 1,  # the second STR
        "store_indexed": 1,
        "address_use": 2,  # the first STR, TBB
        "late_use": 1,  # ADD behind ADD LSL
        "paired": 2,  # IT behind ADD; BNE, taken, behind MOV
        "conditional_taken": 1,
        "mispredicted": 0,
        "jump_table": 1,
        "jumps": 2,
        "jumps_astride": 1,
    },
    "riscv32": {
        "alu": 4,
        "load": 4,
        "store": 2,
        "multiply": 1,
        "conditional": 2,
        "load_use": 2,  # the second LW, the first ADD
        "load_address": 1,
        "load_pair": 1,  # the fourth LW
        "load_behind_store": 2,
        "store_behind_load": 1,
        "store_indexed": 0,
        "address_use": 1,  # the first SW
        "late_use": 1,  # ADD behind MUL
        "paired": 0,
        "conditional_taken": 2,
        "mispredicted": 1,  # BEQZ, forward and taken
        "jump_table": 0,
        "jumps": 2,
    },
}


def test_neighbours_counted_by_hand(anywhere: Runner) -> None:
    few, many = first_call(anywhere, NEIGHBOURS, 10), first_call(anywhere, NEIGHBOURS, 1010)
    round_ = NEIGHBOURS_OF[anywhere.board.emulator.isa]
    names = [*dict.fromkeys([*KINDS, *round_])]
    difference = {name: (getattr(many, name) - getattr(few, name)) / 1000 for name in names}
    assert difference == dict.fromkeys(names, 0) | round_


def test_the_last_round_goes_the_other_way(anywhere: Runner) -> None:
    """A loop's branch is backward, and what is behind a flag's maker goes along only if it is not taken."""
    activity = first_call(anywhere, COUNT_DOWN)
    thumb = anywhere.board.emulator.isa == "thumb"
    assert activity.mispredicted == 1
    assert activity.paired == (1 if thumb else 0)


def test_a_division_is_one(elsewhere: Runner) -> None:
    if elsewhere.board.emulator.isa == "riscv32":
        assert first_call(elsewhere, DIVIDE, 2**32 - 1).divide == 1


def bits(value: int) -> int:
    return abs(value).bit_length()


def by_operands(value: int) -> dict[str, int]:
    """What six divisions count; of the last two, one takes its operands with a sign."""
    signed = value - 2**32 if value >= 2**31 else value
    unsigned = (2**32 - value) % 2**32
    pairs = [(value, 3), (3, value), (value, 0), (0, 3), (-signed, 3), (unsigned, 3)]
    whole = [(above, below) for above, below in pairs if above and below]
    return {
        "divide": 6,
        "divide_read": 6,
        "divide_zero": len(pairs) - len(whole),
        "divide_short": sum(bits(above) < bits(below) for above, below in whole),
        "divide_fours": sum(max(bits(above) - bits(below), 0) // 4 for above, below in whole),
    }


@pytest.mark.parametrize("values", [(0, 1), (2, 7), (100, 5_000), (2**31, 2**32 - 1), (2**31 - 1, 2**20)])
def test_divisions_by_their_operands(anywhere: Runner, values: tuple[int, int]) -> None:
    """Where QEMU lets a plugin read registers; older ones say that none was read."""
    run = anywhere(*((DIVISIONS, value) for value in values)).run
    version = interface(anywhere.plugin.parent, ProcessRunner(), anywhere.board.emulator.qemu)
    for value, activity in zip(values, (run.activity.first_call, run.activity.call), strict=True):
        assert activity is not None
        expected = by_operands(value)
        if version == 1:
            expected |= {name: 0 for name in expected if name != "divide"}
        assert measured(activity, *expected) == expected


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
    if (argc != 5 || !cache_make(&cache, strtoull(argv[1], 0, 0), strtoull(argv[2], 0, 0),
                                 strtoull(argv[3], 0, 0), strtoull(argv[4], 0, 0)))
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
        SOURCES,
        folder / "test.c",
        "-o",
        folder / "test",
    ]
    assert ProcessRunner().run(command, timeout=60).code == 0
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
    assert said_of(cache_program, lines, sets, ways, 0) == looked_up(lines, sets, ways)


def said_of(cache_program: Path, lines: list[int], sets: int, ways: int, replaces_any: int) -> str:
    command = [str(cache_program), str(sets * ways * 16), "16", str(ways), str(replaces_any)]
    text = " ".join(map(str, lines))
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([(1, 1), (1, 4), (8, 1), (64, 2), (16, 4)]), st.integers(1, 200), st.integers())
def test_a_cache_that_replaces_any_line(
    cache_program: Path, shape: tuple[int, int], spread: int, seed: int
) -> None:
    """Only what was there and was not the last one used in its set can be gone; nothing comes by itself."""
    sets, ways = shape
    chance = random.Random(seed)  # noqa: S311
    lines = [chance.randrange(spread) for _ in range(500)]
    said = said_of(cache_program, lines, sets, ways, 1)
    assert said == said_of(cache_program, lines, sets, ways, 1)
    seen: dict[int, list[int]] = {}
    for line, answer in zip(lines, said, strict=True):
        before = seen.setdefault((line + 1) % sets, [])
        if line not in before:
            assert answer == "-"
        elif before[-1] == line or len(set(before)) <= ways:
            assert answer == "+"
        before.append(line)


def test_a_loop_just_too_long_is_partly_there(cache_program: Path) -> None:
    """Replacing the oldest, three lines in turn in two places are never there; with any, they often are."""
    lines = [0, 1, 2] * 10_000
    assert said_of(cache_program, lines, 1, 2, 0).count("+") == 0
    share = said_of(cache_program, lines, 1, 2, 1).count("+") / len(lines)
    # A line is gone with a half at each of two replacements between: two thirds of the draws miss at rest.
    assert share == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.parametrize(
    "geometry", ["0:16:2:0", "48:16:1:0", "1024:24:2:0", "64:16:8:0", "64:16:2", "64:16:2:2", "x:16:2:0"]
)
def test_a_cache_that_cannot_be_is_refused(run: Runner, geometry: str, tmp_path: Path) -> None:
    elf = run.firmware.image([(OK, 1)])
    told = counter.arguments(run.board, symbols.read(elf), tmp_path / "record", 1000)
    told = [f"cache={geometry}" if one.startswith("cache=") else one for one in told]
    ended = ProcessRunner().run(qemu.command(run.board.emulator, elf, run.plugin, told), timeout=30)
    assert f'cannot use the argument "cache={geometry}"' in ended.output
    assert not Path(tmp_path / "record").exists() or "mark" not in (tmp_path / "record").read_text()


def test_every_measure_has_a_place_in_the_record() -> None:
    text = (SOURCES / "classes.h").read_text()
    names = [part.split('"')[1] for part in text.splitlines() if part.strip().startswith("X(")]
    assert names == list(COUNTS)
