"""Says how to install what is missing on this system: for scripts/setup, which has nothing but Python yet.

    python3 scripts/packages.py GROUP... [--without NEED...]

Prints the commands, one a line, with ``as_root`` in front of those that want to be root. Exits with 1 if the
system does not package everything: of what `wasmfit doctor` does not look for, it is said on stderr.
"""

import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Not by way of wasmfit, whose own packages are not there yet.
sys.path.insert(0, str(ROOT / "src" / "wasmfit" / "toolchain"))

from packages import Manager, Need, Packages, PackageTable, System, recognised, remedy, system  # noqa: E402

_SECONDS = 60


def main(arguments: Sequence[str]) -> int:
    split = arguments.index("--without") if "--without" in arguments else len(arguments)
    without = arguments[split + 1 :]
    table = PackageTable.load()
    here = recognised(system.read(), table)
    names = [name for group in arguments[:split] for name in table.groups[group] if name not in without]
    wanted, lacking = _sorted({name: table.needs[name] for name in names}, here)
    if here.manager is not None:
        there = _installed(here.manager, [name for packages in wanted for name in packages.names])
        for line in commands(here.manager, wanted, there):
            print(line)
        for packages in wanted:
            if not packages.source and not there.issuperset(packages.names):
                print(f"Nobody has verified these names on {here.title}:", *packages.names, file=sys.stderr)
    for name, need in lacking.items():
        if name not in table.groups["run"]:
            print(remedy(need, here, lambda _: ()).text, file=sys.stderr)
    return 1 if lacking else 0


def _sorted(needs: Mapping[str, Need], here: System) -> tuple[list[Packages], dict[str, Need]]:
    """The packages that bring these needs here, and the needs that none brings."""
    wanted, lacking = [], {}
    for name, need in needs.items():
        packages = need.packages(here.keys)
        if packages is None or not (packages.names or packages.then):
            lacking[name] = need
        else:
            wanted.append(packages)
    return wanted, lacking


def commands(manager: Manager, wanted: Sequence[Packages], there: Collection[str]) -> list[str]:
    """What installs all of these packages that are not there, and what is to be run after that."""
    names = dict.fromkeys(name for packages in wanted for name in packages.names)
    missing = [name for name in names if name not in there]
    root = "as_root " if manager.root else ""
    lines = []
    if missing:
        lines += [f"{root}{manager.refresh}"] if manager.refresh else []
        lines.append(f"{root}{manager.unattended} {' '.join(missing)}")
    # A command without packages asks, as that for Apple's compiler does: a person has to give it.
    return [*lines, *(packages.then for packages in wanted if packages.then and packages.names)]


def _installed(manager: Manager, names: Sequence[str]) -> frozenset[str]:
    asked = subprocess.run(
        [*manager.ask, *names], capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    return manager.installed(asked.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
