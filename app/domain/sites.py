"""Sites: the brands that one server publishes for, and the hosts at which each is asked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from app.domain.clock import Micros

DEFAULT_SITE = "default"
"""The site of the operator's settings: every story belongs to it that says nothing else."""

RESERVED_SLUGS = frozenset({DEFAULT_SITE, "site", "all"})
"""Slugs that no other site may have; `site` is the whole server in the audit."""

MAX_HOSTS = 20
MAX_HOST_LENGTH = 253

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
"""The dots of other scripts, which browsers read as one between two labels."""
_OWN_PORTS = frozenset({"80", "443"})
"""The ports that an address leaves out: which of the two it is, is the scheme's to say."""

_UNKNOWN = Micros(0)


@dataclass(frozen=True, slots=True)
class Site:
    """One brand, as its admins have described it. `hosts` are as `read_host` returns them; the first is its address."""

    slug: str
    name: str
    url: str
    logo: str | None = None
    hosts: tuple[str, ...] = ()
    theme: str | None = None
    language: str | None = None
    """Of its pages, and of new stories that say no other; None for no wish."""
    consent: tuple[str, ...] = ()
    """Categories of embeds that its readers need not be asked about."""
    frame_ancestors: tuple[str, ...] | None = None
    """Who may show its pages in a frame; None for anybody."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may write at its hosts, beside the operator's."""
    version: int = 1
    created_at: Micros = _UNKNOWN


@dataclass(frozen=True, slots=True)
class SiteList:
    """All sites but the settings' one, at one moment; `version` counts the changes to any of them."""

    version: int
    sites: tuple[Site, ...]


def read_host(text: str) -> str | None:
    """Return a host as it is compared: in lower case and ASCII (IDNA), without a final dot or a usual port.

    An IPv6 address stands in brackets, in its shortest form. None for what is no host.
    """
    host, port = _split_port(text.strip())
    if port is not None and not (_PORT.fullmatch(port) and 0 < int(port) < 65_536):
        return None
    named = _ipv6(host[1:-1]) if host.startswith("[") and host.endswith("]") else _domain_name(host)
    if named is None:
        return None
    return named if port is None or str(int(port)) in _OWN_PORTS else f"{named}:{int(port)}"


def without_port(host: str) -> str:
    """Return a host from `read_host` without its port."""
    return _split_port(host)[0]


def _split_port(text: str) -> tuple[str, str | None]:
    head, colon, port = text.rpartition(":")
    if not colon or (text.startswith("[") and not head.endswith("]")):
        return text, None
    return head, port


def _ipv6(text: str) -> str | None:
    try:
        return None if "%" in text else f"[{IPv6Address(text).compressed}]"
    except AddressValueError:
        return None


def _domain_name(text: str) -> str | None:
    labels = text.translate(_DOTS).removesuffix(".").split(".")
    ascii_labels = [_ascii_label(label) for label in labels]
    name = ".".join(ascii_labels)
    if len(name) > MAX_HOST_LENGTH or not all(_LABEL.fullmatch(label) for label in ascii_labels):
        return None
    return name


def _ascii_label(label: str) -> str:
    """Return a label as it is sent: what is not ASCII in Punycode, folded as browsers do."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).lower())
    if folded.isascii():
        return folded
    # What cannot be seen, and halves of a character, are in no name.
    return f"xn--{folded.encode('punycode').decode('ascii')}" if folded.isprintable() else ""
