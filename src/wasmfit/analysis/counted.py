"""The part of a run that runtimes are compared by.

That is the region of interest that the module marks; else the warm call; else the only call, where there is
just one.
"""

from wasmfit.model import Activity, Measurement, Prediction, Run, Status


def counted_instructions(measurement: Measurement) -> int | None:
    """Instructions of that part, of a cell with status ``ok``."""
    run = _ran(measurement)
    if run is None:
        return None
    counts = run.instructions
    if counts.region is not None:
        return counts.region
    return counts.call if counts.call is not None or len(run.calls) > 1 else counts.first_call


def counted_activity(measurement: Measurement) -> Activity | None:
    """What the core did in that part."""
    run = measurement.run
    if run is None:
        return None
    did = run.activity
    return did.region or did.call or (did.first_call if len(run.calls) == 1 else None)


def counted_prediction(measurement: Measurement) -> Prediction | None:
    """The predicted time of that part."""
    run = measurement.run
    if run is None or run.predicted is None:
        return None
    times = run.predicted
    return times.region or times.call or (times.first_call if len(run.calls) == 1 else None)


def counted_region(measurement: Measurement) -> int | None:
    """Instructions of the region of interest, where the module marks one."""
    run = _ran(measurement)
    return None if run is None else run.instructions.region


def is_called_once(measurement: Measurement) -> bool:
    """Whether there is a first call and no warm one, as of a command."""
    run = _ran(measurement)
    return run is not None and len(run.calls) == 1 and run.instructions.call is None


def _ran(measurement: Measurement) -> Run | None:
    return measurement.run if measurement.status is Status.OK else None
