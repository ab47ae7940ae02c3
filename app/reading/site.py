"""The description of a site itself for readers."""

from __future__ import annotations

from typing import Any

from app.domain.sites import DEFAULT_SITE
from app.reading.representations import Representation, compressed
from app.reading.story_lists import content_tag
from app.wire.encoding import encode_json
from app.wire.links import Links


def represent_site(links: Links) -> Representation:
    """Build the answer to `GET /v1/site`; the settings' site stays the same as long as the server runs."""
    site = links.site
    members: dict[str, Any] = {"name": site.name, "url": site.url, "logo": site.logo, "public_url": links.public_url}
    if site.slug != DEFAULT_SITE:
        said = {"slug": site.slug, "language": site.language, "theme": site.theme}
        members |= {name: value for name, value in said.items() if value is not None} | {"consent": list(site.consent)}
    body = encode_json(members)
    return compressed(Representation(plain=body, tag=content_tag(body), surrogate="site"))


class SiteDescriptions:
    """The answers to `GET /v1/site`, each built when it is first asked for. It belongs to one event loop."""

    def __init__(self, links: Links) -> None:
        self._default = represent_site(links)
        self._of_others: dict[str, tuple[Links, Representation]] = {}

    def of(self, links: Links) -> Representation:
        """Return the description of the site of these links, as it is in them."""
        if links.site.slug == DEFAULT_SITE:
            return self._default
        kept = self._of_others.get(links.site.slug)
        if kept is None or kept[0] is not links:
            kept = self._of_others[links.site.slug] = links, represent_site(links)
        return kept[1]

    def forget(self) -> None:
        """Drop all but that of the settings' site."""
        self._of_others.clear()
