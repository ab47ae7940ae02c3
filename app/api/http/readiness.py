"""Whether this process should be sent traffic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from anyio import move_on_after

PROBE_SECONDS = 1.0

Probe = Callable[[], Awaitable[bool]]
"""True when what it looks at works; may raise instead of False."""


class Readiness:
    """`phase` is set by the composition root; `probes` name what may be in trouble without ending the service.

    `is_alive` says whether the process's own background tasks still run: one that has died needs a restart.
    """

    def __init__(self, *, probes: Mapping[str, Probe], is_alive: Callable[[], bool]) -> None:
        self.phase: Literal["starting", "ready", "draining"] = "starting"
        self._probes = probes
        self._is_alive = is_alive

    async def check(self) -> tuple[int, str, list[str]]:
        """The HTTP status, the state in a word, and the reasons for it.

        Trouble with the database is "degraded" and 200: readers are served from memory, and a balancer that took all
        processes out at once would turn trouble into an outage.
        """
        if self.phase != "ready":
            return 503, self.phase, []
        if not self._is_alive():
            return 503, "dead", ["a background task has ended"]
        reasons = [name for name, probe in self._probes.items() if not await _works(probe)]
        return 200, "degraded" if reasons else "ready", reasons


async def _works(probe: Probe) -> bool:
    with move_on_after(PROBE_SECONDS):
        try:
            return await probe()
        except Exception:  # noqa: BLE001 - whatever a probe meets is the trouble it was sent to find
            return False
    return False
