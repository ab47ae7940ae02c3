"""The address of a request's client, which the server has resolved behind trusted proxies."""

from __future__ import annotations

from ipaddress import ip_address

from starlette.types import Scope


def address_of_client(scope: Scope) -> str | None:
    """Return the client's address; None for this machine itself, and for what is no address."""
    client = scope.get("client")
    try:
        address = ip_address(str(client[0]).partition("%")[0]) if client else None
    except ValueError:
        return None
    return None if address is None or address.is_loopback else str(address)
