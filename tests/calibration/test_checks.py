"""The checks' arithmetic, by hand."""

import pytest

from wasmfit.catalog import Catalog
from wasmfit.model import Activity, Core, SetupChoice, Timing

from .checks import Model, Ran, fitted, left_out, natively, pairs, sensitivities
from .coverage import Held, Loop, SetUp, coverage, held_loops, held_means, held_natively, held_setups
from .reference import FITTED, LOOPS, NATIVE, PUBLISHED, SETUPS

MODEL = Model(
    Core.model_validate(
        {"name": "c", "title": "c", "source": "s", "cycle_costs": {"alu": 1, "load": [1, 2, 4], "store": 1}}
    ),
    Timing.model_validate(
        {"core": "c", "cycle_costs": {"reads": [0, 1, 2]}, "error": 0.1, "calibrated": True, "source": "b"}
    ),
)


def ran(runtime: str, program: str = "p", **counts: int) -> Ran:
    return Ran(runtime, "b", program, Activity(**counts))


A = ran("a", alu=60, load=40, reads=20)  # 60 + 80 + 20
B = ran("b", alu=90, load=10, reads=10)  # 90 + 20 + 10


def test_a_mean() -> None:
    assert MODEL.per_instruction(A)[1] == pytest.approx(1.6)
    assert MODEL.mean([A, B])[1] == pytest.approx((1.6 + 1.2) / 2)


def test_a_price_at_another_value() -> None:
    assert MODEL.with_price("reads", 3).per_instruction(A)[1] == pytest.approx(2.0)
    assert MODEL.at("load", lambda price: price.high).per_instruction(A)[1] == pytest.approx(2.4)


def test_what_is_fitted_meets_what_it_is_fitted_to() -> None:
    assert fitted(MODEL, "reads", {"a": 1.9}, {"a": [A]}) == pytest.approx(2.5)
    both = fitted(MODEL, "reads", {"a": 1.4 + 0.2 * 3, "b": 1.1 + 0.1 * 3}, {"a": [A], "b": [B]})
    assert both == pytest.approx(3)
    assert fitted(MODEL, "divide", {"a": 2}, {"a": [A]}) == 0


def test_a_mean_that_is_left_out_has_no_say() -> None:
    cells = {"a": [A], "b": [B]}
    found = left_out(MODEL, "reads", {"a": 99.0, "b": 1.3}, cells)
    price, mean = found["a"]
    assert price == pytest.approx(2)
    assert mean == pytest.approx(1.4 + 0.2 * 2)
    assert found["b"][0] == pytest.approx((99 - 1.4) / 0.2)


def test_what_moves_a_mean_most_comes_first() -> None:
    first, second = sensitivities(MODEL, [A])
    assert (first.measure, second.measure) == ("load", "reads")
    assert first.less == pytest.approx(-40 / 160)
    assert first.more == pytest.approx(80 / 160)


def test_only_the_same_program_is_compared() -> None:
    other = ran("b", program="q", alu=1)
    (found,) = pairs([A, B, other], {"b": MODEL})
    assert found[:2] == (A, B)
    assert found[2].typical == pytest.approx(160 / 120)


def test_chips_against_each_other() -> None:
    cells = [Ran("native", "slow", "k", Activity(alu=300)), Ran("native", "fast", "k", Activity(alu=250))]
    (found,) = natively(cells, {"slow": MODEL, "fast": MODEL}, {"slow": 3.0, "fast": 3.9})
    assert (found.faster, found.slower) == ("fast", "slow")
    assert found.predicted == pytest.approx(1.2)
    assert found.published == pytest.approx(1.3)
    # A tenth of error of each board, to both sides.
    assert found.low == pytest.approx(1.2 * (1 - 0.1 * 2**0.5))
    assert found.high == pytest.approx(1.2 * (1 + 0.1 * 2**0.5))
    (held,) = held_natively([found])
    assert held.is_inside
    assert held.board == "fast, slow"


def test_the_share_inside_the_bars_is_told_board_by_board() -> None:
    figures = [
        Held("b", "x", 0.9, 1.0, 1.1, 1.1),
        Held("b", "y", 0.9, 1.0, 1.3, 1.31),
        Held("b", "z", 0.8, 1.0, 1.2, 1.0, fitted=True),
        Held("a", "x", 0.9, 1.0, 1.1, 0.89),
    ]
    first, second = coverage(figures)
    assert (first.board, first.inside, first.total, first.share) == ("a", 0, 1, 0)
    assert (second.board, second.inside, second.total, second.fitted) == ("b", 2, 3, 1)
    assert second.width == pytest.approx(0.4)


def test_means_are_held_against_their_bars() -> None:
    cells = {("a", "b"): [A], ("b", "b"): [B]}
    first, second = held_means({"b": MODEL}, {("a", "b"): 1.5, ("b", "b"): 9.0}, cells, {"b"})
    assert (first.board, first.is_inside, first.fitted) == ("b", True, True)
    assert first.predicted == pytest.approx(1.6)
    assert not second.is_inside


def test_loops_and_set_ups_are_those_of_the_board_as_it_was() -> None:
    timing = MODEL.timing.model_copy(
        update={
            "setup": {
                "cache": SetupChoice.model_validate(
                    {
                        "title": "t",
                        "default": "on",
                        "values": {
                            "on": {"says": ""},
                            "off": {"says": "", "cycle_costs": {"fetches": 4}, "source": "s"},
                        },
                    }
                )
            }
        }
    )
    models = {"b": Model(MODEL.core, timing)}
    activity = Activity(alu=16, fetches=2)
    (loop,) = held_loops(models, [Loop("b", "l", activity, 23, "s", {"cache": "off"})])
    assert loop.predicted == 24
    assert loop.is_inside
    other = SetUp("b", {"cache": "off"}, 1.5, "s")
    (figure,) = held_setups(models, [other], [Ran("native", "b", "p", activity)])
    assert figure.predicted == pytest.approx(1.5)
    assert figure.fitted


def test_references_are_of_boards_and_prices_that_there_are() -> None:
    catalog = Catalog.load()
    for name in {board for _, board in PUBLISHED} | NATIVE.keys():
        assert catalog.board(name).timing is not None
    for figure in (*LOOPS, *SETUPS):
        timing = catalog.board(figure.board).timing
        assert timing is not None
        assert set(figure.assumed) <= set(timing.setup)
    for name, measure in FITTED.items():
        timing = catalog.board(name).timing
        assert timing is not None
        assert measure in timing.cycle_costs


def test_what_others_measured_of_loops_is_inside() -> None:
    catalog = Catalog.load()
    models = {}
    for loop in LOOPS:
        board = catalog.board(loop.board)
        core = catalog.core(board)
        assert core is not None
        assert board.timing is not None
        models[loop.board] = Model(core, board.timing)
    assert [held.what for held in held_loops(models, LOOPS) if not held.is_inside] == []
