"""Which sections have debug information: what asks for no more loads nothing that reads it."""

LINE_SECTIONS = frozenset({".debug_info", ".zdebug_info", ".debug_line", ".zdebug_line", ".stab"})
"""The sections that line tables are in, or that say where they are."""
