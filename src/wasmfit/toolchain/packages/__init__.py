"""Which packages bring what wasmfit needs, on the system that it runs on.

Nothing here needs more than Python's own library: ``scripts/setup`` loads this package by itself, on a
machine that has no other yet.
"""

from .remedy import Remedy, remedy
from .system import System, recognised
from .table import Manager, Need, Packages, PackageTable

__all__ = ["Manager", "Need", "PackageTable", "Packages", "Remedy", "System", "recognised", "remedy"]
