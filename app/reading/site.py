"""The description of the site itself for readers."""

from __future__ import annotations

from app.reading.representations import Representation, compressed
from app.reading.story_lists import content_tag
from app.wire.encoding import encode_json
from app.wire.links import Links


def represent_site(links: Links) -> Representation:
    """Build the answer to `GET /v1/site`; it stays the same as long as the server runs."""
    site = links.site
    members = {"name": site.name, "url": site.url, "logo": site.logo, "public_url": links.public_url}
    body = encode_json(members)
    return compressed(Representation(plain=body, tag=content_tag(body), surrogate="site"))
