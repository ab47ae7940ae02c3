"""Bringing a story from elsewhere: begun as a draft that nobody can change, taken in slice by slice, shown at once.

Each function is idempotent and may be killed anywhere; whoever calls asks again. `begin_import` says how far a story
is; `take_entries` adds what is not here yet to the newsroom's tables; `show_entries` puts it into the readers' tables,
where no reader can know of it, and with the last slice opens the story. Each slice is a transaction of its own, which
ends once it has held the locks for SLICE_SECONDS.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.clock import Micros, format_time
from app.domain.entry import Entry
from app.domain.errors import Conflict, FieldError, InvalidInput, NotFound
from app.domain.identifiers import EntryId, StoryId
from app.domain.rights import Right
from app.domain.slugs import slug_from_title
from app.domain.story import MAX_PINS, Story, StoryStatus
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.freezing import refuse_frozen
from app.newsroom.context.lookup import require_visible
from app.newsroom.context.media_use import record_entry_media
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.recording import record_story
from app.newsroom.context.sites import lock_site_for_story
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.newsroom.due.due_work import submit_overdue
from app.newsroom.imports.checking import BadRecord, draft_of_story
from app.newsroom.imports.feeding import feed_entry
from app.newsroom.imports.making import IMPORT, add_imported, make_entry
from app.newsroom.imports.prepared import PreparedEntry, TakenEntries, prepare_entries
from app.newsroom.imports.records import ImportedEntry, ImportedStory
from app.newsroom.publication.publication import EventImported, StoryOpened, publish_changes
from app.newsroom.publication.story_again import publish_story_again
from app.newsroom.stories.lifecycle import SLUG_TAIL_LENGTH, end_of_silence, new_story
from app.storage.database.transactions import WriteTransaction
from app.storage.imports.states import (
    StoryImport,
    delete_part_of_import,
    insert_import,
    list_entries_by_external_id,
    list_unshown_entries,
    list_wanted_pins,
    read_import,
    read_import_by_external_id,
    read_last_status_at,
    update_import,
    update_pins_granted,
)
from app.storage.newsroom.entries import update_entry
from app.storage.newsroom.stories import delete_story, insert_story, lock_story, read_story, update_story
from app.storage.public.writes import read_public_story_row
from app.wire.requests.stories import StoryDraft

SLICE_SECONDS = 0.04
"""A slice that has taken so long commits: whoever writes meanwhile waits for this, and for the commit."""
SLICE_ENTRIES = 50
SHOWN_AT_ONCE = 20
"""Entries that are read together to be shown: of those that a slice has no time for, the reading was in vain."""
BATCH_ENTRIES = 500
"""Entries that one call may bring, and that one call shows at most before it says how far it is."""
CAME_DUE = "This came due while its story was being brought from elsewhere."
"""The note of what becomes a submission for that."""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """The progress of an import: `state` is taking, showing, complete, or opening (complete, and shown now)."""

    story: StoryId
    slug: str
    state: str
    status: str
    left: bool = False
    """Whether there are entries left to show."""
    shown: int = 0
    """How many entries this call has put into the readers' tables."""


def begin_import(newsroom: Newsroom, call: Call, record: ImportedStory, *, opens: bool = False) -> ImportProgress:
    """Make the story as a draft that is being imported, unless its source's id is known; return how far it is.

    Where another story has its slug, it gets a longer one. One of which a part is here takes the record's title and
    status, and its site if it names one. One that came as a draft, and is one still, begins to be shown if this run
    `opens` it with the record's status: with all that was written in it here since, in slices, where publishing it by
    hand would be one long transaction.
    Raises InvalidInput for a record that cannot be a story, Conflict `frozen`, `story_importing` for one
    that is to be a draft and is being shown, NotAllowed.
    """
    with open_write(newsroom, call, right=Right.IMPORT_STORIES) as context:
        known = read_import_by_external_id(context.tx, record.source, record.external_id)
        if known is not None:
            return progress_of(context.tx, _resumed(context, known, record, opens=opens))
        draft = _draft(context, record)
        site, described = lock_site_for_story(context, context.actor, draft.site)
        story = new_story(context, draft, site, language=None if described is None else described.language)
        created_at = context.now if record.created_at is None else record.created_at
        story = dataclasses.replace(
            story, status=StoryStatus.DRAFT, importing=True, created_at=created_at, ends_at=None
        )
        refuse_frozen(story)
        story = _inserted(context, story)
        record_story(context, before=None, after=story, action=IMPORT)
        made = StoryImport(
            story=story.id,
            source=record.source,
            external_id=record.external_id,
            state="taking",
            status=StoryStatus(record.status),
            fingerprint="",
            public_since=created_at,
        )
        insert_import(context.tx, made)
        return progress_of(context.tx, made)


def _draft(context: WriteContext, record: ImportedStory) -> StoryDraft:
    try:
        return draft_of_story(record, now=context.now)
    except BadRecord as error:
        raise InvalidInput([FieldError("/story", "invalid", str(error))]) from None


def _inserted(context: WriteContext, story: Story) -> Story:
    """Insert a new story and return it: with a tail behind its slug, if another has or had that."""
    try:
        insert_story(context.tx, story)
    except Conflict as error:
        if error.code != "slug_taken":
            raise
        tail = context.newsroom.random.base62("slug", story.id, SLUG_TAIL_LENGTH)
        story = dataclasses.replace(story, slug=slug_from_title(story.slug, tail=tail))
        insert_story(context.tx, story)
    return story


def _resumed(context: WriteContext, known: StoryImport, record: ImportedStory, *, opens: bool) -> StoryImport:
    """Return the import as this run goes on with it."""
    if known.state == "taking":
        return _as_recorded(context, known, record)
    if known.state in {"showing", "opening"} and record.status == "draft":
        detail = (
            "This story is being shown already, and cannot become a draft: say another status, and withdraw it then."
        )
        raise Conflict("story_importing", detail)
    return _reopened(context, known, record) if opens else known


def _as_recorded(context: WriteContext, known: StoryImport, record: ImportedStory) -> StoryImport:
    """Return the import of a story of which a part is here, once it is to be what the record says now."""
    before = lock_story(context.tx, known.story)
    if before is None:
        return known
    draft = _draft(context, record)
    fields, settings = {**before.fields, "title": draft.title}, before.settings
    if draft.site is not None and draft.site != before.site:
        site, described = lock_site_for_story(context, context.actor, draft.site)
        settings = dataclasses.replace(settings, site=site)
        if described is not None and draft.language is None:
            fields["language"] = described.language
    after = dataclasses.replace(before, fields=fields, settings=settings)
    if after != before:
        refuse_frozen(before)
        after = dataclasses.replace(after, version=before.version + 1)
        update_story(context.tx, after)
        record_story(context, before=before, after=after, action=IMPORT)
    state = dataclasses.replace(known, status=StoryStatus(record.status))
    if state != known:
        update_import(context.tx, state)
    return state


def _reopened(context: WriteContext, known: StoryImport, record: ImportedStory) -> StoryImport:
    """Return the import, which goes on if its story is complete, a draft, and is to be none."""
    before = lock_story(context.tx, known.story)
    is_draft = before is not None and before.status is StoryStatus.DRAFT and known.state == "complete"
    if before is None or not is_draft or record.status == "draft":
        return known
    refuse_frozen(before)
    after = dataclasses.replace(before, importing=True, version=before.version + 1)
    update_story(context.tx, after)
    record_story(context, before=before, after=after, action=IMPORT)
    state = dataclasses.replace(known, state="opening", status=StoryStatus(record.status), shown_to=None)
    update_import(context.tx, state)
    return state


def take_entries(newsroom: Newsroom, call: Call, story: str, records: Sequence[ImportedEntry]) -> TakenEntries:
    """Add those of the entries that are not here, and bring the others up to date; return what became of each.

    All are checked before one is written. Of a story that is complete they go through the ordinary door, as new entries
    and edits. While a story is being shown nothing is added: show the rest first, and bring them then.
    Raises InvalidInput with what is wrong with each, NotFound, NotAllowed, Conflict.
    """
    if len(records) > BATCH_ENTRIES:
        raise InvalidInput([FieldError("/entries", "too_long", f"At most {BATCH_ENTRIES} entries at once.")])
    waiting = prepare_entries(newsroom, records)
    taken = TakenEntries()
    while waiting:
        with open_write(newsroom, call, right=Right.IMPORT_STORIES, gives_way=True) as opened:
            until = time.monotonic() + SLICE_SECONDS
            context, state = lock_import(opened, story)
            part = waiting[:SLICE_ENTRIES]
            known = list_entries_by_external_id(opened.tx, context.story.id, [each.record.external_id for each in part])
            for each in part:
                if state.state == "complete":
                    feed_entry(context, known.get(each.record.external_id), each, taken)
                else:
                    _take(context, known.get(each.record.external_id), each, taken, is_open=state.state == "taking")
                waiting.pop(0)
                if time.monotonic() >= until:
                    break
    return taken


def show_entries(newsroom: Newsroom, call: Call, story: str) -> ImportProgress:
    """Put the next BATCH_ENTRIES of a story's entries into the readers' tables; with the last of them open the story.

    Call it until the state is complete. Raises NotFound, NotAllowed, Conflict `frozen`.
    """
    shown = 0
    while True:
        with open_write(newsroom, call, right=Right.IMPORT_STORIES, gives_way=True) as opened:
            until = time.monotonic() + SLICE_SECONDS
            context, state = lock_import(opened, story)
            refuse_frozen(context.story)
            is_new = read_public_story_row(opened.tx, context.story.id) is None
            if state.state == "taking" or (state.state == "opening" and is_new):
                context, state = _begin_showing(context, state)
            if state.state in {"showing", "opening"}:
                count, state = _show_slice(context, state, until=until)
                shown += count
            progress = dataclasses.replace(progress_of(opened.tx, state), shown=shown)
            if state.state == "complete" or shown >= BATCH_ENTRIES:
                return progress


def give_up_import(newsroom: Newsroom, call: Call, story: str) -> None:
    """Delete a story of which only a part has come. Raises NotFound for one that is complete."""
    is_left = True
    while is_left:
        with open_write(newsroom, call, right=Right.IMPORT_STORIES, gives_way=True) as opened:
            context, state = lock_import(opened, story)
            if state.state in {"complete", "opening"}:
                raise NotFound("import_not_found", "This story is complete: it can be withdrawn, or purged.")
            is_left = delete_part_of_import(context.tx, context.story.id, limit=SHOWN_AT_ONCE)
            if not is_left:
                delete_story(context.tx, context.story.id)


def lock_import(opened: WriteContext, story: str) -> tuple[StoryContext, StoryImport]:
    """Lock a story that was or is being imported. Raises NotFound for any other."""
    found, actor = require_visible(lock_story(opened.tx, story), opened.actor)
    state = read_import(opened.tx, found.id)
    if state is None:
        raise NotFound("import_not_found", "This story was not brought from elsewhere.")
    return dataclasses.replace(opened.in_story(found), actor=actor, now=opened.newsroom.clock()), state


def progress_of(tx: WriteTransaction, state: StoryImport) -> ImportProgress:
    """Return how far an import is."""
    story = read_story(tx, state.story)
    slug = "" if story is None else story.slug
    return ImportProgress(state.story, slug, state.state, state.status.value, left=state.state != "complete")


def finish_import(context: StoryContext, state: StoryImport) -> StoryImport:
    """Make the story what it is to be; if it is public, open it to readers. Returns the import, which is complete.

    What came due meanwhile is for a person to decide: there may have been a freeze.
    """
    before = context.story
    after = dataclasses.replace(before, status=state.status, importing=False, version=before.version + 1)
    after = dataclasses.replace(after, ends_at=end_of_silence(after, context.now))
    update_story(context.tx, after)
    record_story(context, before=before, after=after, action=IMPORT)
    if after.is_public:
        publish_changes(context.in_story(after), [StoryOpened(state.public_since)])
    submit_overdue(context.in_story(after), note=CAME_DUE)
    state = dataclasses.replace(state, state="complete")
    update_import(context.tx, state)
    return state


def _take(
    context: StoryContext, known: Entry | None, prepared: PreparedEntry, taken: TakenEntries, *, is_open: bool
) -> None:
    """Add an entry to a story that no reader knows of."""
    if known is not None and known.creation_fingerprint == prepared.fingerprint:
        taken.same += 1
    elif known is not None or not is_open:
        taken.left_alone.append((prepared.record.external_id, "it comes once the story is complete"))
    else:
        entry = make_entry(context, prepared.record, prepared.contents, fingerprint=prepared.fingerprint)
        add_imported(context, entry, prepared.record, prepared.contents)
        record_entry_media(context, before=None, after=entry)
        taken.added += 1


def _begin_showing(context: StoryContext, state: StoryImport) -> tuple[StoryContext, StoryImport]:
    """Put the story itself into the readers' tables, as it is to be, with its pins."""
    if state.status is StoryStatus.DRAFT:
        return context, finish_import(context, state)
    tx, before = context.tx, context.story
    pinned = {pin["entry"] for pin in before.pinned}
    wanted = (entry for entry in list_wanted_pins(tx, before.id, limit=MAX_PINS) if entry not in pinned)
    pins = (*before.pinned, *({"entry": entry, "until": None} for entry in wanted))[:MAX_PINS]
    update_pins_granted(tx, before.id)
    fields = dict(before.fields)
    last = read_last_status_at(tx, before.id)
    if state.status is not StoryStatus.LIVE and fields.get("coverage_end") is None and last is not None:
        fields["coverage_end"] = format_time(last)
    story = dataclasses.replace(before, pinned=pins, fields=fields)
    update_story(tx, story)
    context = context.in_story(story)
    publish_changes(_as_shown(context, state), [EventImported(type="story.updated", at=state.public_since)])
    state = dataclasses.replace(state, state="showing" if state.state == "taking" else state.state)
    update_import(tx, state)
    return context, state


def _show_slice(context: StoryContext, state: StoryImport, *, until: float) -> tuple[int, StoryImport]:
    """Put entries, one at least, into the readers' tables until the time is up; after the last one, open the story."""
    shown, shown_to, is_last = 0, state.shown_to, True
    as_shown = _as_shown(context, state)
    for entry in _unshown(context, shown_to):
        if shown and time.monotonic() >= until:
            is_last = False
            break
        public = dataclasses.replace(entry, revision=entry.version, public_version=entry.version)
        change = EventImported(type="entry.published", at=entry.published_at or entry.status_at, entry=public)
        update_entry(context.tx, publish_changes(as_shown, [change])[entry.id])
        shown, shown_to = shown + 1, (entry.status_at, EntryId(entry.id))
    state = dataclasses.replace(state, shown_to=shown_to)
    if is_last:
        state = finish_import(context, state)
        if (story := read_story(context.tx, context.story.id)) is not None:
            publish_story_again(context.in_story(story))  # who was on duty may have left since it began to be shown
        return shown, state
    update_import(context.tx, state)
    return shown, state


def _unshown(context: StoryContext, after: tuple[Micros, EntryId] | None) -> Iterator[Entry]:
    while True:
        found = list_unshown_entries(context.tx, context.story.id, after=after, limit=SHOWN_AT_ONCE)
        yield from found
        if len(found) < SHOWN_AT_ONCE:
            return
        after = (found[-1].status_at, EntryId(found[-1].id))


def _as_shown(context: StoryContext, state: StoryImport) -> StoryContext:
    """Return the context with the story as readers are to get it, though it is still a draft."""
    story: Story = dataclasses.replace(context.story, status=state.status)
    return context.in_story(story)
