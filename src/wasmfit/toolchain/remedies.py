"""What to do on this system about something that wasmfit needs and that is not there, or does not work."""

from collections.abc import Sequence

from wasmfit.errors import MissingToolError

from .packages import Manager, Need, Packages, PackageTable, Remedy, System, recognised
from .packages import remedy as on_system
from .packages.system import read
from .process import ChildStoppedError, ProcessRunner

_SECONDS = 30


def here() -> System:
    """This system."""
    return recognised(read(), PackageTable.load())


def remedy(need: str, debian: Sequence[str] = ()) -> Remedy:
    """What to do about a need; its package manager is asked what is installed.

    Args:
        need: Its name in the table of packages, or the program's own where the table does not have it.
        debian: For a need that the table does not have, Debian's packages.
    """
    system = here()
    known = PackageTable.load().needs.get(need)
    if known is None:
        own = Packages("debian", tuple(debian), source="the target's file")
        known = Need(need, on={"debian": own} if debian else {})
    return on_system(known, system, lambda names: _installed(system.manager, names))


def _installed(manager: Manager | None, names: Sequence[str]) -> frozenset[str]:
    """Which of these packages are installed; none where nobody can be asked."""
    if manager is None:
        return frozenset()
    try:
        # Not echoed: it is not part of a build.
        return manager.installed(ProcessRunner().run([*manager.ask, *names], timeout=_SECONDS).output)
    except (MissingToolError, ChildStoppedError):
        return frozenset()
