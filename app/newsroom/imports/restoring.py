"""An export of ours brought in: the same story, with its versions and its log, under a new epoch.

It is taken in as other systems' stories are: as a draft that nobody can change, in slices that are transactions of
their own, through the one door, and readers know of it once all of it is there. Each call may come again.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Sequence

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryStatus
from app.domain.errors import Conflict
from app.domain.identifiers import EntryId, PersonId
from app.domain.media import Media
from app.domain.rights import Right, require_right
from app.domain.sites import DEFAULT_SITE
from app.domain.story import Story, StoryStatus
from app.newsroom.context.access import authenticate
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.freezing import refuse_frozen
from app.newsroom.context.media_use import UsedMedia, record_entry_media, record_story_media
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.recording import record_audit
from app.newsroom.context.sites import lock_site_for_story
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.newsroom.imports.checked_lines import checked_lines
from app.newsroom.imports.export_shapes import (
    ExportedComment,
    ExportedEntry,
    ExportedEvent,
    ExportedMedia,
    ExportedStoryVersion,
    ExportedVersion,
    ExportHeader,
    Restored,
)
from app.newsroom.imports.kept_content import check_settings, check_upload, kept_fields
from app.newsroom.imports.making import IMPORT
from app.newsroom.imports.restored_parts import restore_comment, restore_story_version, show_comment_counts
from app.newsroom.imports.taking_in import SLICE_SECONDS, ImportProgress, finish_import, lock_import, progress_of
from app.newsroom.publication.publication import EventImported, publish_changes
from app.storage.imports.states import (
    StoryImport,
    insert_aliases,
    insert_import,
    read_import_by_external_id,
)
from app.storage.imports.story_rows import list_known_people
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.comment_lock import lock_out_purges
from app.storage.newsroom.entries import (
    EntryVersion,
    has_version,
    insert_entry,
    insert_versions,
    read_entry,
    update_purged_at,
)
from app.storage.newsroom.media import insert_media, list_media_named, read_media
from app.storage.newsroom.search import index_entry
from app.storage.newsroom.site_control import read_site_frozen
from app.storage.newsroom.stories import insert_former_slugs, insert_story, read_story
from app.storage.public.writes import insert_public_slug, read_public_story_row
from app.wire.encoding import StoryCounts

SOURCE = "liveblog"
"""The source of an export of ours; the story's own id is its id there."""


def begin_restore(newsroom: Newsroom, call: Call, header: ExportHeader, *, check: str) -> ImportProgress:
    """Make the story of an export, unless it has begun; return how far it is. `check` stands for the whole file.

    Raises Conflict `id_taken` for a story that is here already, or from another file, `slug_taken`, `frozen`.
    """
    with open_write(newsroom, call, right=Right.IMPORT_STORIES) as context:
        known = read_import_by_external_id(context.tx, SOURCE, header.story.id)
        if known is not None:
            if known.fingerprint != check:
                raise Conflict("id_taken", "This story was brought from another export: import it into another server.")
            return progress_of(context.tx, known)
        check_settings(header.story.settings)
        wanted = None if header.story.site == DEFAULT_SITE else header.story.site
        site, _ = lock_site_for_story(context, context.actor, wanted)
        story = dataclasses.replace(
            header.story,
            status=StoryStatus.DRAFT,
            fields=_fields(context, header.story),
            settings=dataclasses.replace(header.story.settings, site=site),
            importing=True,
            site_frozen=read_site_frozen(context.tx),
            ends_at=None,
            purged_at=None,
        )
        refuse_frozen(story)
        insert_story(context.tx, story)
        insert_former_slugs(context.tx, story.id, header.former_slugs)
        # No version of its own: those that the story had there keep their numbers, and the import's comes behind them.
        record_story_media(context, before=None, after=story)
        summary = {"status": story.status.value, "version": story.version}
        record_audit(context, AuditedChange(IMPORT, "story", story.id, story_id=story.id, after=summary))
        made = StoryImport(
            story=story.id,
            source=SOURCE,
            external_id=story.id,
            state="taking",
            status=header.story.status if header.log is not None else StoryStatus.DRAFT,
            fingerprint=check,
            public_since=context.now if header.log is None else header.log.public_since,
        )
        insert_import(context.tx, made)
        return progress_of(context.tx, made)


def list_restored_uploads(newsroom: Newsroom, call: Call, values: Sequence[ExportedMedia]) -> list[str]:
    """List the ids of those uploads that are here already, whose files an export is not to touch.

    Raises as `restore_uploads`, NotAllowed.
    """
    for value in values:
        check_upload(value.media)
    uploads = [value.media for value in values]
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.IMPORT_STORIES)
        known = list_media_named(tx, ids=[each.id for each in uploads], names=[each.name for each in uploads])
    for here in known:
        for media in uploads:
            if here.id == media.id or here.name == media.name:
                _require_same(here, media)
    return [here.id for here in known]


def restore_uploads(newsroom: Newsroom, call: Call, values: Sequence[ExportedMedia]) -> int:
    """Write the rows of uploads, whose files are there already, and return how many were new; the story comes after.

    Raises InvalidInput for one that is none, Conflict `id_taken` for one whose id or name another has here.
    """
    new = 0
    for value in values:
        check_upload(value.media)
    waiting = list(values)
    while waiting:
        with open_write(newsroom, call, right=Right.IMPORT_STORIES, gives_way=True) as context:
            until = time.monotonic() + SLICE_SECONDS
            for value in tuple(waiting):
                new += _restore_upload(context, value.media)
                waiting.pop(0)
                if time.monotonic() >= until:
                    break
    return new


def restore_lines(newsroom: Newsroom, call: Call, story: str, values: Sequence[Restored]) -> int:
    """Write what these lines are about, in their order, and return how many were new.

    Raises InvalidInput for what no entry may say, with the place of the line among `values`; nothing of it is written.
    """
    waiting = checked_lines(newsroom, values)
    new = 0
    while waiting:
        with open_write(newsroom, call, right=Right.IMPORT_STORIES, gives_way=True) as opened:
            until = time.monotonic() + SLICE_SECONDS
            context, state = lock_import(opened, story)
            if state.state == "complete":
                return new
            if any(isinstance(value, ExportedComment) for value in waiting):
                lock_out_purges(opened.tx)
            people = list_known_people(opened.tx, _people_in(waiting))
            for value in tuple(waiting):
                new += _restore(context, state, value, people)
                waiting.pop(0)
                if time.monotonic() >= until:
                    break
    return new


def finish_restore(newsroom: Newsroom, call: Call, story: str, header: ExportHeader) -> ImportProgress:
    """Open the story to readers, if it was public.

    Raises Conflict `import_incomplete` if a part of it is not here, and `frozen`: it is opened by the next run.
    """
    with open_write(newsroom, call, right=Right.IMPORT_STORIES) as opened:
        context, state = lock_import(opened, story)
        if state.state == "complete":
            return progress_of(opened.tx, state)
        refuse_frozen(context.story)
        row = read_public_story_row(opened.tx, context.story.id)
        log = header.log
        if log is not None:
            has = None if row is None else (row.head.seq, row.head.check, row.counts.entry_count)
            if has != (log.seq, log.check, log.entry_count):
                raise Conflict("import_incomplete", "A part of the story has not come yet: bring it again.")
            for slug in log.slugs:
                insert_public_slug(opened.tx, context.story.id, slug)
            show_comment_counts(context)
        return progress_of(opened.tx, finish_import(context, state))


def _fields(context: WriteContext, story: Story) -> dict[str, object]:
    """Return the story's members, whose uploads come later: their words are looked at again when they are shown."""
    linked = [story.fields.get(name) for name in ("continues", "continued_by")]
    known = frozenset(ref for ref in linked if isinstance(ref, str) and read_story(context.tx, ref) is not None)
    media = UsedMedia(context)
    named = [each.id for each in list_media_named(context.tx, ids=_uploads_of(story), names=())]
    return kept_fields(story.fields, media=media, uploads=named, known_stories=known)


def _uploads_of(story: Story) -> set[str]:
    pictures = [story.fields.get("image"), (story.fields.get("seo") or {}).get("image")]
    blocks = [*(each for each in pictures if each), *((story.fields.get("intro") or {}).get("blocks") or ())]
    return {str(block["media"]) for block in blocks if block.get("media") is not None}


def _people_in(values: Iterable[Restored]) -> set[str]:
    people: set[str | None] = set()
    for value in values:
        match value:
            case ExportedEntry():
                people.add(value.entry.created_by)
            case ExportedVersion() | ExportedStoryVersion():
                people.add(value.person)
            case ExportedComment():
                people.add(value.decided_by)
            case ExportedEvent():
                pass
    return {person for person in people if person is not None}


def _restore(context: StoryContext, state: StoryImport, value: Restored, people: set[str]) -> bool:
    """Write what one line is about; return False where it is here already."""
    match value:
        case ExportedStoryVersion():
            return restore_story_version(context, value, people)
        case ExportedEntry():
            return _restore_entry(context, value, people)
        case ExportedVersion():
            return _restore_version(context, value, people)
        case ExportedEvent():
            return _restore_event(context, state, value)
        case ExportedComment():
            return restore_comment(context, value, people)


def _restore_upload(context: WriteContext, media: Media) -> bool:
    if insert_media(context.tx, dataclasses.replace(media, created_by=None)):
        return True
    _require_same(read_media(context.tx, media.id), media)
    return False


def _require_same(here: Media | None, media: Media) -> None:
    if here is None or (here.id, here.name, here.sha256) != (media.id, media.name, media.sha256):
        raise Conflict("id_taken", "Another upload has the id, or the address, of one in the export.")


def _restore_entry(context: StoryContext, value: ExportedEntry, people: set[str]) -> bool:
    if read_entry(context.tx, context.story.id, EntryId(value.entry.id)) is not None:
        return False
    entry: Entry = dataclasses.replace(
        value.entry,
        story=context.story.id,
        created_by=value.entry.created_by if value.entry.created_by in people else None,
        legal_hold=False,
    )
    entry = _unscheduled(entry)
    insert_entry(context.tx, entry)
    if entry.purged_at is not None:
        update_purged_at(context.tx, entry)
    index_entry(context.tx, entry)
    insert_aliases(context.tx, entry.story, entry.id, value.aliases)
    record_entry_media(context, before=None, after=entry)
    return True


def _unscheduled(entry: Entry) -> Entry:
    """Return the entry without times at which it would be published by itself: a person looks at it first."""
    working = entry.working
    if working is not None and working.status is EntryStatus.SCHEDULED:
        working = dataclasses.replace(working, status=EntryStatus.DRAFT, publish_at=None, held=False)
    status = EntryStatus.DRAFT if entry.status is EntryStatus.SCHEDULED else entry.status
    return dataclasses.replace(entry, status=status, working=working, publish_at=None, held=False)


def _restore_version(context: StoryContext, value: ExportedVersion, people: set[str]) -> bool:
    story, entry = context.story.id, EntryId(value.entry)
    if has_version(context.tx, story, entry, value.version):
        return False
    version = EntryVersion(
        version=value.version,
        at=value.at,
        person=PersonId(value.person) if value.person is not None and value.person in people else None,
        token_id=value.token,
        action=value.action,
        status=value.status,
        content=value.content,
        working=value.working,
        note=value.note,
        particulars=value.particulars,
    )
    insert_versions(context.tx, story, entry, [version])
    return True


def _restore_event(context: StoryContext, state: StoryImport, value: ExportedEvent) -> bool:
    row = read_public_story_row(context.tx, context.story.id)
    head = 0 if row is None else row.head.seq
    if value.seq <= head:
        return False
    if value.seq != head + 1:
        raise Conflict("import_incomplete", f"Event {head + 1} has not come yet: bring it again.")
    entry = _public_entry(context, value) if value.newest and value.type != "entry.removed" else None
    last = None if value.last_entry_at is None else Micros(value.last_entry_at)
    change = EventImported(
        type=value.type,
        at=value.time,
        entry=entry,
        entry_id=None if value.entry is None else EntryId(value.entry),
        revision=value.revision,
        is_newest=value.newest,
        changed=value.changed,
        material=value.material,
        cause=value.cause,
        check=value.check,
        counts=StoryCounts(value.entry_count, last),
    )
    publish_changes(context.in_story(dataclasses.replace(context.story, status=state.status)), [change])
    return True


def _public_entry(context: StoryContext, value: ExportedEvent) -> Entry | None:
    if value.entry is None:
        return None
    entry = read_entry(context.tx, context.story.id, EntryId(value.entry))
    if entry is None or entry.status not in (EntryStatus.PUBLISHED, EntryStatus.RETRACTED):
        raise Conflict("import_incomplete", "An entry that the log shows has not come, or is not public.")
    return entry
