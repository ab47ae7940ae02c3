"""The newsroom's JSON: public members, and those that only callers with a token may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.content import Block, markdown_source, render_html, warnings_of
from app.domain.clock import Micros, format_time
from app.domain.entry import Entry, EntryContent, JsonObject, WorkingRevision
from app.domain.sites import DEFAULT_SITE
from app.domain.story import Story, intro_content
from app.domain.writing_direction import direction_of
from app.wire.encoding import encode_stored
from app.wire.links import Links
from app.wire.newsroom_stream_messages import Principal
from app.wire.public_entry import body_html, public_block, public_blocks, public_members
from app.wire.requests.stories import STORY_DEFAULTS


def newsroom_entry(entry: Entry, *, can: Sequence[str], posted_by: Principal) -> dict[str, Any]:
    """Return an entry as its editors see it: public members, source text, version, working revision.

    `can` is what the one who is shown it may do with it (app/domain/permissions.py). `posted_by` is whose account
    created it, whatever its byline says.
    """
    blocks = _blocks(entry.content)
    return {
        "story": entry.story,
        **public_members(entry),
        "label": entry.content.label,
        "icon": entry.content.icon,
        "body_html": body_html(entry),
        "blocks": blocks,
        **_source(entry.content),
        "display_time": _time(entry.content.display_time),
        "version": entry.version,
        "working": None if entry.working is None else working_members(entry.working),
        "publish_at": _time(entry.publish_at),
        "held": entry.held,
        "expires_at": _time(entry.expires_at),
        "pin_wanted": entry.pin_wanted,
        "retraction_stands": entry.retraction_stands,
        "legal_hold": entry.legal_hold,
        "purged_at": _time(entry.purged_at),
        "external_id": entry.external_id,
        "external_version": entry.external_version,
        "created_at": format_time(entry.created_at),
        "created_by": entry.created_by,
        "posted_by": posted_by.members,
        "warnings": warnings_of(_blocks(entry.newest_content)),
        "can": list(can),
    }


def written_entry(
    entry: Entry, *, can: Sequence[str], posted_by: Principal, shorthand: JsonObject | None
) -> dict[str, Any]:
    """Return an entry for the answer to a write, with what was understood of its shorthand where that was read."""
    members = newsroom_entry(entry, can=can, posted_by=posted_by)
    return members if shorthand is None else {**members, "shorthand": shorthand}


def newsroom_story(story: Story, *, links: Links) -> dict[str, Any]:
    """Return a story as its editors see it: the members clients write, the settings and the version."""
    links = links.for_site(story.site)
    settings = {**asdict(story.settings), "comments": _comment_settings(story)}
    for kept in ("site", "duty", "frozen_by_editor"):
        del settings[kept]  # which are no settings to a client
    return {
        "id": story.id,
        "slug": story.slug,
        **({} if story.site == DEFAULT_SITE else {"site": story.site}),
        "url": links.story_page(story.slug),
        "entry_url_template": links.entry_page_template(story.slug),
        "status": story.status.value,
        **_client_members(story),
        "intro": _newsroom_intro(story),
        "frozen": story.frozen,
        "legal_hold": story.legal_hold,
        "purged_at": _time(story.purged_at),
        "settings": settings,
        "version": story.version,
        "created_at": format_time(story.created_at),
    }


def stored_story_fields(story: Story, *, continues: str | None, authors: Sequence[JsonObject]) -> bytes:
    """Encode the public members of a story without those that a rename or a setting could change.

    `continues` is the id of the continued story if readers may know it, `authors` are those that they are shown.
    """
    members = {"status": story.status.value, **_client_members(story), "continues": continues, "authors": authors}
    members["comments"] = _public_comments(story)
    members["intro"] = _public_intro(story)
    if members["image"] is not None:
        members["image"] = public_block(members["image"])
    if members["seo"] is not None and members["seo"]["image"] is not None:
        members["seo"] = {**members["seo"], "image": public_block(members["seo"]["image"])}
    return encode_stored(members)


def _public_intro(story: Story) -> dict[str, Any] | None:
    blocks = public_blocks(intro_content(story.fields))
    return {"html": render_html(blocks), "blocks": blocks} if blocks else None


def _newsroom_intro(story: Story) -> dict[str, Any] | None:
    """Return the intro with its source text, from which an editor goes on."""
    content = intro_content(story.fields)
    blocks = _blocks(content)
    return {"html": render_html(blocks), "blocks": blocks, **_source(content)} if blocks else None


def _comment_settings(story: Story) -> dict[str, Any] | None:
    kept = story.settings.comments
    return None if kept is None else {"url": None, "count": None, **kept}


def _public_comments(story: Story) -> dict[str, Any] | None:
    """Return what readers are told of the setting; how many comments there are is never part of a story or event."""
    kept = story.settings.comments
    return None if kept is None else {"mode": kept["mode"], "url": kept.get("url")}


def _client_members(story: Story) -> dict[str, Any]:
    """Return the members clients write, with the pins and key points.

    The direction is the one that was set, else that of the language.
    """
    members = {**STORY_DEFAULTS, **story.fields}
    return {
        **members,
        "direction": members["direction"] or direction_of(members["language"]),
        "pinned": [{**pin, "until": _time(pin["until"])} for pin in story.pinned],
        "key_points": story.key_points,
    }


def content_members(content: EntryContent) -> dict[str, Any]:
    """Return a revision's content, with its source text, as one object."""
    blocks = _blocks(content)
    members = {name: value for name, value in asdict(content).items() if name not in {"text", "text_format", "blocks"}}
    members["display_time"] = _time(content.display_time)
    return {**members, "body_html": render_html(blocks), "blocks": blocks, **_source(content)}


def working_members(working: WorkingRevision) -> dict[str, Any]:
    """Return a working revision as its editors see it."""
    return {
        "status": working.status.value,
        "material": working.material,
        "publish_at": _time(working.publish_at),
        "held": working.held,
        "fields": content_members(working.content),
    }


def _source(content: EntryContent) -> dict[str, str | bool]:
    if content.text is not None:
        return {"text": content.text, "text_format": content.text_format, "text_exact": True}
    text, is_exact = markdown_source(_blocks(content))
    return {"text": text, "text_format": "markdown", "text_exact": is_exact}


def _time(at: Micros | None) -> str | None:
    return None if at is None else format_time(at)


def _blocks(content: EntryContent) -> list[Block]:
    return [dict(block) for block in content.blocks]
