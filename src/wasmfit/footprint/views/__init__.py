"""Tables of a byte map by memory, section, crate, file, symbol and so on, and their changes between files."""
