"""What the newsroom is shown: public members, and what only those with a token may see."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.content import Block, render_html, render_source, warnings_of
from app.domain.clock import Micros, format_time
from app.domain.entry import Entry, EntryContent, JsonObject, WorkingRevision
from app.domain.story import Story
from app.wire.encoding import encode_json
from app.wire.links import Links
from app.wire.public_entry import body_html, public_members
from app.wire.requests.stories import STORY_DEFAULTS


def newsroom_entry(entry: Entry) -> dict[str, Any]:
    """An entry as its editors see it: the public members, the source text, the version and the working revision."""
    blocks = _blocks(entry.content)
    return {
        "story": entry.story,
        **public_members(entry),
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
        "external_id": entry.external_id,
        "external_version": entry.external_version,
        "created_at": format_time(entry.created_at),
        "created_by": entry.created_by,
        "warnings": warnings_of(_blocks(entry.newest_content)),
    }


def written_entry(entry: Entry, *, shorthand: JsonObject | None) -> dict[str, Any]:
    """An entry in the answer to a write; with what was understood of its text's shorthand, where that was read."""
    members = newsroom_entry(entry)
    return members if shorthand is None else {**members, "shorthand": shorthand}


def newsroom_story(story: Story, *, links: Links) -> dict[str, Any]:
    """A story as its editors see it: the members clients write, the settings and the version."""
    return {
        "id": story.id,
        "slug": story.slug,
        "url": links.story_page(story.slug),
        "entry_url_template": links.entry_page_template(story.slug),
        "status": story.status.value,
        **_furnished(story),
        "frozen": story.frozen,
        "settings": asdict(story.settings),
        "version": story.version,
        "created_at": format_time(story.created_at),
    }


def stored_story_fields(story: Story, *, continues: str | None) -> bytes:
    """The public members of a story without anything that a rename or a setting could change.

    `continues` is what readers may know of the story it goes on from.
    """
    return encode_json({"status": story.status.value, **_furnished(story), "continues": continues})


def _furnished(story: Story) -> dict[str, Any]:
    """The members clients write, with the pins and key points."""
    return {
        **STORY_DEFAULTS,
        **story.fields,
        "pinned": [{**pin, "until": _time(pin["until"])} for pin in story.pinned],
        "key_points": story.key_points,
    }


def content_members(content: EntryContent) -> dict[str, Any]:
    """What a revision says, with its source text, as one object."""
    blocks = _blocks(content)
    members = {name: value for name, value in asdict(content).items() if name not in {"text", "text_format", "blocks"}}
    members["display_time"] = _time(content.display_time)
    return {**members, "body_html": render_html(blocks), "blocks": blocks, **_source(content)}


def working_members(working: WorkingRevision) -> dict[str, Any]:
    """An edit that readers do not see yet, as its editors see it."""
    return {
        "status": working.status.value,
        "material": working.material,
        "publish_at": _time(working.publish_at),
        "held": working.held,
        "fields": content_members(working.content),
    }


def _source(content: EntryContent) -> dict[str, str]:
    if content.text is not None:
        return {"text": content.text, "text_format": content.text_format}
    source, _ = render_source(_blocks(content))
    return {"text": source, "text_format": "markdown"}


def _time(at: Micros | None) -> str | None:
    return None if at is None else format_time(at)


def _blocks(content: EntryContent) -> list[Block]:
    return [dict(block) for block in content.blocks]
