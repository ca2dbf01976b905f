"""What an answer rests on, in words."""

from wasmfit.analysis.basis import Origin, basis_notes

THERE = Origin(False, "0.2.0", "Debian 12", "2026-12-01T08:00:00+00:00")
HERE = Origin(True, "0.2.0", "", "2026-12-03T08:00:00+00:00")


def test_measurements_from_elsewhere_say_so() -> None:
    assert basis_notes({"a": THERE, "b": THERE}) == (
        "measured with wasmfit 0.2.0, Debian 12, 2026-12-01; not on this machine",
    )
    assert THERE.sentence == "with wasmfit 0.2.0, Debian 12, 2026-12-01; not on this machine"


def test_several_days_are_a_period() -> None:
    later = Origin(False, "0.2.0", "Debian 12", "2026-12-04T08:00:00+00:00")
    assert basis_notes({"a": later, "b": THERE}) == (
        "measured with wasmfit 0.2.0, Debian 12, 2026-12-01 to 04; not on this machine",
    )


def test_own_measurements_are_counted_first() -> None:
    assert basis_notes({"a": THERE, "b": HERE, "c": THERE}) == (
        "1 of 3 cells: measured with wasmfit 0.2.0 on this machine, 2026-12-03",
        "2 of 3 cells: measured with wasmfit 0.2.0, Debian 12, 2026-12-01; not on this machine",
    )


def test_what_is_outdated_is_named_with_what_changed() -> None:
    old = Origin(False, "0.1.0", "Debian 12", "2026-11-01T08:00:00+00:00", ("runtime", "harness"))
    origins = {**{f"cell {number}": old for number in range(5)}, "new": THERE}
    assert basis_notes(origins)[-1] == (
        "outdated, since runtime and harness have changed: cell 0, cell 1, cell 2 and 2 more"
    )
    assert old.sentence.endswith("; not on this machine; outdated: runtime and harness have changed since")
    board = Origin(False, "0.1.0", "Debian 12", "2026-11-01T08:00:00+00:00", ("board",))
    assert board.sentence.endswith("outdated: board has changed since")


def test_nothing_says_nothing() -> None:
    assert basis_notes({}) == ()


def test_a_period_is_short() -> None:
    def said(*days: str) -> str:
        origins = {day: Origin(False, "0.2.0", "Debian 12", f"{day}T10:00:00+00:00") for day in days}
        (note,) = basis_notes(origins)
        return note.removeprefix("measured with wasmfit 0.2.0, Debian 12, ").partition(";")[0]

    assert said("2026-11-29") == "2026-11-29"
    assert said("2026-12-04", "2026-11-29", "2026-12-01") == "2026-11-29 to 12-04"
    assert said("2026-12-31", "2027-01-01") == "2026-12-31 to 2027-01-01"
