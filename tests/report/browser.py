"""A headless Chromium, as Debian packages it, that notes everything a page asks for or complains of."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

_NAMES = ("chromium", "google-chrome", "chromium-browser")
PHONE = (360, 800)
DESKTOP = (1440, 900)


@contextmanager
def browser(*, size: tuple[int, int] = DESKTOP, dark: bool = False) -> Iterator[Chrome]:
    """A browser with a window of that size; what its pages log and request is kept."""
    driver = shutil.which("chromedriver")
    chromium = next(filter(None, map(shutil.which, _NAMES)), None)
    assert driver, "`scripts/setup tests` installs chromium-driver"
    assert chromium, "`scripts/setup tests` installs chromium"
    options = ChromeOptions()
    options.binary_location = chromium
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = Chrome(options=options, service=Service(driver))
    try:
        started.set_script_timeout(60)
        # Narrower than a window can be, and as a phone would have it.
        started.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 600},
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        started.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
        yield started
    finally:
        started.quit()


def opened(driver: Chrome, page: Path, fragment: str = "") -> None:
    """Opens a report from its file and waits until every section is drawn."""
    driver.get("about:blank")
    driver.get(page.as_uri() + fragment)
    settled(driver)


def settled(driver: Chrome) -> None:
    """Waits until every section is drawn."""
    driver.execute_async_script(
        """
        const done = arguments[arguments.length - 1];
        const look = () => document.body.dataset.state === "drawn"
          ? requestAnimationFrame(() => setTimeout(done, 0)) : setTimeout(look, 20);
        look();
        """
    )


def moved(driver: Chrome, fragment: str) -> None:
    """Goes to another state of the page, as a link to it would, and waits until that is drawn."""
    driver.execute_async_script(
        """
        const [fragment, done] = arguments;
        addEventListener("hashchange", () => done(), { once: true });
        location.hash = fragment;
        """,
        fragment,
    )
    settled(driver)


def complaints(driver: Chrome) -> list[str]:
    """What stands in the console since the last time."""
    return [str(entry["message"]) for entry in driver.get_log("browser")]  # type: ignore[no-untyped-call]


def requests(driver: Chrome) -> list[str]:
    """The addresses that were asked for since the last time."""
    messages = (
        json.loads(entry["message"])["message"]
        for entry in driver.get_log("performance")  # type: ignore[no-untyped-call]
    )
    return [
        str(message["params"]["request"]["url"])
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]


def asked(driver: Chrome, script: str, *arguments: Any) -> Any:
    """What a script returns."""
    return driver.execute_script(script, *arguments)
