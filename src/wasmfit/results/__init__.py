"""What was measured: the store, and comparisons made from it."""

from .answer import Answer, Standing
from .bench_table import bench_tables
from .benchmark import Benchmark, Missing, SlowDown, Summary
from .comparison import Comparison
from .document import ReportDocument
from .features import FeaturesMeasured, failing_tables, feature_lines, feature_tables
from .outcomes import OutcomeStore
from .overview import overview
from .runs import Origin, RecordedRun, Shown
from .shapes import Column, Measure, Table
from .store import Store, StoreError
from .switches import Pair, Priced, price_tables, prices
from .table import MEASURES, tables

__all__ = [
    "MEASURES",
    "Answer",
    "Benchmark",
    "Column",
    "Comparison",
    "FeaturesMeasured",
    "Measure",
    "Missing",
    "Origin",
    "OutcomeStore",
    "Pair",
    "Priced",
    "RecordedRun",
    "ReportDocument",
    "Shortfall",
    "Shown",
    "SlowDown",
    "Standing",
    "Store",
    "StoreError",
    "Summary",
    "Table",
    "bench_tables",
    "failing_tables",
    "feature_lines",
    "feature_tables",
    "overview",
    "price_tables",
    "prices",
    "tables",
]
