"""The library: what the commands do, returning typed records.

What needs no firmware stands apart, as it is needed quickly: :mod:`wasmfit.sizing`; what is said of stored
figures in :mod:`wasmfit.verdicts`, and the search for settings in :mod:`wasmfit.tuning`.
"""

from .benchmark import bench
from .cluster import work
from .comparison import compare
from .diagnosis import Diagnosis, doctor
from .machine import lock, probes
from .profiling import profile
from .report import make_report
from .suite import features, features_beside, priced

__all__ = [
    "Diagnosis",
    "bench",
    "compare",
    "doctor",
    "features",
    "features_beside",
    "lock",
    "make_report",
    "priced",
    "probes",
    "profile",
    "work",
]
