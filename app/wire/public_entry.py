"""The public entry: an allow-list of the members readers get, encoded once when it is published."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.content import Block, render_html, render_retracted_html, render_text
from app.content.embeds_now import understand_embeds
from app.domain.clock import Micros, format_time
from app.domain.entry import Entry, EntryContent, EntryStatus, JsonObject
from app.wire.encoding import EncodedEntry, encode_json, encode_stored


def public_members(entry: Entry) -> dict[str, Any]:
    """Return the members of a public entry beside its body, in the order in which they are sent."""
    content = entry.content
    published_at = _time(entry.published_at)
    return {
        "id": entry.id,
        "revision": entry.revision,
        "status": entry.status.value,
        "kind": content.kind,
        "key_event": content.key_event,
        "importance": content.importance,
        "headline": content.headline,
        "authors": content.authors,
        "source": content.source,
        "tags": content.tags,
        "time": published_at if content.display_time is None else format_time(content.display_time),
        "published_at": published_at,
        "updated_at": _time(entry.updated_at),
        "sort_key": entry.sort_key,
        "corrections": entry.corrections,
    }


def shown_members(entry: Entry) -> dict[str, Any]:
    """Return the members of a public entry with its label and its icon, if it has them."""
    content = entry.content
    beside = {"label": content.label, "icon": content.icon}
    return public_members(entry) | {name: value for name, value in beside.items() if value is not None}


def encode_public_entry(entry: Entry) -> EncodedEntry:
    """Encode an entry as it is stored for readers; `publish_changes` has set its revision, times and sort key."""
    blocks = public_blocks(entry.content)
    return EncodedEntry(
        fields=encode_stored(shown_members(entry)),
        body_html=encode_stored(body_html(entry)),
        blocks=encode_stored(blocks),
        body_text=encode_json(render_text(blocks)),
    )


def public_blocks(content: EntryContent) -> list[Block]:
    """Return the blocks as readers get them, without the ids of uploads."""
    return [public_block(block) for block in content.blocks]


def public_block(block: JsonObject) -> Block:
    """Return a block as readers get it."""
    return {name: value for name, value in block.items() if name != "media"}


def preview_members(entry: Entry) -> dict[str, Any]:
    """Return an entry as readers would get it if it were published now, with its working revision if it has one."""
    status = EntryStatus.RETRACTED if entry.retraction_stands else entry.status
    newest = replace(entry, content=entry.newest_content, status=status)
    content = newest.content
    beside = {"label": content.label, "icon": content.icon}
    blocks, html = understand_embeds(public_blocks(content), body_html(newest))
    return {**public_members(newest), **beside, "body_html": html, "blocks": blocks}


def encode_correction(entry: Entry, line: JsonObject) -> bytes:
    """Encode a line of the entry's log for the story's log, without the entry's address."""
    return encode_json({"entry": entry.id, "headline": entry.content.headline, **line})


def body_html(entry: Entry) -> str:
    """Render the body as HTML; while a retraction stands, it begins with the reason and the text is struck through."""
    blocks: list[Block] = [dict(block) for block in entry.content.blocks]
    if entry.retraction_stands:
        return render_retracted_html(blocks, retraction_reason(entry))
    return render_html(blocks)


def retraction_reason(entry: Entry) -> str:
    """Return the reason of the last retraction; empty if there was none."""
    reasons = [line["text"] for line in entry.corrections if line["severity"] == "retraction"]
    return str(reasons[-1]) if reasons else ""


def filter_labels(content: EntryContent) -> frozenset[str]:
    """Return the labels an entry can be filtered by: `tag:<slug>`, `author:<name>`, `author:<id>`."""
    tags = {f"tag:{tag['slug']}" for tag in content.tags}
    authors = {f"author:{author[key]}" for author in content.authors for key in ("name", "id") if author.get(key)}
    return frozenset(tags | authors)


def _time(at: Micros | None) -> str | None:
    return None if at is None else format_time(at)
