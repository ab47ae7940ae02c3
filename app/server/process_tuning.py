"""The tuning of a server's process: threads, the garbage collector, open files."""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SWITCH_INTERVAL_SECONDS = 0.0002
"""The time a thread may keep the interpreter before the event loop gets it back. With Python's own 5 ms, one thread
that renders text cuts new connections from thousands a second to hundreds (measured: 270/s, against 1,990 with 0.5 ms).
A fan-out waits for it once a slice: before threads rested between calls (docs/decisions/0044), handshakes were 2.6 × as
slow as alone while eight wrote, and 3.2 to 4.3 × with 0.5 ms. With 0.1 ms nothing more was won."""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the garbage collector while modules are loaded, and freeze what they have made, which stays for good.

    Loading makes no garbage. Looking for it took a twelfth of that time, and the first look after a mere pause would
    take as long.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def tune_process() -> None:
    """Tune this process for serving: prompt event loop, quiet collector, as many open files as allowed."""
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    _quieten_collector()
    raise_file_limit()


def raise_file_limit() -> None:
    """Raise the limit of open files, and so of connections, to the system's: the soft limit is often 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # some systems refuse "unlimited" here; then the soft limit stays
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _quieten_collector() -> None:
    """Freeze what starting has made, which stays for good; connections are freed by counting, without cycles.

    app/__init__.py sets the thresholds. With Python's each ten thousand connections were walked through dozens of
    times while they came in: a quarter of what a handshake cost (measured). Nothing is collected before: importing has
    made no garbage, which took a twentieth of the start to find out (0 objects, 0.14 s).
    """
    gc.freeze()
