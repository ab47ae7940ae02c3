"""How many connections one process takes, how fast, and from whom. Each limit names what happens without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from app.live.session.rate_limit import RateLimit

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """The operator's limits; 0 switches one off.

    `total`: at the system's limit of descriptors nothing can be accepted any more, health checks and the database
    included, so that we refuse with a 503 before that. `per_second`: ten thousand pages that reconnect at once are
    let in, an endless loop of handshakes is not. `per_address`: one client with ten thousand sockets; off unless
    the proxies in front are known, because a whole town can stand behind one address.
    """

    total: int
    per_second: int
    per_address: int
    trusted_proxies: tuple[Network, ...] = ()


class ConnectionLimiter:
    """Counts who is in. `now` is monotonic, in seconds."""

    def __init__(self, limits: AdmissionLimits, *, now: float) -> None:
        self._limits = limits
        self._handshakes = RateLimit(per_second=limits.per_second, now=now) if limits.per_second else None
        self._inside: dict[str, int] = {}

    @property
    def counts_addresses(self) -> bool:
        """Whether anybody's address matters."""
        return self._limits.per_address > 0

    def is_full(self, connections: int) -> bool:
        """Whether one more connection of any kind is too many."""
        return 0 < self._limits.total <= connections

    def may_enter(self, address: str | None, *, now: float) -> bool:
        """Whether a reader from `address` (None: not counted) may be let in now."""
        if self._handshakes is not None and not self._handshakes.spend(now):
            return False
        return self.has_room_for(address)

    def has_room_for(self, address: str | None) -> bool:
        """Whether a reader from `address` who was let in earlier, and had to wait, may still be one more."""
        return address is None or self._inside.get(address, 0) < self._limits.per_address

    def enter(self, address: str | None) -> None:
        """A reader is in."""
        if address is not None:
            self._inside[address] = self._inside.get(address, 0) + 1

    def leave(self, address: str | None) -> None:
        """A reader is out."""
        if address is None:
            return
        left = self._inside[address] - 1
        if left:
            self._inside[address] = left
        else:
            del self._inside[address]

    def address_of(self, peer: str | None, forwarded_for: Sequence[bytes]) -> str | None:
        """Whose connection it is: the peer's, or behind proxies we trust the last address they did not add.

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
