"""``wasmfit features`` in each format."""

import csv
import io
import json
from dataclasses import replace

from tests.report.many import features
from wasmfit.analysis.features import FeaturesMeasured, merged
from wasmfit.model import AssertionOutcome, Failing, FeatureMeasured, FeatureVerdict, RuntimeFeatures
from wasmfit.report import FAILING_FORMATS, FEATURE_FORMATS, Format

_FAILING = Failing(
    runtime="wasmi",
    version="2.0.0",
    feature="simd",
    part="simd",
    file="simd_const.wast",
    line=7,
    outcome=AssertionOutcome.FAILED,
    action="f(\x1b)",
    expected="v128:01",
    got="v128:00",
)


def _measured() -> FeaturesMeasured:
    have = (
        FeatureMeasured(feature="mvp", verdict=FeatureVerdict.YES, passed=10, total=10),
        FeatureMeasured(
            feature="simd",
            verdict=FeatureVerdict.PARTLY,
            passed=1234,
            total=2000,
            reason="failed at simd_const.wast:7: v128:00",
            outcomes={AssertionOutcome.PASSED: 1234, AssertionOutcome.FAILED: 766},
        ),
        FeatureMeasured(
            feature="gc", verdict=FeatureVerdict.NO, total=5, reason="refused at [b]gc|[/b].wast:1"
        ),
        FeatureMeasured(feature="component", verdict=FeatureVerdict.UNMEASURABLE, reason="no part for it"),
    )
    none = tuple(
        FeatureMeasured(feature=one.feature, verdict=FeatureVerdict.UNMEASURABLE, reason="there is no glue")
        for one in have
    )
    return FeaturesMeasured(
        runtimes=(
            RuntimeFeatures(runtime="wasmi", version="2.0.0", board="b", profile="p", features=have),
            RuntimeFeatures(runtime="wasm2c", version="1.0.42", board="b", profile="p", features=none),
        ),
        titles={"mvp": "MVP", "simd": "SIMD", "gc": "GC", "component": "component model"},
        look=lambda: (_FAILING,),
        notes=("assertions: the suite",),
        failures={},
        seconds=1.0,
        reused=2,
        cells=4,
    )


def test_json_is_the_contract() -> None:
    document = json.loads(FEATURE_FORMATS[Format.JSON](_measured()))
    assert document["schema"] == 1
    (first, _) = document["runtimes"]
    assert {"runtime", "version", "features"} <= first.keys()
    assert [one["verdict"] for one in first["features"]] == ["yes", "partly", "no", "unmeasurable"]
    assert {"feature", "verdict", "passed", "total", "reason"} <= first["features"][1].keys()
    assert first["features"][1]["outcomes"] == {"passed": 1234, "failed": 766}
    assert first["features"][0]["reason"] is None


def test_the_table_says_how_much_and_why() -> None:
    text = FEATURE_FORMATS[Format.TABLE](_measured())
    assert "partly (1,234 of 2,000)" in text
    assert "wasmi@2.0.0, SIMD: partly: failed at simd_const.wast:7: v128:00" in text
    # What is said of all features is said once.
    assert text.count("there is no glue") == 1
    assert "wasm2c@1.0.42, everything: not measurable: there is no glue" in text
    assert "[b]gc|[/b]" in text


def test_markdown_escapes_what_would_break_it() -> None:
    assert "gc\\|" in FEATURE_FORMATS[Format.MARKDOWN](_measured())


def test_csv_has_a_line_for_every_runtime_and_feature() -> None:
    rows = list(csv.DictReader(io.StringIO(FEATURE_FORMATS[Format.CSV](_measured()))))
    assert len(rows) == 8
    assert (rows[1]["runtime"], rows[1]["passed"], rows[1]["total"]) == ("wasmi", "1234", "2000")


def test_failing_assertions_in_each_format() -> None:
    measured = _measured()
    text = FAILING_FORMATS[Format.TABLE](measured)
    assert "simd/simd_const.wast:7" in text
    assert "v128:01" in text
    (one,) = json.loads(FAILING_FORMATS[Format.JSON](measured))["failing"]
    assert (one["file"], one["line"], one["got"]) == ("simd_const.wast", 7, "v128:00")
    assert FAILING_FORMATS[Format.CSV](measured).startswith("runtime,version,feature,part,file,line,")
    assert "v128:00" in FAILING_FORMATS[Format.MARKDOWN](measured)


def test_a_table_of_thousands_is_cut_and_says_so() -> None:
    measured = _measured()
    many = replace(measured, look=lambda: (_FAILING,) * 300)
    text = FAILING_FORMATS[Format.TABLE](many)
    assert text.count("simd/simd_const.wast:7") == 200
    assert "300 assertions do not hold" in text
    assert "100 more are in the formats csv and json" in text
    assert FAILING_FORMATS[Format.CSV](many).count("simd_const.wast") == 300


def test_of_two_records_the_first_that_has_a_feature_counts() -> None:
    new, old = features("wasm3"), features("wasm3")
    kept = new.features[1:2]
    (found,) = merged(
        [new.model_copy(update={"features": kept}), old.model_copy(update={"measured_at": "2020"})]
    )
    assert found.features == (*kept, *(one for one in old.features if one.feature != kept[0].feature))
    assert found.measured_at == new.measured_at
    assert len(merged([new, new.model_copy(update={"board": "pico2"})])) == 2
