"""What was measured, kept: measurements, the runs that showed them, and outcomes of the W3C suite."""

from .measured_set import MeasuredSet
from .measurements import Store, StoreError
from .outcomes import OutcomeStore
from .runs import RecordedRun, RunEntry, RunMetadata

__all__ = ["MeasuredSet", "OutcomeStore", "RecordedRun", "RunEntry", "RunMetadata", "Store", "StoreError"]
