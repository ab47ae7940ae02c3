"""The newsroom's JSON of an upload, with stored addresses of its files (app/content/media_addresses.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.content import MediaFacts, media_block
from app.domain.clock import format_time
from app.domain.media import Media, MediaUse


def newsroom_media(
    media: Media, facts: MediaFacts, *, can: Sequence[str], posted_by: Mapping[str, Any]
) -> dict[str, Any]:
    """Return an upload as the newsroom sees it: the block that it would be, its words, and who sent it."""
    block = media_block(facts)
    return {
        "id": media.id,
        "kind": media.kind,
        "type": media.content_type,
        "url": block["url"],
        "width": media.width,
        "height": media.height,
        "animated": media.animated,
        "duration_ms": media.duration_ms,
        "placeholder": media.placeholder,
        "poster": block.get("poster"),
        "renditions": block["renditions"],
        "html": block["html"],
        "alt": media.words.alt,
        "caption": media.words.caption,
        "credit": media.words.credit,
        "rights": media.words.rights,
        "focal": media.words.focal,
        "size": media.size_bytes,
        "version": media.version,
        "created_at": format_time(media.created_at),
        "posted_by": dict(posted_by),
        "can": list(can),
    }


def media_use(use: MediaUse, *, title: str | None, slug: str | None, name: str | None) -> dict[str, Any]:
    """Return one place where an upload is used, by its ids and the names that people know it by."""
    return {
        "story": use.story,
        "slug": slug,
        "title": title,
        "entry": use.entry,
        "person": use.person,
        "name": name,
        "current": use.is_current,
    }
