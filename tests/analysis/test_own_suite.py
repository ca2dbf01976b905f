"""Modules of the user's as a suite: runtimes relative to one of themselves."""

from typing import Any

import pytest

from tests.samples import measurement, run
from wasmfit.analysis.benchmark import NATIVE, Benchmark, summaries
from wasmfit.analysis.benchmark_tables import benchmark_tables
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.flat_rows import flat_row
from wasmfit.analysis.own_suite import reference_of
from wasmfit.model import InstructionCounts, Measurement, Score, Status


def cell(runtime: str, module: str, count: int | None, *, own: bool = True, **more: Any) -> Measurement:
    one = measurement(runtime, "1.0.0", module=module, id=f"{runtime}@1.0.0/{module}/b/bare/p", **more)
    done = run().model_copy(update={"instructions": InstructionCounts(call=count)})
    provenance = one.provenance.model_copy(update={"module": f"/{module}.wasm"} if own else {})
    return one.model_copy(update={"run": done, "provenance": provenance})


SUITE = (
    cell("fast", "a", 100),
    cell("fast", "b", 100),
    cell("slow", "a", 200),
    cell("slow", "b", 800),
    # It is the fastest of all on what it runs, and does not run everything.
    cell("partly", "a", 10),
    cell("partly", "b", None, status=Status.TRAPPED, reason="[trap]"),
)


def test_the_reference_runs_most_and_takes_least() -> None:
    assert reference_of(SUITE) == "fast@1.0.0"
    assert reference_of([cell("partly", "b", None, status=Status.TRAPPED, reason="[trap]")]) is None


def test_own_modules_have_a_summary_of_their_own() -> None:
    workloads = (
        cell(NATIVE, "crc32", 10, own=False),
        cell("fast", "crc32", 40, own=False),
        cell("slow", "crc32", 90, own=False),
    )
    found = {(one.runtime, one.relative_to): one for one in summaries((*workloads, *SUITE))}
    assert set(found) == {
        *((name, NATIVE) for name in (NATIVE, "fast", "slow")),
        *((name, "fast@1.0.0") for name in ("fast", "slow", "partly")),
    }
    means = {key: one.slow_down.mean for key, one in found.items() if one.slow_down is not None}
    assert means["slow", NATIVE] == 9
    assert means["fast", "fast@1.0.0"] == 1
    assert means["slow", "fast@1.0.0"] == pytest.approx(4)
    assert means["partly", "fast@1.0.0"] == pytest.approx(0.1)
    (missing,) = found["partly", "fast@1.0.0"].missing
    assert (missing.workload, missing.status) == ("b", Status.TRAPPED)


def test_they_have_tables_of_their_own() -> None:
    benchmark = Benchmark(Comparison((cell(NATIVE, "crc32", 10, own=False), *SUITE), 1.0, 0))
    titles = [table.title.partition(" / ")[0] for table in benchmark_tables(benchmark)]
    assert titles == [
        "crc32",
        "a",
        "b",
        "instructions relative to fast@1.0.0",
        "summary of your modules",
    ]
    document = benchmark.to_dict()
    assert document["relative"]["slow@1.0.0/b/b/bare/p"] == 8
    assert set(document["slow_downs"]) == {"native@1.0.0/crc32/b/bare/p"}


def test_a_flat_row_has_region_score_and_bytes() -> None:
    one = cell("fast", "a", 100)
    assert one.run is not None
    counts = one.run.instructions.model_copy(update={"region": 40})
    made = one.provenance.model_copy(update={"module_bytes": 300, "sent_zlib_bytes": 150, "update_bytes": 20})
    changed = {"instructions": counts, "score": Score(5.0, 4.0, 6.0, "rounds", 7.0)}
    row = flat_row(one.model_copy(update={"run": one.run.model_copy(update=changed), "provenance": made}))
    assert row["instructions_region"] == 40
    assert (row["score"], row["score_low"], row["score_high"]) == (5.0, 4.0, 6.0)
    assert (row["module_sent"], row["module_zlib"], row["module_update"]) == (300, 150, 20)
    without = flat_row(cell("fast", "a", 100, own=False))
    assert (without["instructions_region"], without["score"], without["module_sent"]) == (None, None, None)
