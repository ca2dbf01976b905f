"""The comparison of everything, measured once for all tests that look at it."""

import pytest

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.home import Home


@pytest.fixture(scope="session")
def everything(warm_home: Home) -> Comparison:
    """Every version of every runtime in profile ``reference``, measured anew."""
    return wasmfit.compare(runtimes=["all"], home=warm_home.root, rerun=True)
