"""What was measured: the store, and comparisons made from it."""

from .answer import Answer, Shortfall, Standing
from .bench_table import bench_tables
from .benchmark import Benchmark, Missing, SlowDown, Summary
from .comparison import Comparison
from .document import ReportDocument
from .store import Store, StoreError
from .table import MEASURES, Column, Measure, Table, tables

__all__ = [
    "MEASURES",
    "Answer",
    "Benchmark",
    "Column",
    "Comparison",
    "Measure",
    "Missing",
    "ReportDocument",
    "Shortfall",
    "SlowDown",
    "Standing",
    "Store",
    "StoreError",
    "Summary",
    "Table",
    "bench_tables",
    "tables",
]
