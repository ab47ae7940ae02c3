"""A public story's fields as JSON: the stored members, and those that depend on the slug and the settings.

All members that clients write are stored, null when unset. Names and addresses that a rename or a setting could
change are added when the bytes are sent, by `encode_story_fields`, on publication and in every read.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from app.content.embeds_now import understand_embeds
from app.domain.identifiers import StoryId
from app.wire.encoding import encode_json, with_media_base
from app.wire.links import Links
from app.wire.requests.stories import STORY_DEFAULTS

_MEMBERS_ADDED = {**STORY_DEFAULTS, "direction": "ltr", "pinned": [], "key_points": [], "comments": None}
"""Members that a story stored by an earlier release lacks."""


def encode_story_fields(stored: bytes, *, links: Links, story: StoryId, slug: str, site: str | None = None) -> bytes:
    """Encode the story's public fields as one JSON object, from `public_stories.fields`; `links` are its site's.

    `site` is None where readers have never known it as another's than the settings' site. Once they have, the member
    stays: what is absent takes nothing away from a reader who holds it.

    The publisher of a story that names none is the site; one that says nothing of comments does as the site does.
    """
    fields = stored_members(stored, media_base=links.media_base)
    of_site = {} if site is None else {"site": site}
    if fields["publisher"] is None:
        own = links.site
        fields["publisher"] = {"name": own.name, "url": own.url, "logo": own.logo}
    if fields["comments"] is None:
        fields["comments"] = {"mode": links.site.comments, "url": None}
    members = {
        "id": story,
        "slug": slug,
        "url": links.story_page(slug),
        "entry_url_template": links.entry_page_template(slug),
    }
    return encode_json(members | of_site | fields)


def changed_members(before: bytes, after: bytes) -> tuple[str, ...]:
    """List the names of the members that differ between two states of `public_stories.fields`."""
    known = stored_members(before)
    return tuple(name for name, value in stored_members(after).items() if value != known.get(name))


def stored_members(stored: bytes, *, media_base: bytes = b"") -> dict[str, Any]:
    """Decode `public_stories.fields`, with `media_base` in the addresses of our media."""
    members: dict[str, Any] = from_json(with_media_base(stored, media_base))
    for name, value in _MEMBERS_ADDED.items():
        members.setdefault(name, value)
    if (intro := members.get("intro")) and intro.get("blocks"):
        blocks, html = understand_embeds(intro["blocks"], intro["html"])
        members["intro"] = intro | {"blocks": blocks, "html": html}
    return members
