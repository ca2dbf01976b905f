"""Documents for the HTML report: a small one with something hostile in it, and one of a thousand cells."""

from dataclasses import replace
from itertools import product

from tests.samples import failed, measurement, run, size
from wasmfit.analysis.document import (
    ByteNode,
    FlameGraph,
    ImageTree,
    OwnerClass,
    ReportDocument,
    RuntimeNote,
    Trend,
    TrendPoint,
)
from wasmfit.catalog import Catalog
from wasmfit.model import (
    FeatureMeasured,
    FeatureVerdict,
    InstructionCounts,
    Measurement,
    Prediction,
    Predictions,
    RuntimeFeatures,
    Status,
)

from .documents import document

HOSTILE = "<img src=x onerror=\"document.title='run'\">"
BREAKOUT = "</script><script>document.title='run'</script>"
CLASSES = {"wasmi": OwnerClass.RUNTIME, "core": OwnerClass.STANDARD}


def cell(
    runtime: str, version: str = "1.0.0", *, module: str = "sha256", flash: int = 100_000, call: int = 5_000
) -> Measurement:
    """A cell that ran, with a predicted time."""
    ran = run().model_copy(
        update={
            "instructions": InstructionCounts(
                load=1_000, instantiate=2_000, first_call=call + 100, call=call
            ),
            "predicted": Predictions(
                calibrated=True,
                source="a model",
                call=Prediction(
                    cycles=2 * call,
                    cycles_low=call,
                    cycles_high=3 * call,
                    time_s=2 * call / 64e6,
                    time_low_s=call / 64e6,
                    time_high_s=3 * call / 64e6,
                ),
            ),
        }
    )
    return measurement(
        runtime,
        version,
        id=f"{runtime}@{version}/{module}/nrf52840dk/bare/reference",
        module=module,
        size=size(flash - 21_000),
        run=ran,
    )


def notes(*names: str) -> list[RuntimeNote]:
    return [RuntimeNote(name, name.split("-")[0], name, bound=name == "native") for name in names]


def features(runtime: str) -> RuntimeFeatures:
    """A runtime's features: one of every verdict, with hostile evidence."""
    return RuntimeFeatures(
        runtime=runtime,
        version="1.0.0",
        board="nrf52840dk",
        profile="reference",
        measured_at="2026-11-24T10:00:00+00:00",
        features=(
            FeatureMeasured(feature="mvp", verdict=FeatureVerdict.YES, passed=20_000, total=20_000),
            FeatureMeasured(feature="simd", verdict=FeatureVerdict.NO, passed=0, total=12, reason=HOSTILE),
            FeatureMeasured(
                feature="bulk-memory",
                verdict=FeatureVerdict.PARTLY,
                passed=7,
                total=9,
                reason="failed at memory_copy.wast:12",
            ),
            FeatureMeasured(feature="threads", verdict=FeatureVerdict.UNMEASURABLE, reason="one core"),
        ),
    )


def small() -> ReportDocument:
    """Runtimes and native code on two workloads, with every optional part, and hostile text."""
    cells = [cell("native", module=module, flash=30_000, call=100) for module in ("sha256", "fft")]
    cells += [cell("wasm3", module=module, flash=80_000, call=2_000) for module in ("sha256", "fft")]
    cells += [cell("wamr", module=module, flash=70_000, call=4_000) for module in ("sha256", "fft")]
    cells.append(cell("large", flash=2_000_000, call=3_000))
    cells.append(cell("odd"))
    cells.append(failed(Status.FAULTED, HOSTILE).model_copy(update={"module": "fft"}))
    root = image(HOSTILE, BREAKOUT)
    return document(
        cells,
        boards=list(Catalog.load().boards.values()),
        runtimes=notes("native", "wasm3", "wamr", "large", "odd", "broken"),
        title=f"Report {BREAKOUT} {HOSTILE} {{{{data}}}}",
        owner_classes=CLASSES,
        images=[ImageTree(one.id, root) for one in cells if one.status is Status.OK],
        flames=[
            FlameGraph(
                cells[2].id, ("call",), ByteNode("all", 500, (ByteNode(HOSTILE, 400), ByteNode("main", 100)))
            )
        ],
        features=[features("wasm3"), features("wamr")],
        feature_titles={"simd": "128-bit SIMD"},
        history=[
            Trend(
                cells[2].id,
                "size.flash",
                "B",
                "time",
                (TrendPoint("2026-11-01 10:00", 70_000), TrendPoint("2026-11-02 10:00", 80_000, HOSTILE)),
                4,
            ),
            Trend(
                cells[2].id,
                "run.instructions.call",
                "instructions",
                "time",
                (TrendPoint("2026-11-01 10:00", 2_000),),
                4,
            ),
            Trend(
                "wamr/fft/nrf52840dk/bare/reference",
                "run.least_ram.bytes",
                "B",
                "version",
                (TrendPoint("0.4", 90_112), TrendPoint("1.0.0", 82_320, "-7,792 (-8.6%)")),
                2,
            ),
        ],
    )


def image(*names: str) -> ByteNode:
    """An image's bytes, down to symbols of these names."""
    symbols = tuple(ByteNode(name, 3_000 - 7 * number) for number, name in enumerate(names))
    owner = ByteNode("wasmi", sum(one.bytes for one in symbols), symbols)
    rows = (owner, ByteNode("core", 500))
    section = ByteNode(".text", sum(one.bytes for one in rows), rows)
    flash = ByteNode("flash", section.bytes, (section,))
    return ByteNode("total", flash.bytes + 40, (flash, ByteNode("RAM", 40)))


def thousand() -> ReportDocument:
    """25 builds, 2 boards, 2 profiles, 10 workloads; an image of 300 symbols for each of 100 builds."""
    runtimes = [f"runtime{number % 9}-v{number}" for number in range(24)]
    cells = []
    for (number, name), board, profile, module in product(
        enumerate(["native", *runtimes]),
        ("nrf52840dk", "pico2"),
        ("reference", "small"),
        [f"workload-{number}" for number in range(10)],
    ):
        one = cell(name, module=module, flash=30_000 + 17_000 * number, call=100 + 41 * number * len(profile))
        at = f"{name}@1.0.0/{module}/{board}/bare/{profile}"
        if number % 7 == 3 and module == "workload-9":
            one = failed(Status.TRAPPED, "no SIMD").model_copy(update={"runtime": name, "module": module})
        cells.append(one.model_copy(update={"id": at, "board": board, "profile": profile}))
    symbols = [
        f"crate{number % 20}::module::function_{number}::<with a long generic argument>"
        for number in range(300)
    ]
    first = [one for one in cells if one.module == "workload-0"]
    return document(
        cells,
        boards=list(Catalog.load().boards.values()),
        runtimes=notes("native", *runtimes),
        owner_classes=CLASSES,
        images=[ImageTree(one.id, image(*symbols)) for one in first],
    )


def with_regions(document: ReportDocument) -> ReportDocument:
    """The same with a region of interest, a tenth of the warm call, in each cell that ran."""

    def one(measurement: Measurement) -> Measurement:
        run = measurement.run
        if run is None or run.instructions.call is None:
            return measurement
        counts = run.instructions.model_copy(update={"region": run.instructions.call // 10})
        times = run.predicted and run.predicted.model_copy(update={"region": run.predicted.call})
        changed = run.model_copy(update={"instructions": counts, "predicted": times})
        return measurement.model_copy(update={"run": changed})

    return replace(document, measurements=tuple(map(one, document.measurements)))


def suite(*, next_to_workloads: bool = False) -> ReportDocument:
    """Two modules of the user's on two runtimes, one of which runs one of them; with charges and sizes."""

    def own(runtime: str, module: str, call: int, sent: int = 300) -> Measurement:
        one = cell(runtime, module=module, call=call)
        assert one.run is not None
        assert one.run.predicted is not None
        assert one.run.predicted.call is not None
        drawn = replace(
            one.run.predicted.call,
            charge_c=2e-6,
            charge_low_c=1e-6,
            charge_high_c=4e-6,
            energy_j=6e-6,
            energy_low_j=3e-6,
            energy_high_j=12e-6,
        )
        predicted = one.run.predicted.model_copy(update={"call": drawn})
        made = {"module": f"/suite/{module}.wasm", "module_bytes": sent, "sent_zlib_bytes": sent // 2}
        return one.model_copy(
            update={
                "run": one.run.model_copy(update={"predicted": predicted}),
                "provenance": one.provenance.model_copy(update=made | {"update_bytes": 40}),
            }
        )

    broken = failed(Status.TRAPPED, "in call 2 of 3: [trap]").model_copy(
        update={"module": "pid", "id": "wamr@1.0.0/pid/nrf52840dk/bare/reference", "runtime": "wamr"}
    )
    cells = [
        own("wasm3", "fir", 1_000),
        own("wasm3", "pid", 2_000, 500),
        own("wamr", "fir", 3_000),
        broken.model_copy(update={"version": "1.0.0", "provenance": own("wamr", "pid", 1).provenance}),
        own("wasmi", "fir", 2_000),
        own("wasmi", "pid", 16_000, 500),
    ]
    if next_to_workloads:
        cells += [cell("native", call=100), cell("wasm3", call=2_000), cell("wasmi", call=4_000)]
    return document(
        cells,
        boards=list(Catalog.load().boards.values()),
        runtimes=notes("native", "wasm3", "wamr", "wasmi"),
        title="A suite",
    )
