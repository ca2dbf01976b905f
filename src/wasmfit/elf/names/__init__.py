"""Symbols' names: readable ones, ones that stay the same from build to build, and the Rust crate in them."""
