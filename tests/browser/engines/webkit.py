"""A tab of WebKit as Debian has it: WebKitGTK's small browser on a screen of its own, driven by Selenium."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.common.exceptions import (
    NoSuchFrameException,
    NoSuchWindowException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.browser.engines.tabs import FOUND, PATIENCE_SECONDS, Tab
from tests.needs import require

SCREEN = "1600x1200x24"
WHERE = "lib/*/webkit2gtk-4*/MiniBrowser", "libexec/webkit2gtk-4*/MiniBrowser"
ARRIVED = """(before) => {
  if (window.leftFor === before) return false;
  if (!window.complaints) {
    window.complaints = [];
    addEventListener("error", ({ message, filename, lineno }) => complaints.push(`${message} (${filename}:${lineno})`));
    addEventListener("unhandledrejection", ({ reason }) => complaints.push(String(reason)));
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      complaints.push(`Content Security Policy: ${violatedDirective} ${blockedURI}`));
  }
  return document.readyState !== "loading";
}"""
"""Listens from as early as a driver can: WebKit's runs nothing before a page's own scripts."""


class WebKitTab(Tab):
    """The tab over Selenium's driver."""

    engine = "webkit"

    def __init__(self, driver: WebDriver) -> None:
        super().__init__()
        self._driver = driver
        self._opened = 0

    def open(self, address: str) -> None:
        self._hear()
        self._opened += 1
        self.run("(count) => { window.leftFor = count; }", self._opened)
        self._driver.get(address)
        self.until(ARRIVED, self._opened)

    def run(self, function: str, *arguments: Any) -> Any:
        return self._driver.execute_script(f"return ({function})(...arguments)", *arguments)

    def until(self, function: str, *arguments: Any) -> None:
        super().until(function, *arguments)
        self._hear()

    def _answer(self, function: str, *arguments: Any) -> Any:
        try:
            return self.run(function, *arguments)
        except (NoSuchFrameException, NoSuchWindowException):  # the page was left while it was asked
            return None

    def type(self, text: str) -> None:
        ActionChains(self._driver, duration=0).send_keys(text).perform()

    def press(self, chord: str) -> None:
        *held, key = chord.split("+")
        acts = ActionChains(self._driver, duration=0)
        for each in held:
            acts.key_down(_key(each))
        acts.send_keys(_key(key))
        for each in reversed(held):
            acts.key_up(_key(each))
        acts.perform()

    def resize(self, width: int, height: int) -> None:
        around = self.run("() => outerHeight - innerHeight")
        self._driver.set_window_size(width, height + around)
        self.settle()

    def save_screenshot(self, path: Path) -> None:
        self._driver.save_screenshot(str(path))

    def close(self) -> None:
        self._driver.quit()

    def _try_click(self, css: str, words: str) -> bool:
        found = self.run(FOUND, css, words)
        try:
            if isinstance(found, WebElement):
                found.click()
                return True
        except StaleElementReferenceException:  # it has gone
            pass
        except WebDriverException:  # it is covered: the driver takes what is at the edge for in sight
            self.run("(found) => found.scrollIntoView({ block: 'center' })", found)
        return False

    def _hear(self) -> None:
        self.complaints += self.run("() => window.complaints?.splice(0) ?? []")


@contextmanager
def webkit_tab() -> Iterator[WebKitTab]:
    """Start WebKit with one tab, and end it; without it the test is skipped."""
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    browser = next((path for place in WHERE for path in Path("/usr").glob(place)), None)
    is_there = None not in (driver, screen, browser)
    require("webkit", found=is_there, reason="install webkit2gtk-driver and xvfb to test the pages in WebKit")
    with _screen(str(screen)) as display:
        options = Options()
        options.binary_location = str(browser)
        options.add_argument("--automation")
        options.page_load_strategy = "none"  # what is waited for is in `open`
        # Its sandbox wants namespaces that a container has not; all it is shown are our own pages.
        environment = os.environ | {"DISPLAY": display, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        service = Service(executable_path=str(driver), env=environment)
        service.start()
        try:
            connection = RemoteConnection(client_config=ClientConfig(service.service_url))
            tab = WebKitTab(WebDriver(command_executor=connection, options=options))
            yield tab
            tab.close()
        finally:
            service.stop()


@contextmanager
def _screen(program: str) -> Iterator[str]:
    """Run a screen in memory, and tell its name."""
    command = [program, "-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        yield f":{process.stdout.readline().decode().strip()}"
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def _key(name: str) -> str:
    return name if len(name) == 1 else str(getattr(Keys, name.removeprefix("Arrow").upper()))
