"""The comparison of every runtime, measured once for all tests that look at it."""

import pytest

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.home import Home

EVERYTHING = ("newest", "wamr-*", "wasm2c-*", "wasmi@1.1", "wasmi@0.51", "wasmtime@48")
"""Every version that takes no compiler of its own to be built, and variants in C.

Further variants in Rust, and wasmtime 38 with its host program, take minutes each: a slow test has them all.
"""


@pytest.fixture(scope="session")
def everything(warm_home: Home) -> Comparison:
    """Every version of every runtime in profile ``reference``, measured again."""
    return wasmfit.compare(runtimes=EVERYTHING, home=warm_home.root, rerun=True)
