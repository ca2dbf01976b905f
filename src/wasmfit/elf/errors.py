"""Errors of reading ELF files."""

from wasmfit.errors import UsageError


class ElfError(UsageError):
    """A file that cannot be read as an ELF file: missing, not ELF, truncated or corrupt."""
