"""The echo server, started once as anybody would start it to run a conformance suite of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conformance.peer import Echo

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 10


@pytest.fixture(scope="session")
def echo() -> Iterator[Echo]:
    """A running echo server; whatever it was sent, it has nothing to say about it in the end."""
    command = [sys.executable, "-m", "tests.conformance.echo_server", "--port", "0"]
    server = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert server.stdout is not None
    try:
        url = urlsplit(server.stdout.readline())
        assert url.hostname is not None
        assert url.port is not None
        yield Echo((url.hostname, url.port), path=url.path.strip())
    finally:
        server.terminate()
        said, complained = server.communicate(timeout=STOP_SECONDS)
    assert (said, complained) == ("", "")
