"""The limits on the connections of one process: in all, per second and per address, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from app.live.session.rate_limit import RateLimit

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """The operator's limits; 0 switches one off.

    `total`: at the system's limit of descriptors no connection can be accepted any more, health checks and the
    database included, so that we refuse with a 503 before that. `per_second`: ten thousand pages that reconnect at
    once are admitted, an endless loop of handshakes is not. `per_address`: one client with ten thousand sockets; off
    unless the proxies in front are known, because a whole town can be behind one address.
    """

    total: int
    per_second: int
    per_address: int
    trusted_proxies: tuple[Network, ...] = ()


class ConnectionLimiter:
    """Counts connections against the limits. `now` is monotonic, in seconds."""

    def __init__(self, limits: AdmissionLimits, *, now: float) -> None:
        self._limits = limits
        self._handshakes = RateLimit(per_second=limits.per_second, now=now) if limits.per_second else None
        self._inside: dict[str, int] = {}

    @property
    def counts_addresses(self) -> bool:
        """Return whether connections are counted per address."""
        return self._limits.per_address > 0

    def is_full(self, connections: int) -> bool:
        """Return whether one more connection of any kind is too many."""
        return 0 < self._limits.total <= connections

    def may_admit(self, address: str | None, *, now: float) -> bool:
        """Spend from the rate limit; return whether a reader from `address` (None: not counted) may be admitted now."""
        if self._handshakes is not None and not self._handshakes.spend(now):
            return False
        return self.has_room_for_address(address)

    def has_room_for_address(self, address: str | None) -> bool:
        """Return whether one more reader from `address` may be admitted, if its handshake was counted before."""
        return address is None or self._inside.get(address, 0) < self._limits.per_address

    def add(self, address: str | None) -> None:
        """Count a reader's connection under its address."""
        if address is not None:
            self._inside[address] = self._inside.get(address, 0) + 1

    def remove(self, address: str | None) -> None:
        """Count a closed connection out."""
        if address is None:
            return
        left = self._inside[address] - 1
        if left:
            self._inside[address] = left
        else:
            del self._inside[address]

    def address_of(self, peer: str | None, forwarded_for: Sequence[bytes]) -> str | None:
        """Return the client's address: the peer's, or behind trusted proxies the last one they did not add.

        None for this machine itself, which is not counted.
        """
        if peer is None:
            return None
        hops = [hop.strip() for value in forwarded_for for hop in value.decode("latin-1").split(",")]
        address = _parsed(peer)
        while hops and address is not None and any(address in network for network in self._limits.trusted_proxies):
            address = _parsed(hops.pop())
        if address is None or address.is_loopback:
            return None
        return str(address)


def _parsed(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
