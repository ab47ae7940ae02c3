"""The readiness of this process for traffic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from anyio import move_on_after

PROBE_SECONDS = 1.0

Probe = Callable[[], Awaitable[bool]]
"""Returns True when the checked part works; may raise instead of returning False."""


class Readiness:
    """The process's phase, which the composition root sets, and its checks.

    `probes` name parts that may be in trouble without ending the service. `is_alive` returns whether the process's own
    background tasks still run: one that has died needs a restart.
    """

    def __init__(self, *, probes: Mapping[str, Probe], is_alive: Callable[[], bool]) -> None:
        self.phase: Literal["starting", "ready", "draining"] = "starting"
        self._probes = probes
        self._is_alive = is_alive

    async def check(self) -> tuple[int, str, list[str]]:
        """Return the HTTP status, the state in a word, and the reasons for it.

        Trouble with the database is "degraded" and 200: readers are served from memory, and a balancer that removed all
        processes at once would turn trouble into an outage.
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
