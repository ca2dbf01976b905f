"""Predicted times, charges and energies that are required, and who holds them."""

import json

import pytest

from tests.samples import measurement, prediction, renamed, with_prediction
from wasmfit.analysis.evidence import declared_source
from wasmfit.analysis.fit import Fit
from wasmfit.analysis.prediction_limits import parse_needs
from wasmfit.analysis.ranking import rank
from wasmfit.analysis.requirements import BoardRequirements, RuntimeRequirements
from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Prediction
from wasmfit.report.fit import to_csv, to_json, to_text


def cell(name: str, start: Prediction | None, module: str = "add-with-extra") -> Measurement:
    return with_prediction(
        renamed(measurement(), f"{name}@1.0/{module}/nrf52840dk/bare/reference"), 1e-6, start=start
    )


def ranked(*cells: Measurement, needs: str) -> Fit:
    required = RuntimeRequirements.of(needs=needs)
    limits = BoardRequirements(1 << 20, 1 << 18, required.features, limits=required.limits)
    return rank(cells, limits, board_title="Nordic nRF52840 DK", sources=(declared_source,))


def test_features_and_times_are_told_apart() -> None:
    features, limits = parse_needs("simd, start<20ms,call<1.5us,fuel")
    assert features == ("simd", "fuel")
    assert [(limit.what, limit.most, limit.text) for limit in limits] == [
        ("start", 0.02, "start<20ms"),
        ("call", 1.5e-6, "call<1.5us"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("load<2ms", "start<20ms, load and instantiation; call<1ms"),
        ("start<2", "20ms"),
        ("start<much", "20ms"),
        ("charge<5", "Charges are 20mC"),
        ("charge<5us", "Charges are 20mC"),
        ("energy<5uC", "Energies are 20mJ"),
        ("start", "start"),
    ],
)
def test_a_limit_that_is_not_understood_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        RuntimeRequirements.of(needs=text)
    assert words in f"{refused.value} {refused.value.remedy}"


def test_who_starts_too_late_does_not_fit() -> None:
    fit = ranked(
        cell("fast", prediction(10e-3)),
        cell("close", prediction(19e-3)),
        cell("slow", prediction(30e-3)),
        cell("unknown", None),
        needs="start<20ms",
    )
    assert [runtime.measurement.runtime for runtime in fit.ranked] == ["close", "fast"]
    reasons = {runtime.measurement.runtime: runtime.reasons for runtime in fit.rejected}
    assert {name: [reason.criterion for reason in found] for name, found in reasons.items()} == {
        "slow": ["start"],
        "unknown": ["start"],
    }
    (slow,), (unknown,) = reasons["slow"], reasons["unknown"]
    assert slow.sentence == ("start<20ms: load and instantiation are predicted to take ≈30 ms (27–33)")
    assert "no timing model" in unknown.sentence
    # 17.1 to 20.9 ms: it may hold or not.
    assert "start<20ms is within the error bar, and so inconclusive, of close 1.0" in fit.caveats


def test_the_longest_of_the_modules_counts() -> None:
    cells = [cell("a", prediction(5e-3)), cell("a", prediction(25e-3), "crc32")]
    (rejected,) = ranked(*cells, needs="start<20ms").rejected
    assert "≈25 ms" in rejected.reasons[0].sentence
    (first,) = ranked(*cells, needs="start<30ms").ranked
    assert first.start == pytest.approx((25e-3, 22.5e-3, 27.5e-3))


def test_every_format_has_it() -> None:
    fit = ranked(cell("fast", prediction(10e-3)), needs="start<20ms,call<1ms")
    text = to_text(fit, explain=True)
    assert "start<20ms, call<1ms required" in fit.sentence
    assert "predicted start" in text
    assert "fast 1.0: start<20ms: load and instantiation are predicted to take ≈10 ms (9–11)" in text
    assert "fast 1.0: call<1ms: a warm call is predicted to take ≈1 µs (0.9–1.1)" in text
    document = json.loads(to_json(fit))
    assert document["needs"] == ["start<20ms", "call<1ms"]
    (first,) = document["ranked"]
    assert first["start"]["value"] == 10e-3
    assert [(time["need"], time["limit_s"], time["unsure"]) for time in first["times"]] == [
        ("start<20ms", 0.02, False),
        ("call<1ms", 0.001, False),
    ]
    assert "start_high" in to_csv(fit).splitlines()[0]
    # Where no limit of it is required, the table has no room for it.
    assert "predicted start" not in to_text(ranked(cell("fast", prediction(10e-3)), needs=""))


def test_who_takes_too_much_from_the_supply_does_not_fit() -> None:
    frugal = with_prediction(renamed(measurement(), "frugal@1.0/m/pico2/bare/reference"), 10e-6, supply=True)
    greedy = with_prediction(renamed(measurement(), "greedy@1.0/m/pico2/bare/reference"), 80e-6, supply=True)
    silent = with_prediction(renamed(measurement(), "silent@1.0/m/pico2/bare/reference"), 1e-6)
    fit = ranked(frugal, greedy, silent, needs="charge<150nC,energy<1.5uJ")
    assert [runtime.measurement.runtime for runtime in fit.ranked] == ["frugal"]
    reasons = {
        runtime.measurement.runtime: [one.sentence for one in runtime.reasons] for runtime in fit.rejected
    }
    # 80 µs at 10 mA; at most 88 µs at 20 mA.
    assert reasons["greedy"] == [
        "charge<150nC: a call is predicted to take ≈0.8 µC (0.72–1.76)",
        "energy<1.5uJ: a call is predicted to take ≈2.4 µJ (2.16–5.28)",
    ]
    assert all("timing.currents" in sentence for sentence in reasons["silent"])
    # 0.1 µC, at most 0.22: it may hold or not.
    assert "charge<150nC is within the error bar, and so inconclusive, of frugal 1.0" in fit.caveats
    (first,) = json.loads(to_json(fit))["ranked"]
    assert first["times"] == []
    assert [(one["need"], one["limit"], one["unit"], one["unsure"]) for one in first["supply"]] == [
        ("charge<150nC", 150e-9, "C", True),
        ("energy<1.5uJ", 1.5e-6, "J", False),
    ]
    assert first["supply"][0]["predicted"]["value"] == pytest.approx(1e-7)
