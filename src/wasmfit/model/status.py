"""How a cell ends. Every cell ends in exactly one of these."""

from enum import StrEnum


class Status(StrEnum):
    """The end of a cell, with a one-line reason next to it unless it is ``ok``."""

    OK = "ok"
    DOES_NOT_FIT = "does-not-fit"
    UNSUPPORTED = "unsupported"
    UNAVAILABLE = "unavailable"
    BUILD_FAILED = "build-failed"
    TRAPPED = "trapped"
    FAULTED = "faulted"
    OUT_OF_MEMORY = "out-of-memory"
    WRONG_RESULT = "wrong-result"
    TIMEOUT = "timeout"
