"""What was measured, kept: measurements, the runs that showed them, and outcomes of the W3C suite."""

from .measurements import Store, StoreError
from .outcomes import OutcomeStore
from .runs import Origin, RecordedRun, Shown

__all__ = ["Origin", "OutcomeStore", "RecordedRun", "Shown", "Store", "StoreError"]
