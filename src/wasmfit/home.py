"""The folder that holds everything wasmfit keeps: results, images and the cache."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from .errors import UsageError
from .words import escape_unprintable

_OTHER = "Set WASMFIT_HOME to another folder."
_ANOTHER = "Set WASMFIT_HOME to a folder you can write to."

_TAKEN = {":": "cargo", "%": "the linker"}
"""Characters that a tool takes for its own in a path, whatever is done about them; and the tool."""


@dataclass(frozen=True)
class Home:
    """wasmfit's own folder.

    Attributes:
        root: The folder itself.
    """

    root: Path

    @staticmethod
    def find(root: Path | None = None) -> "Home":
        """The folder, made if it is not there: for what builds, measures or keeps something.

        Args:
            root: The folder, where it is known already.

        Raises:
            UsageError: The folder cannot be made or written to, or tools could not work with its path.
        """
        return Home.at(Home.folder() if root is None else root)

    @staticmethod
    def to_read(root: Path | None = None) -> "Home":
        """The folder, whether it can be written to or not: for what shows what is there.

        Args:
            root: The folder, where it is known already.

        Raises:
            UsageError: The folder is not there and cannot be made, or has no usable name.
        """
        folder = _absolute(Home.folder() if root is None else root)
        return Home(folder) if folder.is_dir() else Home.at(folder)

    @staticmethod
    def folder() -> Path:
        """``WASMFIT_HOME``, or ``wasmfit`` in the user's cache folder, as it is named; it may be missing."""
        named = os.environ.get("WASMFIT_HOME")
        return Path(named) if named else platformdirs.user_cache_path("wasmfit")

    @staticmethod
    def at(root: Path) -> "Home":
        """The folder ``root``, made if it is not there."""
        root = _absolute(root)
        _check_for_tools(root)
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"The folder {root} cannot be made: {error.strerror}.", _ANOTHER) from error
        if not os.access(root, os.W_OK | os.X_OK):
            raise UsageError(f"The folder {root} cannot be written to.", "Set WASMFIT_HOME to one that can.")
        return Home(root)

    @property
    def results(self) -> Path:
        """The store of results; never part of the cache."""
        return self.root / "results.sqlite"

    @property
    def logs(self) -> Path:
        """One log a cell."""
        return self.root / "logs"

    @property
    def artefacts(self) -> Path:
        """What was built, by the digest of what it was built from."""
        return self.root / "artefacts"

    @property
    def plugins(self) -> Path:
        """The emulator's plugins, compiled, and which plugin interface each emulator takes."""
        return self.artefacts / "plugin"

    @property
    def work(self) -> Path:
        """Working folders and cargo target folders; a faster next build is all they are good for."""
        return self.root / "work"

    @property
    def modules(self) -> Path:
        """Modules that wasmfit makes of workloads to measure them as modules of a user's: a few KiB each."""
        return self.root / "modules"

    @property
    def tools(self) -> Path:
        """Versions of tools, so that they need not be asked each time."""
        return self.root / "tools.json"

    @property
    def durations(self) -> Path:
        """How long steps and cells took."""
        return self.root / "durations.json"

    @property
    def proofs(self) -> Path:
        """What was tried with tools and worked, so that it need not be tried each time."""
        return self.root / "proofs.json"


def _absolute(root: Path) -> Path:
    shown = escape_unprintable(str(root))
    try:
        absolute = root.expanduser().absolute()
        str(absolute).encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"wasmfit's folder {shown} has bytes that are not UTF-8.", _OTHER) from error
    except (RuntimeError, OSError) as error:
        # RuntimeError: of a ~ whose user there is not; OSError: the working directory is gone.
        reason = str(error).rstrip(".")
        raise UsageError(f"wasmfit's folder {shown} cannot be found: {reason}.", _OTHER) from error
    return absolute


def _check_for_tools(root: Path) -> None:
    """Makes sure that compilers can work below a path: they would end in words of their own, much later."""
    taken = next((character for character in str(root) if character in _TAKEN), None)
    if taken is not None:
        raise UsageError(
            f"wasmfit's folder {escape_unprintable(str(root))} has {taken!r} in its path, "
            f"which {_TAKEN[taken]} cannot work with.",
            _OTHER,
        )
    if not str(root).isprintable():
        raise UsageError(
            f"wasmfit's folder {escape_unprintable(str(root))} has an unprintable character in its path.",
            _OTHER,
        )
