"""The same runtimes on several bases: what they cost does not come from what lies below them."""

import pytest

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.home import Home
from wasmfit.model import Measurement, Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

# One in C, whose objects are the same on every base, and one in Rust, which is optimised as a whole with it.
RUNTIMES = ("wasm3", "wasefire")


@pytest.fixture(scope="module")
def on_bases(warm_home: Home) -> Comparison:
    return wasmfit.compare(
        runtimes=RUNTIMES, bases=["bare", "embassy"], select=["w*@*/*"], home=warm_home.root
    )


def cells(comparison: Comparison, runtime: str) -> tuple[Measurement, Measurement]:
    """The runtime on bare and on embassy."""
    bare, embassy = (one for one in comparison.measurements if one.runtime == runtime)
    assert (bare.base, embassy.base) == ("bare", "embassy")
    return bare, embassy


def test_all_run_with_the_right_results(on_bases: Comparison) -> None:
    assert {one.status for one in on_bases.measurements} == {Status.OK}
    assert all(call.right for one in on_bases.measurements if one.run for call in one.run.calls)


def test_executor_hal_and_time_driver_are_in_the_image_and_the_bases(on_bases: Comparison) -> None:
    bare, embassy = cells(on_bases, "baseline")
    assert bare.size is not None
    assert embassy.size is not None
    owners = embassy.size.owners[".text"]
    assert min(owners[name] for name in ("embassy_executor", "embassy_nrf", "base")) > 0
    assert not any(name.startswith("embassy") for name in bare.size.owners[".text"])
    assert embassy.size.runtime_crates == bare.size.runtime_crates == 0
    # Its vectors are those of the chip: the stack, 15 of the core, and the 48 interrupts of an nRF52840.
    vectors = sum(embassy.size.owners[".vector_table"].values())
    assert vectors == 4 * (1 + 15 + 48)
    assert vectors < sum(bare.size.owners[".vector_table"].values())


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_runtime_costs_the_same_on_each(on_bases: Comparison, runtime: str) -> None:
    bare, embassy = cells(on_bases, runtime)
    assert bare.size is not None
    assert embassy.size is not None
    assert bare.run is not None
    assert embassy.run is not None
    assert embassy.size.flash > bare.size.flash
    within = 0 if runtime == "wasm3" else 0.02
    assert abs(embassy.size.runtime_crates / bare.size.runtime_crates - 1) <= within
    assert embassy.run.heap_peak == bare.run.heap_peak
    steady = (embassy.run.instructions.call, bare.run.instructions.call)
    assert all(count is not None for count in steady)
    assert steady[0] == pytest.approx(steady[1], rel=0.01)


def test_each_has_the_baseline_of_its_base(on_bases: Comparison) -> None:
    for one in on_bases.measurements:
        (baseline,) = (
            other for other in on_bases.measurements if other.runtime == "baseline" and other.base == one.base
        )
        assert one.baseline == baseline.size


# A HAL each whose start-up code waits for peripherals before a base has its turn, and what it is called.
ELSEWHERE = {
    "picow": ("embassy_rp",),
    "esp32c3": ("esp_hal", "esp_rtos"),
    "esp32c6": ("esp_hal", "esp_rtos"),
}


IN_MINUTES = pytest.mark.slow
"""Each HAL is a minute of builds; one of them is built every time."""


def elsewhere(home: Home, board: str) -> Comparison:
    """wasm3 on both bases of a board; the second time from the store."""
    return wasmfit.compare(runtimes=["wasm3"], boards=[board], bases=["bare", "embassy"], home=home.root)


@pytest.mark.parametrize(
    "board",
    [pytest.param("picow", marks=IN_MINUTES), pytest.param("esp32c3", marks=IN_MINUTES), "esp32c6"],
)
def test_on_chips_whose_hal_starts_first_a_runtime_costs_the_same_too(warm_home: Home, board: str) -> None:
    here = {(one.runtime, one.base): one for one in elsewhere(warm_home, board).measurements}
    assert {one.status for one in here.values()} == {Status.OK}
    assert all(call.right for one in here.values() if one.run for call in one.run.calls)
    embassy = here["baseline", "embassy"].size
    assert embassy is not None
    assert all(embassy.owners[".text"][name] > 0 for name in (*ELSEWHERE[board], "embassy_executor", "base"))
    assert embassy.runtime_crates == 0
    one, other = here["wasm3", "bare"], here["wasm3", "embassy"]
    assert one.size is not None
    assert other.size is not None
    assert one.run is not None
    assert other.run is not None
    assert other.size.runtime_crates == one.size.runtime_crates
    assert other.run.instructions.call == one.run.instructions.call
    # Nothing of start-up is left on the stack: what the run needs is not a reserved word at its end.
    assert other.run.least_ram is not None
    assert other.run.least_ram.stack is not None
    assert other.run.stack_peak is not None
    assert other.run.least_ram.stack < 2 * other.run.stack_peak


@pytest.mark.parametrize("board", [pytest.param("esp32c3", marks=IN_MINUTES), "esp32c6"])
def test_code_in_ram_is_counted_in_ram_and_in_flash(warm_home: Home, board: str) -> None:
    (size,) = (
        one.size
        for one in elsewhere(warm_home, board).measurements
        if (one.base, one.runtime) == ("embassy", "baseline")
    )
    assert size is not None
    code = sum(size.owners[".rwtext"].values())
    assert size.owners[".rwtext"]["esp_hal"] > 0
    # On the ESP32-C3, it is linked to addresses outside of RAM as data has it.
    assert size.ram_static >= code + size.data + size.bss
    assert size.flash >= size.text + size.rodata + code + size.data
