"""The folder that holds everything wasmfit keeps: results, images and the cache."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from .errors import UsageError


@dataclass(frozen=True)
class Home:
    """wasmfit's own folder.

    Attributes:
        root: The folder itself.
    """

    root: Path

    @staticmethod
    def find(root: Path | None = None) -> "Home":
        """``WASMFIT_HOME``, or ``wasmfit`` in the user's cache folder; made if it is not there.

        Args:
            root: The folder, where it is known already.

        Raises:
            UsageError: The folder cannot be made or written to.
        """
        if root is None:
            named = os.environ.get("WASMFIT_HOME")
            root = Path(named) if named else platformdirs.user_cache_path("wasmfit")
        return Home.at(root)

    @staticmethod
    def at(root: Path) -> "Home":
        """The folder ``root``, made if it is not there."""
        root = root.expanduser().absolute()
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"The folder {root} cannot be made: {error.strerror}.",
                "Set WASMFIT_HOME to a folder you can write to.",
            ) from error
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
