"""The timetable of a stop, which takes at most five seconds beside the time in which readers are sent away.

The order is that of a stop: goodbyes, running requests, the application's own end, and what remains is cut.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable

import structlog

GOODBYE_SECONDS = 0.8
"""Time for readers to answer our goodbye before they are cut."""
ACCEPTED_SECONDS = 0.3
"""Time for what was accepted before a successor had the listening sockets to send its request, and be answered."""
DRAIN_SECONDS = 1.0
"""Time to write the goodbye to every reader and close; GOODBYE_SECONDS are a part of it."""
FINISH_SECONDS = 2.0
"""Time for running requests, and for peers to read what was written to them, before connections are cut."""
CALLS_END_SECONDS = 0.2
"""Time for each kind of call under way in threads: requests have had theirs, and what is stuck is stuck for good."""
CLOSE_SECONDS = 1.0
"""Time for the application to end its tasks and close the database."""
SAME_STOP_SECONDS = 0.5
"""A signal this soon after the first is the same stop, sent twice: `make` passes on what its whole group was sent."""
LAST_RESORT_SECONDS = 4.8
"""When all of the above together has taken this long, something hangs: the process ends all the same, with 1."""

log = structlog.get_logger()


async def finish_within(seconds: float, step: Awaitable[None], *, what: str) -> bool:
    """Await one step of a stop; return whether it ended by itself in time. What it raises is logged, not raised."""
    try:
        await asyncio.wait_for(step, seconds)
    except TimeoutError:
        log.info("cut_short", step=what, seconds=seconds)
        return False
    except Exception:  # the stop goes on whatever one step raised
        log.exception("stop_step_failed", step=what)
        return False
    return True


def end_process_after(seconds: float) -> None:
    """End the process with 1 once `seconds` have passed, unless it has ended by then."""
    timer = threading.Timer(seconds, os._exit, args=(1,))
    timer.daemon = True
    timer.start()
