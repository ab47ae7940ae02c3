"""Which addresses of the internet a fetcher may connect to: those of everybody, and none of a network's own.

A name is not judged: what it resolves to is, once, and the connection goes to just that address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from app.content.addresses import media_address

PORTS = {"http": 80, "https": 443}

_IPV4_OF_NOBODY = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 "
        "203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    ).split()
)
"""IANA's special-purpose registry of IPv4, with multicast."""

_IPV6_OF_EVERYBODY = IPv6Network("2000::/3")
_IPV6_OF_NOBODY = tuple(
    IPv6Network(network) for network in "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20".split()
)
"""What of 2000::/3 is special: protocols (Teredo, ORCHID, benchmarks …), documentation, 6to4."""

_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a network that has only IPv6 writes them: as good as the address within."""

_NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)\.?", re.ASCII)
_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "lan", "home", "corp", "intranet", "arpa", "onion")


class NotPublic(Exception):
    """An address that may not be connected to; the message says why, as a sentence."""


def is_public(address: str) -> bool:
    """Return whether an address, as a resolver gives it, is one of the internet's and of no network's own."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_public_ipv4(parsed)
    return "%" not in address and _is_public_ipv6(parsed)


def _is_public_ipv4(address: IPv4Address) -> bool:
    return not any(address in network for network in _IPV4_OF_NOBODY)


def _is_public_ipv6(address: IPv6Address) -> bool:
    if address.ipv4_mapped is not None:
        return _is_public_ipv4(address.ipv4_mapped)
    if address in _NAT64:
        return _is_public_ipv4(IPv4Address(int(address) & 0xFFFF_FFFF))
    if int(address) >> 32 & 0xFFFF_FFFF in (0x5EFE, 0x0200_5EFE):  # ISATAP, which ends in an IPv4 address
        return False
    return address in _IPV6_OF_EVERYBODY and not any(address in network for network in _IPV6_OF_NOBODY)


@dataclass(frozen=True, slots=True)
class FetchableAddress:
    """A web address taken apart: its host in ASCII as it is looked up, and the path with its query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        """Return what the request's Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def check_address(address: str, *, other_ports: frozenset[int] = frozenset()) -> FetchableAddress:
    """Take apart a web address that may be fetched, as far as it tells. Raises NotPublic.

    `other_ports` are let pass beside those of http and https: for what a test listens on. Hosts that are numbers in any
    other spelling than four decimal ones are refused: resolvers take them for addresses.
    """
    if media_address(address) is None:
        raise NotPublic("This is no plain http or https address; one with a name and password is none.")
    parts = urlsplit(address)
    port = parts.port or PORTS[parts.scheme]
    if port not in {PORTS[parts.scheme], *other_ports}:
        raise NotPublic(f"Port {port} is not that of {parts.scheme}.")
    host = _ascii_host((parts.hostname or "").rstrip("."))
    if parts.netloc.startswith("[") or _NUMBER.fullmatch(host.rpartition(".")[2]):
        _check_number(host)
    elif "." not in host or host.rpartition(".")[2] in _LOCAL_NAMES:
        raise NotPublic(f"{host[:80]} is a name of a network's own.")
    return FetchableAddress(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _ascii_host(host: str) -> str:
    """Return a host as resolvers are asked for it; what looks like a letter or digit has become one by then."""
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_host = ""
    if not ascii_host or len(ascii_host) > 253:
        raise NotPublic("There is no host in this address.")
    return ascii_host.lower()


def _check_number(host: str) -> None:
    try:
        address = str(ip_address(host))
    except ValueError:
        raise NotPublic(f"{host[:80]} is a number, and not written as an address is.") from None
    if not is_public(address):
        raise NotPublic(f"{address} is an address of a network's own.")
