"""Mutants of modules, ELF files, TOML, records and stores: some here, thousands in ``make maint-fuzz``."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from wasmfit.errors import UsageError

from .feed import Hang, feed, time_limit, trouble
from .mutate import BINARY, TEXT, Mutation, mutant
from .target import Target, fit_to_print
from .targets import TARGETS

FOUND = Path(__file__).parent / "found"
SOME = 250


@pytest.mark.parametrize("name", TARGETS)
def test_sound_input_is_taken(name: str) -> None:
    target = TARGETS[name]
    assert all(target.takes(seed) for seed in target.seeds())


@pytest.mark.parametrize("name", TARGETS)
def test_mutants_are_taken_or_refused_in_words(name: str) -> None:
    """Other mutants than those of ``make maint-fuzz``, which begins at 0."""
    found = next(feed(TARGETS[name], range(1_000_000, 1_000_000 + SOME)), None)
    assert found is None, f"mutant {found.number}: {found.what}"


@pytest.mark.parametrize("name", TARGETS)
def test_mutants_are_of_both_sorts(name: str) -> None:
    """Mutants that are all refused at the first look would test nothing."""
    target = TARGETS[name]
    seeds = target.seeds()
    taken = [target.takes(mutant(seeds, target.mutations, number)) for number in range(150)]
    assert any(taken)
    assert all(taken) is not target.refuses


@pytest.mark.parametrize("path", sorted(FOUND.iterdir()), ids=lambda path: path.name)
def test_a_found_case_stays_fixed(path: Path) -> None:
    """``found/TARGET.what-it-was``."""
    target = TARGETS[path.name.partition(".")[0]]
    assert trouble(target, path.read_bytes()) is None


@pytest.mark.parametrize("mutations", [BINARY, TEXT])
def test_a_mutant_is_the_same_every_time(mutations: Sequence[Mutation]) -> None:
    some = [mutant([b"abc = 1\n" * 20], mutations, number) for number in range(50)]
    assert some == [mutant([b"abc = 1\n" * 20], mutations, number) for number in range(50)]
    assert len(set(some)) > 40


def _target(takes: Callable[[bytes], bool]) -> Target:
    return Target("test", lambda: [b"seed"], BINARY, takes)


def test_the_feeder_sees_what_goes_wrong() -> None:
    def hangs(_: bytes) -> bool:
        while True:
            pass

    def crashes(_: bytes) -> bool:
        raise KeyError("nobody caught this")

    def endless(data: bytes) -> bool:
        return endless(data)

    with pytest.raises(Hang), time_limit(0.1):
        hangs(b"")
    assert "nobody caught this" in (trouble(_target(crashes), b"x") or "")
    assert "RecursionError" in (trouble(_target(endless), b"x") or "")
    assert len(list(feed(_target(crashes), range(3)))) == 3


def test_a_message_with_a_terminal_s_escape_does_not_pass() -> None:
    with pytest.raises(AssertionError, match="does not print"):
        fit_to_print(UsageError("a name \x1b[2J of the file's"))
