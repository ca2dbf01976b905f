"""Measurements made up for tests of what is done with measurements."""

from typing import Any

from wasmfit.model import Call, Instructions, LeastRam, Measurement, Provenance, Run, Size, SourceTree, Status


def size(text: int = 100_000) -> Size:
    return Size(
        text=text,
        rodata=20_000,
        data=8,
        bss=4_280,
        flash=text + 21_000,
        pages=30,
        page_size=4096,
        flashed=30 * 4096,
        ram_static=4_288,
        runtime_crates=text - 10_000,
        owners={".text": {"wasmi": text - 10_000, "core": 10_000}},
    )


def run() -> Run:
    return Run(
        result=3,
        expected=3,
        calls=(Call(arguments=(1, 2), result=3, expected=3, instructions=500),),
        heap_peak=9_000,
        linear_memory=65_536,
        stack_peak=1_200,
        stack_reserved=16_384,
        least_ram=LeastRam(
            bytes=82_320, static=4_304, stack=1_216, heap=76_800, resolution=256, trials=7, reason=None
        ),
        instructions=Instructions(load=1_000, instantiate=2_000, first_call=600, call=500),
    )


def measurement(runtime: str = "wasmi", version: str = "2.0.0", **changes: Any) -> Measurement:
    fields: dict[str, Any] = {
        "id": f"{runtime}@{version}/add-with-extra/nrf52840dk/bare/reference",
        "runtime": runtime,
        "version": version,
        "module": "add-with-extra",
        "board": "nrf52840dk",
        "base": "bare",
        "profile": "reference",
        "status": Status.OK,
        "reason": None,
        "size": size(),
        "baseline": size(5_000),
        "run": run(),
        "provenance": Provenance(
            wasmfit="0.1.0", measured_at="2026-11-23T20:00:00+00:00", replay="wasmfit compare"
        ),
    }
    return Measurement(**{**fields, **changes})


def checked_out(version: str, text: int, *, built_like: str = "2.0.0") -> Measurement:
    """What was built from a working tree of the user's."""
    source = SourceTree(
        path="/home/me/wasmi",
        version=version.partition("+")[0],
        commit="0123456789abcdef0123456789abcdef01234567",
        dirty=True,
        sha256="d" * 64,
        built_like=built_like,
    )
    plain = measurement("wasmi", version, size=size(text))
    return plain.model_copy(update={"provenance": plain.provenance.model_copy(update={"source": source})})


def failed(status: Status = Status.FAULTED, reason: str = "stack overflow") -> Measurement:
    return measurement("broken", "1.0.0", status=status, reason=reason, size=None, run=None)
