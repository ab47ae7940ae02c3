"""The host that a trusted proxy was asked for, which it names in X-Forwarded-Host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from app.server.lifespan import Application

_NAME = b"x-forwarded-host"


class ForwardedHost:
    """An ASGI application around uvicorn's, which still sees each connection's real peer.

    It adds `forwarded_host` to the scope of a request that a trusted proxy has sent. Of several hosts the last is the
    one that the proxy before us has named.
    """

    def __init__(self, app: Application, *, trusted_proxies: Sequence[IPv4Network | IPv6Network]) -> None:
        self._app = app
        self._trusted_proxies = tuple(trusted_proxies)

    async def __call__(self, scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if scope["type"] == "http":
            named = [value for name, value in scope["headers"] if name == _NAME]
            if named and self._trusts(scope.get("client")):
                scope["forwarded_host"] = named[-1].rpartition(b",")[2].strip()
        await self._app(scope, receive, send)

    def _trusts(self, peer: tuple[str, int] | None) -> bool:
        try:
            address = None if peer is None else ip_address(peer[0].partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return mapped is not None and any(mapped in network for network in self._trusted_proxies)
