"""What was measured: the store, and comparisons made from it."""

from .bench_table import bench_tables
from .benchmark import Benchmark, Missing, SlowDown, Summary
from .comparison import Comparison
from .features import FeaturesMeasured, failing_tables, feature_lines, feature_tables
from .outcomes import OutcomeStore
from .store import Store, StoreError
from .switches import Pair, Priced, price_tables, prices
from .table import MEASURES, Column, Measure, Table, tables

__all__ = [
    "MEASURES",
    "Benchmark",
    "Column",
    "Comparison",
    "FeaturesMeasured",
    "Measure",
    "Missing",
    "OutcomeStore",
    "Pair",
    "Priced",
    "SlowDown",
    "Store",
    "StoreError",
    "Summary",
    "Table",
    "bench_tables",
    "failing_tables",
    "feature_lines",
    "feature_tables",
    "price_tables",
    "prices",
    "tables",
]
