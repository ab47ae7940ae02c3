"""The providers of ours and of the operator's file, and finding an address among them. Nothing is ever fetched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, unquote

from app.content.addresses import media_address, split_web_address
from app.content.embeds.catalogue import BUILT_IN
from app.content.embeds.forms import Form, KnownEmbed
from app.content.embeds.patterns import Address, Pattern, take_apart

_PLAYERS_WITH_PAGE = {
    ("w.soundcloud.com", ("player",)): "url",
    ("facebook.com", ("plugins", "post.php")): "href",
    ("facebook.com", ("plugins", "video.php")): "href",
}
"""Players whose address has that of the page they show in a parameter."""


class Providers:
    """Forms of addresses, found by host. The first that fits counts."""

    def __init__(self, forms: Sequence[Form], *, tag: str = "") -> None:
        self.forms = tuple(forms)
        self.tag = tag
        self._of_host: dict[str, list[tuple[Form, Pattern]]] = {}
        self._of_any: list[tuple[Form, Pattern]] = []
        for form in self.forms:
            for pattern in form.patterns:
                for host in pattern.hosts:
                    self._of_host.setdefault(host, []).append((form, pattern))
                if not pattern.hosts:
                    self._of_any.append((form, pattern))
        hosts = {form.frame.host for form in self.forms if form.frame}
        self.frame_sources = " ".join(f"https://{host}" for host in sorted(hosts))
        """The hosts of all frames, as a Content-Security-Policy lists them."""

    def find(self, address: Address) -> KnownEmbed | None:
        """Return what is known of an address, or None."""
        candidates = [*self._of_host.get(address.host, ()), *self._of_any]
        return next((known for form, pattern in candidates if (known := form.read(pattern, address))), None)


class _InUse:
    """The providers of this process, which are set once, before it reads anything."""

    def __init__(self) -> None:
        self.providers = Providers(BUILT_IN)


_in_use = _InUse()


def use_providers(own: Iterable[Form] = (), *, tag: str = "") -> None:
    """Set the providers of this process: those of an operator first, then ours. Call it before anything is read.

    `tag` tells an operator's apart from others: it is what the ETags of answers that may show embeds end in.
    """
    _in_use.providers = Providers((*own, *BUILT_IN), tag=tag)


def providers_in_use() -> Providers:
    """Return the providers of this process."""
    return _in_use.providers


def find_embed(address: str) -> KnownEmbed | None:
    """Return what is known of an address by its provider, or None."""
    parts = split_web_address(address)
    return None if parts is None else _known(parts)


def page_of_player(source: str) -> str | None:
    """Return the page that a player's frame shows (`…/embed/ID` → `…/watch?v=ID`), or `source` if that is unknown.

    None if `source` is no web address. An address without a scheme (`//host/…`) is read as https.
    """
    source = source.strip(" \t\r\n\f")
    if source.startswith("//"):
        source = "https:" + source
    parts = split_web_address(source)
    if parts is None:
        return None
    page = _page_in_parameter(parts)
    if page is None:
        known = _known(parts)
        page = known.page if known else None
    return (media_address(page) if page else None) or source


def _known(parts: SplitResult) -> KnownEmbed | None:
    address = take_apart(parts)
    return None if address is None else _in_use.providers.find(address)


def _page_in_parameter(parts: SplitResult) -> str | None:
    address = take_apart(parts)
    name = None if address is None else _PLAYERS_WITH_PAGE.get((address.host, address.parts))
    page = address.parameters.get(name) if address and name else None
    page = page if page is None or media_address(page) else unquote(page)
    return page if page and find_embed(page) else None
