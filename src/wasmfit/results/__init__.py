"""What was measured: the store, and comparisons made from it."""

from .bench_table import bench_tables
from .benchmark import Benchmark, Missing, SlowDown, Summary
from .comparison import Comparison
from .shapes import Column, Measure, Table
from .store import Store, StoreError
from .table import MEASURES, tables

__all__ = [
    "MEASURES",
    "Benchmark",
    "Column",
    "Comparison",
    "Measure",
    "Missing",
    "SlowDown",
    "Store",
    "StoreError",
    "Summary",
    "Table",
    "bench_tables",
    "tables",
]
