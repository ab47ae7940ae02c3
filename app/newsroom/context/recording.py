"""The traces of a write to an entry or story: the row, the version, the audit line, the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.comments import Comment
from app.domain.entry import Entry, EntryStatus, JsonObject
from app.domain.permissions import permitted_actions
from app.domain.statuses import Action
from app.domain.story import Story
from app.newsroom.context.accounts import poster_of
from app.newsroom.context.idempotency import keep_reply, keep_reply_about_comments
from app.newsroom.context.media_use import record_entry_media, record_story_media
from app.newsroom.context.newsroom import Reply
from app.newsroom.context.preconditions import etag_of
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.storage.newsroom.audit import AuditedChange, append_audit
from app.storage.newsroom.entries import append_version, insert_entry, update_entry
from app.storage.newsroom.search import index_entry
from app.storage.newsroom.story_versions import append_story_version
from app.wire.encoding import encode_json
from app.wire.newsroom_json import newsroom_story, written_entry


def record_audit(context: WriteContext, change: AuditedChange) -> None:
    """Append the audit row of a change."""
    append_audit(context.tx, change, actor=context.actor, at=context.now, request_id=context.call.request_id)


def record_entry(
    context: WriteContext, *, before: Entry | None, after: Entry, action: str, note: str | None = None
) -> None:
    """Write the entry's new state, its version and the audit row."""
    if before is None:
        insert_entry(context.tx, after)
    else:
        update_entry(context.tx, after)
    if before is None or _has_other_words(before, after):
        index_entry(context.tx, after)
    record_entry_media(context, before=before, after=after)
    append_version(context.tx, after, at=context.now, actor=context.actor, action=action, note=note)
    summary = None if before is None else _summary(before)
    change = AuditedChange(action, "entry", after.id, story_id=after.story, before=summary, after=_summary(after))
    record_audit(context, change)


def record_unversioned(context: WriteContext, *, before: Entry, after: Entry) -> None:
    """Write a change that makes no version, to another system's number or to the wanted pin, with its audit row."""
    update_entry(context.tx, after)
    was, now = _unversioned(before), _unversioned(after)
    record_audit(context, AuditedChange(Action.EDIT, "entry", after.id, story_id=after.story, before=was, after=now))


def record_story(context: WriteContext, *, before: Story | None, after: Story, action: str) -> None:
    """Append the version and the audit row of a change to a story, whose new state is written already."""
    record_story_media(context, before=before, after=after)
    append_story_version(context.tx, after, at=context.now, actor=context.actor, action=action)
    summary = None if before is None else _story_summary(before)
    change = AuditedChange(action, "story", after.id, story_id=after.id, before=summary, after=_story_summary(after))
    record_audit(context, change)


def answer(context: WriteContext, members: dict[str, Any], *, status: int = 200) -> Reply:
    """Return these members as the reply, kept for a retry."""
    return keep_reply(context, Reply(status, encode_json(members)))


def answer_comments(
    context: WriteContext, members: dict[str, Any], comments: Sequence[Comment], *, status: int = 200
) -> Reply:
    """Return these members, which show the comments, as the reply, kept for a retry."""
    return keep_reply_about_comments(context, Reply(status, encode_json(members)), comments)


def answer_entry(
    context: StoryContext,
    entry: Entry,
    *,
    status: int = 200,
    location: bool = False,
    shorthand: JsonObject | None = None,
) -> Reply:
    """Return the newsroom's shape of the entry with its ETag, and its shorthand as understood.

    It is kept for a retry, which is answered with the same bytes, with what the caller `can` do as of now.
    """
    headers = {"ETag": etag_of(entry)}
    if location:
        headers["Location"] = entry_location(context, entry)
    can = permitted_actions(context.actor, context.story, entry)
    posted_by = poster_of(context.tx, entry, actor=context.actor)
    shown = written_entry(entry, can=can, posted_by=posted_by, shorthand=shorthand)
    reply = Reply(status, encode_json(shown), headers)
    return keep_reply(context, reply, story=entry.story, entries=[entry.id])


def answer_story(context: WriteContext, story: Story, *, status: int = 200) -> Reply:
    """Return the newsroom's shape of the story with its ETag, kept for a retry."""
    headers, links = {"ETag": etag_of(story)}, context.newsroom.links.for_site(story.site)
    if status == 201:
        headers["Location"] = links.story(story.id) if story.is_public else links.newsroom_story(story.id)
    reply = Reply(status, encode_json(newsroom_story(story, links=links)), headers)
    return keep_reply(context, reply, story=story.id)


def entry_location(context: StoryContext, entry: Entry) -> str:
    """Return the URL at which the entry can be read: the public one once it was published, else the newsroom's."""
    links = context.newsroom.links.for_site(context.story.site)
    return links.entry(entry.story, entry.id) if entry.revision > 0 else links.newsroom_entry(entry.story, entry.id)


def _has_other_words(before: Entry, after: Entry) -> bool:
    """Return whether the search must find the entry by other words than before."""
    is_gone, was_gone = after.status is EntryStatus.REMOVED, before.status is EntryStatus.REMOVED
    return is_gone is not was_gone or before.content != after.content or before.working != after.working


def _summary(entry: Entry) -> dict[str, str | int]:
    return {"status": entry.status.value, "version": entry.version, "revision": entry.revision}


def _unversioned(entry: Entry) -> dict[str, str | int | bool | None]:
    return {**_summary(entry), "external_version": entry.external_version, "pin_wanted": entry.pin_wanted}


def _story_summary(story: Story) -> dict[str, str | int]:
    return {"status": story.status.value, "version": story.version}
