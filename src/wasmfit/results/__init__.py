"""What was measured: the store, and comparisons made from it."""

from .comparison import Comparison
from .store import Store, StoreError
from .table import MEASURES, Column, Measure, Table, tables

__all__ = ["MEASURES", "Column", "Comparison", "Measure", "Store", "StoreError", "Table", "tables"]
