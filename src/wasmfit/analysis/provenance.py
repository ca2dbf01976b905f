"""What differs in how two measurements came to be: the first place to look for what moved a figure."""

from collections.abc import Iterator, Mapping

from wasmfit.model import Provenance

from . import c_libraries

_HASH = 12
"""Digits of a hash that tell it from others."""


def differences(before: Provenance, after: Provenance) -> tuple[str, ...]:
    """Sentences' parts, the likeliest cause first; none where all that is recorded is the same."""
    return tuple(_differences(before, after))


def _differences(before: Provenance, after: Provenance) -> Iterator[str]:
    was, now = before.source, after.source
    if was is not None and now is not None and was.sha256 != now.sha256:
        yield f"the checkout: {_commit(was.commit, was.dirty)} → {_commit(now.commit, now.dirty)}"
    elif (was is None) != (now is None):
        yield "a release against a checkout"
    yield from _hash("the module", before.module_sha256, after.module_sha256)
    if before.stubs != after.stubs:
        yield "what answers the module's imports"
    if libraries := c_libraries.moved(before, after):
        yield f"the C library: {libraries}"
    yield from _table("", before.features, after.features)
    yield from _hash("the lockfile", before.lockfile_sha256, after.lockfile_sha256)
    gone = [flag for flag in before.flags if flag not in after.flags]
    come = [flag for flag in after.flags if flag not in before.flags]
    if gone or come:
        yield f"flags: {' '.join([*(f'-[{flag}]' for flag in gone), *(f'+[{flag}]' for flag in come)])}"
    yield from _table("", before.tools, after.tools)
    if before.glue != after.glue:
        yield f"glue: {before.glue} → {after.glue}"
    if before.wasmfit != after.wasmfit:
        yield f"wasmfit: {before.wasmfit} → {after.wasmfit}"
    same_image = before.elf_sha256 == after.elf_sha256
    if before.elf_sha256 is not None and after.elf_sha256 is not None:
        if same_image:
            yield "the image is the same to the byte: what measures it has changed, not the firmware"
        else:
            yield from _hash("the image", before.elf_sha256, after.elf_sha256)


def _hash(what: str, before: str | None, after: str | None) -> Iterator[str]:
    if before != after:
        shown = [one[:_HASH] if one else "none" for one in (before, after)]
        yield f"{what}: {shown[0]} → {shown[1]}"


def _table(prefix: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield f"{prefix}{name}: {before.get(name, 'none')} → {after.get(name, 'none')}"


def _commit(commit: str | None, dirty: bool | None) -> str:
    return "no commit" if commit is None else f"{commit[:9]}{' with changes' if dirty else ''}"
