"""What every write of an entry or story leaves behind: the row, the version, the audit line, the answer."""

from __future__ import annotations

from app.domain.entry import Entry, EntryStatus, JsonObject
from app.domain.rights import Actor
from app.domain.statuses import Action
from app.domain.story import Story
from app.newsroom.context.idempotency import keep_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import etag_of
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.audit import AuditedChange, append_audit
from app.storage.newsroom.entries import append_version, insert_entry, update_entry
from app.storage.newsroom.search import index_entry
from app.storage.newsroom.story_versions import append_story_version
from app.wire.encoding import encode_json
from app.wire.newsroom_json import newsroom_story, written_entry


def record_entry(
    tx: WriteTransaction,
    newsroom: Newsroom,
    actor: Actor,
    call: Call,
    *,
    before: Entry | None,
    after: Entry,
    action: str,
    note: str | None = None,
) -> None:
    """Keep the entry's new state, its version and the audit row."""
    if before is None:
        insert_entry(tx, after)
    else:
        update_entry(tx, after)
    if before is None or _says_otherwise(before, after):
        index_entry(tx, after)
    at = newsroom.clock()
    append_version(tx, after, at=at, actor=actor, action=action, note=note)
    change = AuditedChange(
        action=action,
        object_kind="entry",
        object_id=after.id,
        story_id=after.story,
        before=None if before is None else _summary(before),
        after=_summary(after),
    )
    append_audit(tx, change, actor=actor, at=at, request_id=call.request_id)


def record_unversioned(
    tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, *, before: Entry, after: Entry
) -> None:
    """Keep what makes no version of an entry, another system's number of it or the wish for a pin, with its row."""
    update_entry(tx, after)
    change = AuditedChange(
        action=Action.EDIT,
        object_kind="entry",
        object_id=after.id,
        story_id=after.story,
        before=_unversioned(before),
        after=_unversioned(after),
    )
    append_audit(tx, change, actor=actor, at=newsroom.clock(), request_id=call.request_id)


def record_story(
    tx: WriteTransaction,
    newsroom: Newsroom,
    actor: Actor,
    call: Call,
    *,
    before: Story | None,
    after: Story,
    action: str,
) -> None:
    """The version and the audit row of a change to a story, whose new state is kept already."""
    at = newsroom.clock()
    append_story_version(tx, after, at=at, actor=actor, action=action)
    change = AuditedChange(
        action=action,
        object_kind="story",
        object_id=after.id,
        story_id=after.id,
        before=None if before is None else _story_summary(before),
        after=_story_summary(after),
    )
    append_audit(tx, change, actor=actor, at=at, request_id=call.request_id)


def answer_entry(
    tx: WriteTransaction,
    newsroom: Newsroom,
    actor: Actor,
    call: Call,
    entry: Entry,
    *,
    status: int = 200,
    location: bool = False,
    shorthand: JsonObject | None = None,
) -> Reply:
    """The newsroom's shape of the entry with its ETag, and what was understood of its shorthand; kept for a retry."""
    headers = {"ETag": etag_of(entry)}
    if location:
        headers["Location"] = entry_location(newsroom, entry)
    reply = Reply(status, encode_json(written_entry(entry, shorthand=shorthand)), headers)
    return keep_reply(tx, actor, call, reply, story=entry.story, entries=[entry.id])


def answer_story(
    tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, story: Story, *, status: int = 200
) -> Reply:
    """The newsroom's shape of the story with its ETag, kept for a retry."""
    headers = {"ETag": etag_of(story)}
    if status == 201:
        links = newsroom.links
        headers["Location"] = links.story(story.id) if story.is_public else links.newsroom_story(story.id)
    reply = Reply(status, encode_json(newsroom_story(story, links=newsroom.links)), headers)
    return keep_reply(tx, actor, call, reply, story=story.id, entries=[])


def entry_location(newsroom: Newsroom, entry: Entry) -> str:
    """Where the entry can be read now: in public once it is public, else in the newsroom."""
    if entry.revision > 0:
        return newsroom.links.entry(entry.story, entry.id)
    return newsroom.links.newsroom_entry(entry.story, entry.id)


def _says_otherwise(before: Entry, after: Entry) -> bool:
    """Whether the entry is to be found by other words than before."""
    is_gone, was_gone = after.status is EntryStatus.REMOVED, before.status is EntryStatus.REMOVED
    return is_gone is not was_gone or before.content != after.content or before.working != after.working


def _summary(entry: Entry) -> dict[str, str | int]:
    return {"status": entry.status.value, "version": entry.version, "revision": entry.revision}


def _unversioned(entry: Entry) -> dict[str, str | int | bool | None]:
    return {**_summary(entry), "external_version": entry.external_version, "pin_wanted": entry.pin_wanted}


def _story_summary(story: Story) -> dict[str, str | int]:
    return {"status": story.status.value, "version": story.version}
