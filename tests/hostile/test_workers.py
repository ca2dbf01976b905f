"""Mutants in processes of their own: what ends one is told, and the others go on."""

import os
import signal
from functools import partial

from .mutate import BINARY
from .target import Target
from .workers import Fed, Share, fed


def _takes(fatal: bytes, data: bytes) -> bool:
    if data.startswith(fatal):
        os.kill(os.getpid(), signal.SIGABRT)
    if data.startswith(b"b"):
        raise KeyError("nobody caught this")
    return True


def _target(fatal: bytes) -> Target:
    return Target("test", lambda: [b"a" * 40, b"b" * 40, b"c" * 40], BINARY, partial(_takes, fatal))


def _all(fatal: bytes) -> list[Fed]:
    shares = [Share(partial(_target, fatal), range(at, at + 20)) for at in (0, 20)]
    return list(fed(shares, 2))


def test_every_mutant_is_fed_and_what_is_wrong_is_told() -> None:
    ended = _all(b"nothing begins so")
    assert sum(part.mutants for part in ended) == 40
    found = [one for part in ended for one in part.found]
    assert found
    assert all("nobody caught this" in one.what for one in found)
    assert all(part.slowest is not None and part.kibibytes > 1000 for part in ended)


def test_a_process_that_dies_ends_no_other_and_its_mutant_is_told() -> None:
    ended = _all(b"ccc")
    assert sum(part.mutants for part in ended) == 40
    died = [one for part in ended for one in part.found if "ended with code -6" in one.what]
    assert died
    assert all(one.data.startswith(b"ccc") for one in died)
