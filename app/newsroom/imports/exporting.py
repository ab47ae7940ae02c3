"""The lines of a story's export, one by one out of one snapshot, so that no story is too long for the memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from app.domain.clock import Micros
from app.domain.entry import PUBLIC_STATUSES, Entry, EntryContent, EntryStatus
from app.domain.errors import Conflict, NotFound
from app.domain.identifiers import EntryId
from app.domain.media import Media
from app.domain.rights import Right
from app.domain.story import NEWSROOM_ONLY, Story, StoryStatus
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.recording import record_audit
from app.newsroom.imports.export_shapes import (
    Exported,
    ExportedEntry,
    ExportedEvent,
    ExportedLog,
    ExportedMedia,
    ExportedPerson,
    ExportedVersion,
    ExportEnd,
    ExportHeader,
)
from app.newsroom.imports.exported_parts import (
    exported_comments,
    exported_story_version,
    fields_without_source,
    settings_of_any_newsroom,
)
from app.storage.database.transactions import ReadTransaction
from app.storage.imports.states import list_aliases
from app.storage.imports.story_rows import (
    list_all_story_versions,
    list_entry_versions,
    list_former_slugs,
    list_log,
    list_story_entries,
    list_story_media_names,
    list_writers,
    read_log_head,
)
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.entries import EntryVersion
from app.storage.newsroom.media import list_media_named
from app.storage.newsroom.stories import read_story
from app.storage.newsroom.story_versions import StoryVersion
from app.wire.export_lines import FORMAT


def export_story(
    tx: ReadTransaction, ref: str, *, drafts: bool, release: str, now: Micros, comments: bool = False
) -> Iterator[Exported]:
    """Yield the lines of a story's export: its header first, the end last.

    Without `drafts` it has what readers have, and the versions that were public of it; of an entry that was withdrawn
    the tombstone alone. With `comments` it has those of readers too: with `drafts` all, else those that readers see.
    What was purged is in neither. Raises NotFound, Conflict `story_importing`, `story_withdrawn`.
    """
    story = require_exportable(tx, ref)
    head = read_log_head(tx, story.id)
    log = None
    if head is not None:
        slugs = tuple(list_former_slugs(tx, story.id, public=True))
        log = ExportedLog(head.seq, head.check, head.entry_count, head.last_entry_at, head.public_since, slugs)
    former = tuple(list_former_slugs(tx, story.id, public=False))
    yield ExportHeader(FORMAT, release, now, drafts, _story(story, drafts=drafts), former, log)
    for person, name in list_writers(tx, story.id):
        yield ExportedPerson(person, name)
    entries = versions = events = uploads = story_versions = replies = 0
    for media in list_story_uploads(tx, story, drafts=drafts):
        yield ExportedMedia(media if drafts else _without_sender(media))
        uploads += 1
    for each in list_all_story_versions(tx, story.id):
        if drafts or _was_shown(each):
            yield exported_story_version(each, drafts=drafts)
            story_versions += 1
    for entry in list_story_entries(tx, story.id):
        kept = entry if drafts else _as_readers_have_it(entry)
        if kept is None:
            continue
        yield ExportedEntry(kept, tuple(list_aliases(tx, story.id, entry.id)))
        entries += 1
        for version in list_entry_versions(tx, story.id, EntryId(entry.id)):
            shown = version if drafts else _public_version(version, entry)
            if shown is not None:
                yield _version(entry, shown)
                versions += 1
    if head is not None:
        for row in list_log(tx, story.id, head):
            yield ExportedEvent(**dataclasses.asdict(row))
            events += 1
    if comments:
        for comment in exported_comments(tx, story.id, drafts=drafts):
            yield comment
            replies += 1
    yield ExportEnd(entries, versions, events, uploads, story_versions=story_versions, comments=replies)


def record_export(newsroom: Newsroom, call: Call, ref: str, *, drafts: bool, comments: bool) -> Story:
    """Write to the audit that a story is taken out, before it is. Raises as `export_story`, and NotAllowed."""
    with open_write(newsroom, call, right=Right.IMPORT_STORIES) as context:
        story = require_exportable(context.tx, ref)
        taken = {"drafts": drafts, "replies": comments}
        change = AuditedChange("export", "story", story.id, story_id=story.id, after=taken)
        record_audit(context, change)
        return story


def require_exportable(tx: ReadTransaction, ref: str) -> Story:
    """Return the story of that id or slug. Raises as `export_story`."""
    story = read_story(tx, ref)
    if story is None:
        raise NotFound("story_not_found", "There is no such story.")
    if story.importing:
        raise Conflict("story_importing", "This story is being brought from elsewhere: it is not complete yet.")
    if story.status is StoryStatus.WITHDRAWN:
        raise Conflict("story_withdrawn", "This story is withdrawn, and so is its text: there is nothing to export.")
    return story


def list_story_uploads(tx: ReadTransaction, story: Story, *, drafts: bool) -> Iterator[Media]:
    """Iterate over the uploads that an export of the story has, a page at a time."""
    names = list_story_media_names(tx, story.id, public=not drafts)
    for first in range(0, len(names), 100):
        yield from list_media_named(tx, ids=(), names=names[first : first + 100])


def _story(story: Story, *, drafts: bool) -> Story:
    """Return the story without what is no part of it: who is on duty, freezes and holds here."""
    fields = story.fields if drafts else fields_without_source(story.fields)
    settings = settings_of_any_newsroom(story.settings)
    kept = dataclasses.replace(story, fields=fields, settings=settings)
    return dataclasses.replace(kept, frozen=False, site_frozen=False, legal_hold=False)


def _was_shown(version: StoryVersion) -> bool:
    return version.status not in (*NEWSROOM_ONLY, StoryStatus.WITHDRAWN)


def _without_sender(media: Media) -> Media:
    words = dataclasses.replace(media.words, rights="")
    return dataclasses.replace(media, created_by=None, words=words)


def _as_readers_have_it(entry: Entry) -> Entry | None:
    """Return the entry with what readers have of it; None for one that they never had."""
    if entry.revision == 0:
        return None
    kept = dataclasses.replace(entry, working=None, publish_at=None, held=False, pin_wanted=False, legal_hold=False)
    if entry.status in PUBLIC_STATUSES:
        return dataclasses.replace(kept, content=_without_source(entry.content))
    gone = dataclasses.replace(kept, status=EntryStatus.REMOVED, content=EntryContent(), corrections=())
    return dataclasses.replace(gone, creation_fingerprint="", expires_at=None)


def _without_source(content: EntryContent) -> EntryContent:
    """Return the content without the text that was typed, in which there may be what no reader sees."""
    return dataclasses.replace(content, text=None, text_format="markdown")


def _public_version(version: EntryVersion, entry: Entry) -> EntryVersion | None:
    if entry.status not in PUBLIC_STATUSES or version.status not in PUBLIC_STATUSES:
        return None
    return dataclasses.replace(version, content=_without_source(version.content), working=None, note=None)


def _version(entry: Entry, version: EntryVersion) -> ExportedVersion:
    return ExportedVersion(
        entry=entry.id,
        version=version.version,
        at=version.at,
        person=version.person,
        token=version.token_id,
        action=version.action,
        status=version.status,
        content=version.content,
        working=version.working,
        note=version.note,
        particulars=version.particulars,
    )
