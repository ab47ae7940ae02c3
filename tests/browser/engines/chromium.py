"""Chromium as it is installed, driven by Playwright."""

from __future__ import annotations

import shlex
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.needs import require

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

_WITHOUT = "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"
"""Pages of its own that Chromium keeps for each window's address bar: 1.2 s of processor time for each context."""

_LAUNCHER = """#!/bin/sh
for each; do
    shift
    case $each in --disable-features=*) each=$each,{without} ;; esac
    set -- "$@" "$each"
done
exec {chromium} "$@"
"""
"""Adds to Playwright's own list of features: Chromium heeds the last list alone."""


@contextmanager
def chromium_options() -> Iterator[dict[str, Any]]:
    """Give the options with which Playwright starts Chromium in the block; without Chromium the test is skipped."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require("chromium", found=found is not None, reason="install the chromium package to test the pages")
    with tempfile.TemporaryDirectory() as folder:  # which nobody needs once the program runs
        launcher = Path(folder) / "chromium"
        launcher.write_text(_LAUNCHER.format(without=_WITHOUT, chromium=shlex.quote(str(found))))
        launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR)
        yield {"executable_path": launcher, "args": _FLAGS}
