"""Creating entries: one, many, or those another system keeps under its own ids."""

from __future__ import annotations

import dataclasses
import hashlib

from pydantic import ValidationError

from app.domain.entry import Entry, EntryStatus, JsonObject
from app.domain.errors import Conflict, LiveblogError, NotAllowed
from app.domain.identifiers import EntryId
from app.domain.permissions import permitted_actions
from app.domain.rights import Right, is_public_status, may_act, require_action, require_right
from app.domain.statuses import Action, next_status
from app.newsroom.context.accounts import poster_of
from app.newsroom.context.begin_write import begin_story_write, still_has
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.idempotency import keep_reply
from app.newsroom.context.media_use import UsedMedia
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_match
from app.newsroom.context.recording import answer_entry, entry_location, record_entry, record_unversioned
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.bylines import check_bylines
from app.newsroom.entries.content import block_ids, check_alternatives, check_display_time, new_content
from app.newsroom.entries.edit import Revision, revise
from app.newsroom.entries.read_bodies import NOTHING_READ, ReadBodies, read_bodies
from app.newsroom.entries.release import unschedule_edit
from app.newsroom.entries.shorthand import expand_shorthand, wants_pin
from app.newsroom.entries.tags import complete_tags
from app.newsroom.entries.times import check_times, held_until, is_scheduled
from app.newsroom.publication.publication import EntryShown
from app.newsroom.publication.visibility import show_entry
from app.storage.newsroom.entries import read_entry, read_entry_by_external_id
from app.wire.encoding import encode_json
from app.wire.newsroom_json import written_entry
from app.wire.problems import problem_of, validation_errors
from app.wire.requests.entries import EntryBatch, EntryDraft, ExternalEntry

_RECHECK = still_has(Right.CREATE_ENTRY)


def create_entry(newsroom: Newsroom, call: Call, story_ref: str, draft: EntryDraft) -> Reply:
    """Create an entry and, if its status says so, publish it.

    A client-made id that exists already answers with that entry if it was made by the same body. Raises Conflict
    `id_taken`, InvalidInput, NotAllowed, NotFound.
    """
    with begin_story_write(newsroom, call, story_ref, recheck=_RECHECK, right=Right.CREATE_ENTRY) as context:
        if isinstance(context, Reply):
            return context
        refuse_closed(context.story)
        entry, shorthand = add_entry(context, draft)
        return answer_entry(context, entry, status=created_status(entry), location=True, shorthand=shorthand)


def create_entries(newsroom: Newsroom, call: Call, story_ref: str, batch: EntryBatch) -> Reply:
    """Create up to 100 entries in order. Each succeeds or fails alone; those that succeed commit together.

    The reply has one result for each item, in order: `status`, and `entry` or `problem`.
    """
    drafts = [_draft(item) for item in batch.items]
    # Seconds of CPU, which would keep every other write waiting for the one writer that SQLite has.
    bodies = read_bodies(newsroom, call, (draft for draft in drafts if isinstance(draft, EntryDraft)))
    with begin_story_write(newsroom, call, story_ref, recheck=_RECHECK, right=Right.CREATE_ENTRY) as context:
        if isinstance(context, Reply):
            return context
        refuse_closed(context.story)
        created: list[EntryId] = []
        results = []
        for draft in drafts:
            if isinstance(draft, ValidationError):
                problem = problem_of(validation_errors(draft.errors(include_url=False)))
                results.append({"status": 422, "problem": problem})
                continue
            try:
                with context.tx.savepoint():
                    # A time of its own for each, which keeps their order in the newsroom's list.
                    each = dataclasses.replace(context, now=newsroom.clock())
                    entry, shorthand = add_entry(each, draft, bodies=bodies)
            except LiveblogError as error:
                problem = problem_of(error)
                results.append({"status": problem["status"], "problem": problem})
            else:
                created.append(entry.id)
                location = entry_location(context, entry)
                can = permitted_actions(context.actor, context.story, entry)
                posted_by = poster_of(context.tx, entry, actor=context.actor)
                shown = written_entry(entry, can=can, posted_by=posted_by, shorthand=shorthand)
                results.append({"status": created_status(entry), "location": location, "entry": shown})
        reply = Reply(200, encode_json({"items": results}))
        return keep_reply(context, reply, story=context.story.id, entries=created)


def upsert_entry(newsroom: Newsroom, call: Call, story_ref: str, external_id: str, draft: ExternalEntry) -> Reply:
    """Create the entry another system calls `external_id`, or bring it up to what that system says now.

    A version not newer than the one taken last changes nothing. What a person has edited since is not overwritten:
    the upsert becomes a working revision. Raises Conflict `wrong_status` for an entry that was removed.
    """
    with begin_story_write(newsroom, call, story_ref, recheck=_RECHECK, right=Right.CREATE_ENTRY) as context:
        if isinstance(context, Reply):
            return context
        refuse_closed(context.story)
        before = read_entry_by_external_id(context.tx, context.story.id, external_id)
        if before is None:
            entry, shorthand = add_entry(context, draft, external_id=external_id)
            return answer_entry(context, entry, status=created_status(entry), location=True, shorthand=shorthand)
        honour_match(call.if_match, before)
        entry, shorthand = _update(context, before, draft)
        return answer_entry(context, entry, status=202 if is_scheduled(entry) else 200, shorthand=shorthand)


def _draft(item: object) -> EntryDraft | ValidationError:
    try:
        return EntryDraft.model_validate(item)
    except ValidationError as error:
        return error


def add_entry(
    context: StoryContext, draft: EntryDraft, *, external_id: str | None = None, bodies: ReadBodies = NOTHING_READ
) -> tuple[Entry, JsonObject | None]:
    """Create an entry in the context's story, published if its status says so; return it with its shorthand as read.

    The caller has checked CREATE_ENTRY and that the story is open. Raises as `create_entry`.
    """
    story, actor, random, now = context.story, context.actor, context.newsroom.random, context.now
    fingerprint = _fingerprint(draft)
    draft, shorthand = expand_shorthand(context, complete_tags(story, draft))
    if draft.id is not None and (known := read_entry(context.tx, story.id, EntryId(draft.id))) is not None:
        if known.creation_fingerprint != fingerprint or known.external_id != external_id:
            raise Conflict("id_taken", "An entry with this id exists already, made from another body.")
        return known, shorthand
    check_display_time(draft, now=now)
    entry_id = EntryId(draft.id or random.uuid("entry", f"{story.id}:{now}"))
    new_id = block_ids(random, f"{entry_id}:1")
    media = UsedMedia(context, complete=bodies.complete)
    content = new_content(draft, author=actor.author, new_id=new_id, media=media, parse=bodies.parse)
    check_alternatives(content, story.settings)
    check_bylines(context, content)
    entry = Entry(
        story=story.id,
        id=entry_id,
        status=_first_status(context, draft),
        version=1,
        content=content,
        created_at=now,
        status_at=now,
        created_by=actor.person,
        created_by_token=actor.token_id,
        creation_fingerprint=fingerprint,
        external_id=external_id,
        external_version=draft.external_version if isinstance(draft, ExternalEntry) else None,
        publish_at=draft.publish_at,
        expires_at=draft.expires_at,
        pin_wanted=_wants_pin(context, draft, shorthand),
    )
    until = None
    if is_public_status(entry):
        until = held_until(story, now, hold_seconds=draft.hold_seconds, is_new=True)
    if until is not None:
        entry = dataclasses.replace(entry, status=EntryStatus.SCHEDULED, publish_at=until, held=True)
    check_times(draft, entry, now=now)
    if is_public_status(entry):
        entry = show_entry(context, EntryShown(entry, "entry.published"))
    record_entry(context, before=None, after=entry, action=Action.CREATE)
    return entry, shorthand


def _first_status(context: StoryContext, draft: EntryDraft) -> EntryStatus:
    actor, settings = context.actor, context.story.settings
    may_publish = may_act(actor, Action.PUBLISH, entry=None, settings=settings, visible=False)
    if draft.status is None:
        return EntryStatus.PUBLISHED if may_publish else EntryStatus.SUBMITTED
    status = EntryStatus(draft.status)
    if status is EntryStatus.PUBLISHED and not may_publish:
        raise NotAllowed("not_allowed", 'This token may not publish in this story; send "status": "submitted".')
    may_schedule = may_act(actor, Action.SCHEDULE, entry=None, settings=settings, visible=False)
    if status is EntryStatus.SCHEDULED and not may_schedule:
        raise NotAllowed("not_allowed", 'This token may not schedule in this story; send "status": "submitted".')
    return status


def _wants_pin(context: StoryContext, draft: EntryDraft, shorthand: JsonObject | None) -> bool:
    """Return whether the entry is to be pinned once it is published. Raises NotAllowed for who may not pin."""
    if draft.pinned:
        require_right(context.actor, Right.EDIT_STORIES)
    return draft.pinned or wants_pin(shorthand)


def created_status(entry: Entry) -> int:
    """Return the status of the answer that shows a new entry: 201, or 202 for what is published later."""
    return 202 if entry.status is EntryStatus.SCHEDULED else 201


def _update(context: StoryContext, before: Entry, draft: ExternalEntry) -> tuple[Entry, JsonObject | None]:
    """Bring the entry up to the draft; return it with its shorthand as understood."""
    next_status(before.status, Action.EDIT)
    visible = is_scheduled(before)
    require_action(context.actor, Action.EDIT, entry=before, settings=context.story.settings, visible=visible)
    version = draft.external_version
    if version is not None and before.external_version is not None and version <= before.external_version:
        return before, None
    draft = complete_tags(context.story, draft, before=before.newest_content)
    draft, shorthand = expand_shorthand(context, draft)
    check_display_time(draft, now=context.now)
    new_id = block_ids(context.newsroom.random, f"{before.id}:{before.version + 1}")
    content = new_content(
        draft, author=context.actor.author, new_id=new_id, media=UsedMedia(context), before=before.newest_content
    )
    aside = before.edited_by_hand
    how = Revision(aside=aside, pin=wants_pin(shorthand), hold_seconds=draft.hold_seconds)
    after = revise(context, before, content, how)
    if aside and after is not before:
        after = unschedule_edit(after)  # what a person has timed must not be published as another system's words
    if version is not None:
        after = dataclasses.replace(after, external_version=version)
    if after.version != before.version:
        record_entry(context, before=before, after=after, action=Action.EDIT)
    elif after is not before:
        record_unversioned(context, before=before, after=after)
    return after, shorthand


def _fingerprint(draft: EntryDraft) -> str:
    return hashlib.sha256(draft.model_dump_json(exclude_unset=True).encode()).hexdigest()
