"""A C library: which one a firmware is linked with."""

from .base import Record


class CLibrary(Record):
    """A C library as a compiler has it for a target.

    Attributes:
        name: ``picolibc``, ``newlib-nano`` or ``newlib``.
        version: Its version, from its own header.
        sha256: SHA-256 over its archives for the target: another build of a version is another library.
    """

    name: str
    version: str
    sha256: str

    @property
    def label(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"
