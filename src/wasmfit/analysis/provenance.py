"""What differs in the provenance of two measurements: the likeliest causes of a change."""

from collections.abc import Iterator, Mapping

from wasmfit.model import Provenance

from .c_libraries import library_change

_HASH = 12
"""Digits of a hash that are shown."""


def differences(before: Provenance, after: Provenance) -> tuple[str, ...]:
    """The differences as clauses, the likeliest cause first; none if the provenance is the same."""
    return tuple(_differences(before, after))


def _differences(before: Provenance, after: Provenance) -> Iterator[str]:
    was, now = before.source, after.source
    if was is not None and now is not None and was.sha256 != now.sha256:
        yield f"the checkout: {_commit(was.commit, was.dirty)} → {_commit(now.commit, now.dirty)}"
    elif (was is None) != (now is None):
        yield "a release and a checkout"
    yield from _hash("the module", before.module_sha256, after.module_sha256)
    if before.stubs != after.stubs:
        yield "what answers the module's imports"
    if libraries := library_change(before, after):
        yield f"the C library: {libraries}"
    yield from _table(before.features, after.features)
    yield from _hash("the lockfile", before.lockfile_sha256, after.lockfile_sha256)
    removed = [flag for flag in before.flags if flag not in after.flags]
    added = [flag for flag in after.flags if flag not in before.flags]
    if removed or added:
        yield f"flags: {' '.join([*(f'-[{flag}]' for flag in removed), *(f'+[{flag}]' for flag in added)])}"
    yield from _table(before.tools, after.tools)
    if before.glue != after.glue:
        yield f"embedding: {before.glue} → {after.glue}"
    if before.wasmfit != after.wasmfit:
        yield f"wasmfit: {before.wasmfit} → {after.wasmfit}"
    same_image = before.elf_sha256 == after.elf_sha256
    if before.elf_sha256 is not None and after.elf_sha256 is not None:
        if same_image:
            yield "the image is identical: the measurement has changed, not the firmware"
        else:
            yield from _hash("the image", before.elf_sha256, after.elf_sha256)


def _hash(title: str, before: str | None, after: str | None) -> Iterator[str]:
    if before != after:
        was, now = (digest[:_HASH] if digest else "none" for digest in (before, after))
        yield f"{title}: {was} → {now}"


def _table(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield f"{name}: {before.get(name, 'none')} → {after.get(name, 'none')}"


def _commit(commit: str | None, dirty: bool | None) -> str:
    return "no commit" if commit is None else f"{commit[:9]}{' with changes' if dirty else ''}"
