"""The readiness of this process for traffic."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

PROBE_SECONDS = 0.8
"""Time for all probes together: who asks whether to send traffic here wants to know within a second."""

Probe = Callable[[], Awaitable[bool]]
"""Returns True when the checked part works; may raise instead of returning False."""


class Readiness:
    """The process's phase, which the composition root sets, and its checks.

    `probes` ask parts that may be in trouble without ending the service; `states` say what is known of others already.
    `is_alive` returns whether the process's own background tasks still run: one that has died needs a restart.
    """

    def __init__(
        self,
        *,
        probes: Mapping[str, Probe],
        is_alive: Callable[[], bool],
        states: Mapping[str, Callable[[], bool]] | None = None,
    ) -> None:
        self.phase: Literal["starting", "ready", "draining"] = "starting"
        self._probes = probes
        self._states = states or {}
        self._is_alive = is_alive
        self._running: dict[str, asyncio.Task[bool]] = {}

    async def check(self) -> tuple[int, str, list[str]]:
        """Return the HTTP status, the state in a word, and the reasons for it, within PROBE_SECONDS.

        Trouble with the database is "degraded" and 200: readers are served from memory, and a balancer that removed all
        processes at once would turn trouble into an outage.
        """
        if self.phase != "ready":
            return 503, self.phase, []
        if not self._is_alive():
            return 503, "dead", ["a background task has ended"]
        asked = {name: self._ask(name, probe) for name, probe in self._probes.items()}
        if asked:
            await asyncio.wait(asked.values(), timeout=PROBE_SECONDS)
        reasons = [name for name, probe in asked.items() if not (probe.done() and probe.result())]
        reasons += [name for name, is_well in self._states.items() if not is_well()]
        return 200, "degraded" if reasons else "ready", reasons

    def _ask(self, name: str, probe: Probe) -> asyncio.Task[bool]:
        """Return the probe's run under way: one that hangs is left to end by itself, and no second one begun."""
        task = self._running.get(name)
        if task is None or task.done():
            task = self._running[name] = asyncio.create_task(_works(probe), name=f"probe {name}")
        return task


async def _works(probe: Probe) -> bool:
    try:
        return await probe()
    except Exception:  # noqa: BLE001 - whatever a probe meets is the trouble it was sent to find
        return False
