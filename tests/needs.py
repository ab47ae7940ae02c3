"""The needs of a test from the machine: unmet, the test is skipped, and fails where everything is required."""

from __future__ import annotations

import os

import pytest


def require(what: str, *, found: bool, reason: str) -> None:
    """Stop the test unless `what` was found on this machine. `reason` says how to get it.

    The test is skipped and the reason printed; with LIVEBLOG_TEST_REQUIRE=all (CI) it fails instead, so that nothing
    is ever left out there in silence.
    """
    if found:
        return
    message = f"{what} was not found: {reason}"
    if os.environ.get("LIVEBLOG_TEST_REQUIRE") == "all":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
