"""Every figure has one name, and it is known what it is."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import failed, measurement, metric_amounts, unsearched, with_prediction
from wasmfit.analysis.amounts import Amount, amount_text
from wasmfit.analysis.metric_values import metric_value, metric_values, ram_needed
from wasmfit.analysis.metrics import ALIASES, OWNERS, Better, MetricKind, metric, metric_names
from wasmfit.errors import UsageError
from wasmfit.model import Activities, Activity, Measurement


def full() -> Measurement:
    one = with_prediction(measurement(published={"text": 511_300}), 2e-5)
    assert one.run is not None
    activity = Activities(call=Activity(alu=7))
    return one.model_copy(update={"run": one.run.model_copy(update={"activity": activity})})


def leaves(metric_value: object, path: str = "") -> Iterator[tuple[str, int | float]]:
    if isinstance(metric_value, dict):
        for name, part in metric_value.items():
            yield from leaves(part, f"{path}.{name}" if path else str(name))
    elif isinstance(metric_value, int | float) and not isinstance(metric_value, bool):
        yield path, metric_value


def test_it_is_known_of_every_figure_what_it_is() -> None:
    """A new field of the record needs a rule: what its unit is, and whether less of it is better."""
    assert [metric(name).name for name in metric_names()] == list(metric_names())
    assert len(metric_names()) == len(set(metric_names())) > 190


def test_a_figures_name_is_its_path_in_the_contract() -> None:
    one = full()
    contract = dict(leaves(json.loads(one.model_dump_json())))
    found = metric_amounts(one)
    for name, amount in found.items():
        if name.startswith(OWNERS):
            section, _, owner = name.removeprefix(OWNERS).partition("/")
            assert one.size is not None
            assert one.size.owners[section][owner] == amount.value
        elif name in contract:
            assert contract[name] == amount.value
        else:
            assert name in ("flash_over_baseline", "ram_needed")
    ends = ("_low", "_high", "_low_s", "_high_s")
    left_out = {
        name
        for name in contract.keys() - found.keys()
        if not (name.startswith(("baseline.", "size.owners.")) or name.endswith(ends) or name in ALIASES)
    }
    assert left_out == {"run.result", "run.expected"}
    assert found.keys() - {name for name in found if name.startswith(OWNERS)} <= set(metric_names())


def test_one_figure_alone_is_the_same() -> None:
    for one in (full(), measurement(), failed()):
        every = metric_values(one)
        for name in {*metric_names(), *every, "size.owners/.text/nobody"}:
            assert metric_value(one, name) == every.get(name), name


def test_what_is_unknown_is_missing_and_no_zero() -> None:
    assert "run.heap.held" not in metric_amounts(measurement())
    assert metric_amounts(failed()) == {}


def test_a_prediction_comes_with_its_error_bar() -> None:
    found = metric_amounts(full())["run.predicted.call.time_s"]
    assert found == Amount(2e-5, 2e-5 * 0.9, 2e-5 * 1.1)
    described = metric("run.time_s")
    assert (described.name, described.kind) == ("run.predicted.call.time_s", MetricKind.PREDICTED)
    assert amount_text(found, "s") == "≈20 µs (18–22)"


def test_computed_figures() -> None:
    one = measurement()
    assert one.run is not None
    assert one.run.least_ram is not None
    assert ram_needed(one) == one.run.least_ram.bytes
    assert ram_needed(unsearched(one)) == 4_288 + 1_200 + 9_000 + 65_536
    assert metric_amounts(one)["flash_over_baseline"].value == 95_000
    assert "flash_over_baseline" not in metric_amounts(measurement(baseline=None))


def test_without_activity_the_rest_is_the_same() -> None:
    every, some = metric_values(full()), metric_values(full(), activity=False)
    assert {
        name: metric_value for name, metric_value in every.items() if not name.startswith("run.activity")
    } == some
    assert every["run.activity.call.alu"] == 7


@pytest.mark.parametrize(
    ("name", "unit", "better", "kind"),
    [
        ("size.flash", "B", Better.LESS, MetricKind.MEASURED),
        ("size.owners/.text/wasmi", "B", Better.LESS, MetricKind.MEASURED),
        ("size.owners/.text/a/b", "B", Better.LESS, MetricKind.MEASURED),
        ("run.heap.largest_free", "B", Better.MORE, MetricKind.MEASURED),
        ("run.predicted.call.per_s", "1/s", Better.MORE, MetricKind.PREDICTED),
        ("run.instructions.call", "instructions", Better.LESS, MetricKind.MEASURED),
        ("published.text", "B", Better.NEITHER, MetricKind.PUBLISHED),
    ],
)
def test_what_figures_are(name: str, unit: str, better: Better, kind: MetricKind) -> None:
    found = metric(name)
    assert (found.name, found.unit, found.better, found.kind) == (name, unit, better, kind)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("size.flsh", "Perhaps you meant size.flash"),
        ("flash", "size.flash"),
        ("run.instructions.cal", "run.instructions.call"),
        ("size.owners", "size.owners/.text/OWNER"),
        ("size.owners/.text", "size.owners/.text/OWNER"),
        ("zzz", "Metrics are the paths of"),
    ],
)
def test_a_name_that_is_none_is_refused_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match="There is no metric named") as error:
        metric(name)
    assert hint in error.value.remedy


@given(st.text())
def test_any_name_is_a_figure_or_refused(name: str) -> None:
    if name in metric_names() or name in ALIASES or (name.startswith(OWNERS) and name.count("/") > 1):
        assert metric(name).name == ALIASES.get(name, name)
        return
    with pytest.raises(UsageError) as error:
        metric(name)
    assert str(error.value).isprintable()


NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_bars_meet_symmetrically(low: float, high: float, other_low: float, other_high: float) -> None:
    low, high = sorted((low, high))
    other_low, other_high = sorted((other_low, other_high))
    one, other = Amount(low, low, high), Amount(other_low, other_low, other_high)
    assert one.overlaps(other) == other.overlaps(one) == (max(low, other_low) <= min(high, other_high))
    assert one.overlaps(one)


@given(st.one_of(st.integers(0, 2**60), NUMBERS), st.sampled_from(["B", "s", "", "cycles", "1/s"]))
def test_any_amount_can_be_shown(metric_value: float, unit: str) -> None:
    assert amount_text(Amount(metric_value), unit)
    assert amount_text(Amount(metric_value, metric_value * 0.9, metric_value * 1.1), unit)
    assert amount_text(None, unit) == "?"
