"""Writes the shapes in docs/json.md from what the commands print; ``--check`` only compares.

It builds wasm3 and WAMR where they are not built yet.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.contracts import COMMANDS, filled, printed  # noqa: E402
from tests.project import borrowed, prepare  # noqa: E402
from wasmfit.home import Home  # noqa: E402

PAGE = ROOT / "docs" / "json.md"


def main() -> None:
    warm = Home.at(Path(sys.argv[sys.argv.index("--home") + 1])) if "--home" in sys.argv else Home.find()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "project")
        place.mkdir()
        home = borrowed(warm, Path(folder, "home"))
        prepare(place, home)
        page = PAGE.read_text(encoding="utf-8")
        current = filled(page, {name: printed(home, place, line) for name, line in COMMANDS.items()})
    if "--check" in sys.argv[1:]:
        sys.exit(current != page)
    PAGE.write_text(current, encoding="utf-8")


if __name__ == "__main__":
    main()
