"""Runtimes of which no byte is known: a 0 is shown with a word of why it is none."""

from collections.abc import Iterable

from wasmfit.model import Measurement

from .benchmark import BASELINE, NATIVE


def unowned_notes(measurements: Iterable[Measurement]) -> tuple[str, ...]:
    """A sentence for each image with a runtime in it and no code of that runtime's.

    Every one of them executes something: where no owner in ``.text`` is the runtime or a crate of its, all of
    it is inlined into what calls it, or has a name that the rules do not know.
    """
    return tuple(dict.fromkeys(_sentence(one) for one in measurements if _is_unowned(one)))


def _is_unowned(one: Measurement) -> bool:
    return one.runtime not in (BASELINE, NATIVE) and one.size is not None and one.size.runtime_crates == 0


def _sentence(one: Measurement) -> str:
    assert one.size is not None
    others = sorted(one.size.owners.get(".text", {}).items(), key=lambda owner: -owner[1])
    largest = ", ".join(f"{name} {size:,} B" for name, size in others[:3])
    return (
        f"{one.runtime} {one.version} on {one.base}: 0 B of its own means that no owner in .text is known as "
        f"the runtime's, not that it has no code (largest owners: {largest})"
    )
