"""What a site is made of, and what each part can do; docs/sizing.md says how that was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

RESUME_CPU_SECONDS = 132e-6
"""One reader who comes back and lacks fifty entries, after a restart: `python -m benchmarks joining --long`."""
DELIVERY_CPU_SECONDS = 9.7e-6
"""One event to one reader: `python -m benchmarks fan_out --long`."""
TLS_CPU_SECONDS = 450e-6
"""One reader through nginx, new to TLS, the handshake handed on: `python -m benchmarks sizing`."""
PROXIED_CPU_SECONDS = 13.7e-6
"""One event through nginx with TLS to one reader: the same."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Nodes of one kind behind proxies. `readers_per_core` is how full they are before anything happens."""

    readers: int
    readers_per_core: int = 25_000
    cores: int = 8
    proxy_cores: int = 0
    """0: as many as nodes have, together."""
    events_per_second: float = 0.5
    spare_nodes: int = 1

    @property
    def nodes(self) -> int:
        """Return how many nodes there are."""
        return math.ceil(self.readers / (self.readers_per_core * self.cores)) + self.spare_nodes

    @property
    def handshakes_per_second(self) -> float:
        """Return what one node admits, beside telling its readers of events."""
        told = self.events_per_second * self.readers / self.nodes * DELIVERY_CPU_SECONDS
        return max(0.0, self.cores - told) / RESUME_CPU_SECONDS

    @property
    def proxied_per_second(self) -> float:
        """Return what all proxies let through together, beside handing events on."""
        told = self.events_per_second * self.readers * PROXIED_CPU_SECONDS
        return max(0.0, (self.proxy_cores or self.nodes * self.cores) - told) / TLS_CPU_SECONDS
