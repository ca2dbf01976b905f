"""The map that a linker writes of a link: lld's and GNU ld's, as the same records."""
