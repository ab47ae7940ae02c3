"""The host that a trusted proxy was asked for, which it names in X-Forwarded-Host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.server.lifespan import Application

_NAME = b"x-forwarded-host"


class ForwardedHost:
    """An ASGI application around uvicorn's, which still sees each connection's real peer.

    It adds `forwarded_host` to the scope of a request that a trusted proxy has sent. Of several hosts the last is the
    one that the proxy before us has named.
    """

    def __init__(
        self,
        app: Application,
        *,
        trusted_proxies: Sequence[IPv4Network | IPv6Network],
        answer_at_once: Callable[[Any], tuple[bytes, bytes] | None] | None = None,
    ) -> None:
        """`answer_at_once` answers a request that shows its real client, if that can be done without `app`."""
        self._app = app
        self._trusted_proxies = tuple(trusted_proxies)
        self._answer_at_once = answer_at_once
        hosts = [str(network) for network in trusted_proxies]
        self._resolve_client = ProxyHeadersMiddleware(_do_nothing, trusted_hosts=hosts)

    async def __call__(self, scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if scope["type"] == "http":
            self._resolve_host(scope)
        await self._app(scope, receive, send)

    def answer_at_once(self, scope: Any) -> tuple[bytes, bytes] | None:
        """Answer a request without `app`, if that can be done, as if the client had sent it itself."""
        if self._answer_at_once is None:
            return None
        shown: Any = dict(scope)
        self._resolve_host(shown)
        with suppress(StopIteration):  # it waits for nothing
            self._resolve_client(shown, _do_nothing, _do_nothing).send(None)
        return self._answer_at_once(shown)

    def _resolve_host(self, scope: Any) -> None:
        named = [value for name, value in scope["headers"] if name == _NAME]
        if named and self._trusts(scope.get("client")):
            scope["forwarded_host"] = named[-1].rpartition(b",")[2].strip()

    def _trusts(self, peer: tuple[str, int] | None) -> bool:
        try:
            address = None if peer is None else ip_address(peer[0].partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return mapped is not None and any(mapped in network for network in self._trusted_proxies)


async def _do_nothing(*_given: Any) -> Any:
    """Stand for what `ProxyHeadersMiddleware` calls once it has changed the scope."""
