"""Writes docs/report.webp, the beginning of a report, for the README (``make maint-report-image``)."""

import base64
import sys
import tempfile
from pathlib import Path

import wasmfit

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.report.browser import asked, browser, opened  # noqa: E402

WORKLOADS = ("add-with-extra", "sha256", "fft", "json")
WIDTH = 1100


def main() -> None:
    home = Path(sys.argv[sys.argv.index("--home") + 1]) if "--home" in sys.argv else None
    with tempfile.TemporaryDirectory() as folder, browser(size=(WIDTH, 900)) as driver:
        page = Path(folder) / "report.html"
        wasmfit.make_report(page, workloads=WORKLOADS, home=home)
        opened(driver, page)
        bottom = asked(driver, "return document.getElementById('s-plot').getBoundingClientRect().bottom")
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": int(bottom), "scale": 1}
        shot = driver.execute_cdp_cmd(
            "Page.captureScreenshot",
            {"captureBeyondViewport": True, "clip": clip, "format": "webp", "quality": 90},
        )
        (ROOT / "docs" / "report.webp").write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    main()
