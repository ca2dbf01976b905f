"""The paths of source files, as a reader knows them."""

import posixpath
import re

# Cargo names a registry's folder by its host and a hash, whichever registry or mirror it is.
_REGISTRY = re.compile(r"^(?:.*/registry/src/)?[A-Za-z0-9][A-Za-z0-9.-]*-[0-9a-f]{16}/")
_LIBRARY = re.compile(
    r"^.*?/(library/(?:alloc|core|std|compiler-builtins|portable-simd|stdarch|proc_macro)/)"
)


def source_path(directory: str, folder: str, name: str) -> str:
    """The path of a source file, from what debug information has of it.

    Args:
        directory: The folder that the compiler ran in.
        folder: The file's folder, maybe relative to ``directory``.
        name: Its name, maybe with folders.

    Returns:
        The path; without what lies before a package of cargo's registry, or before Rust's own library.
    """
    if not name:
        return ""
    path = posixpath.join(folder, name)
    path = _REGISTRY.sub("", path) if _REGISTRY.match(path) else posixpath.join(directory, path)
    library = _LIBRARY.match(path)
    path = path[library.start(1) :] if library else _REGISTRY.sub("", path)
    return posixpath.normpath(path)
