"""The files that ``wasmfit size`` takes: ELF files, modules, static libraries, images of flash tools."""
