"""What a run says on stderr where there is no terminal: a line a cell, and nothing twice."""

import pytest

from tests.samples import failed, measurement, renamed
from wasmfit.cli.progress import ProgressReporter
from wasmfit.events import CellEnded, Started
from wasmfit.model import Measurement, Status


def lines(capsys: pytest.CaptureFixture[str], *cells: Measurement) -> list[str]:
    with ProgressReporter() as reporter:
        reporter(Started(len(cells), 0))
        for one in cells:
            reporter(CellEnded(one, reused=False))
    return capsys.readouterr().err.splitlines()


def of(module: str, one: Measurement) -> Measurement:
    return renamed(one, one.id.replace("add-with-extra", module))


def test_what_is_said_of_a_runtimes_every_cell_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = failed(Status.UNAVAILABLE, "it is in no registry")
    said = lines(capsys, nowhere, of("fft", nowhere), of("aes", measurement()), of("sort", nowhere))
    assert [line.split()[0] for line in said] == ["[1/4]", "[3/4]"]
    assert "it is in no registry" in said[0]


def test_every_cell_that_fails_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    one = failed()
    assert len(lines(capsys, one, of("fft", one), of("aes", measurement()), of("sort", measurement()))) == 4


def test_another_reason_is_news(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (failed(Status.UNSUPPORTED, reason) for reason in ("no SIMD", "no threads"))
    assert len(lines(capsys, first, of("fft", second), of("aes", first))) == 2
