"""Debug information (DWARF) as far as line tables need it: sections, compile units, line programs."""
