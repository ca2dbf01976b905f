"""What all tests share: the folder in which real builds are kept warm."""

import os
import signal
from pathlib import Path

import platformdirs
import pytest
from hypothesis import settings

from wasmfit.home import Home

# How long an example takes says how busy the machine is.
settings.register_profile("wasmfit", deadline=None)
settings.load_profile("wasmfit")


# What a script starts in the background ignores these, and so would what tests start, and send them to.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def warm_home() -> Home:
    """A wasmfit folder that outlives the tests, so that what is built once stays built.

    ``WASMFIT_TEST_HOME`` moves it.
    """
    named = os.environ.get("WASMFIT_TEST_HOME")
    return Home.at(Path(named) if named else platformdirs.user_cache_path("wasmfit-tests"))
