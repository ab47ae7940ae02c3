"""Firefox as it is installed, driven by Playwright."""

from __future__ import annotations

import shutil
import stat
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright

from tests.browser.engines import bidi_relay
from tests.needs import require


def launch_firefox(playwright: Playwright) -> Browser:
    """Start Firefox behind the relay; without Firefox the test is skipped."""
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    require("firefox", found=found is not None, reason="install the firefox-esr package to test the pages in Firefox")
    with tempfile.TemporaryDirectory() as folder:  # which nobody needs once the program runs
        launcher = Path(folder) / "firefox-behind-relay"
        launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{bidi_relay.__file__}" "{found}" "$@"\n')
        launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR)
        return playwright.firefox.launch(
            channel="moz-firefox", executable_path=launcher, firefox_user_prefs={"ui.useOverlayScrollbars": 1}
        )


def is_of_a_script(error: Error) -> bool:
    """Tell whether a script has failed: Firefox says as an error, too, that a server could not be reached."""
    return bool(error.name)
