"""Writing new entries: one, many, or those another system keeps under its own ids."""

from __future__ import annotations

import dataclasses
import hashlib

from pydantic import ValidationError

from app.domain.entry import Entry, EntryStatus, JsonObject
from app.domain.errors import Conflict, LiveblogError, NotAllowed
from app.domain.identifiers import EntryId
from app.domain.rights import Actor, Right, is_public_status, may_act, require_action, require_right
from app.domain.statuses import Action, next_status
from app.domain.story import Story
from app.newsroom.context.access import authenticate
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.idempotency import earlier_reply, keep_reply
from app.newsroom.context.lookup import locked_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_match
from app.newsroom.context.recording import answer_entry, entry_location, record_entry, record_unversioned
from app.newsroom.entries.content import block_ids, check_alternatives, check_display_time, new_content
from app.newsroom.entries.edit import revise
from app.newsroom.entries.release import parked
from app.newsroom.entries.shorthand import expand_shorthand, wants_pin
from app.newsroom.entries.times import check_times, held_until, is_scheduled
from app.newsroom.publication.publication import Shown
from app.newsroom.publication.visibility import show
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.entries import read_entry, read_entry_by_external_id
from app.wire.encoding import encode_json
from app.wire.newsroom_json import written_entry
from app.wire.problems import problem_of, validation_errors
from app.wire.requests.entries import EntryBatch, EntryDraft, ExternalEntry


def create_entry(newsroom: Newsroom, call: Call, story_ref: str, draft: EntryDraft) -> Reply:
    """Write a new entry and, if its status says so, publish it.

    A client-made id that exists already answers with that entry if it was made by the same body. Raises Conflict
    `id_taken`, InvalidInput, NotAllowed, NotFound.
    """
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.CREATE_ENTRY)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        story, actor = locked_story(tx, story_ref, actor)
        refuse_closed(story)
        entry, shorthand = _write(tx, newsroom, actor, call, story, draft)
        return answer_entry(
            tx, newsroom, actor, call, entry, status=_created(entry), location=True, shorthand=shorthand
        )


def create_entries(newsroom: Newsroom, call: Call, story_ref: str, batch: EntryBatch) -> Reply:
    """Write up to 100 entries in order. Each succeeds or fails alone; those that succeed commit together.

    The reply has one result for each item, in order: `status`, and `entry` or `problem`.
    """
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.CREATE_ENTRY)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        story, actor = locked_story(tx, story_ref, actor)
        refuse_closed(story)
        written: list[EntryId] = []
        results = []
        for item in batch.items:
            try:
                with tx.savepoint():
                    entry, shorthand = _write(tx, newsroom, actor, call, story, EntryDraft.model_validate(item))
            except ValidationError as error:
                results.append({"status": 422, "problem": problem_of(validation_errors(error.errors()))})
            except LiveblogError as error:
                problem = problem_of(error)
                results.append({"status": problem["status"], "problem": problem})
            else:
                written.append(entry.id)
                location = entry_location(newsroom, entry)
                shown = written_entry(entry, shorthand=shorthand)
                results.append({"status": _created(entry), "location": location, "entry": shown})
        reply = Reply(200, encode_json({"items": results}))
        return keep_reply(tx, actor, call, reply, story=story.id, entries=written)


def upsert_entry(newsroom: Newsroom, call: Call, story_ref: str, external_id: str, draft: ExternalEntry) -> Reply:
    """Create the entry another system calls `external_id`, or bring it up to what that system says now.

    A version not newer than the one taken last changes nothing. What a person has edited since is not overwritten:
    the upsert becomes a working revision. Raises Conflict `wrong_status` for an entry that was removed.
    """
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.CREATE_ENTRY)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        story, actor = locked_story(tx, story_ref, actor)
        refuse_closed(story)
        known = read_entry_by_external_id(tx, story.id, external_id)
        if known is None:
            entry, shorthand = _write(tx, newsroom, actor, call, story, draft, external_id=external_id)
            status = _created(entry)
            return answer_entry(tx, newsroom, actor, call, entry, status=status, location=True, shorthand=shorthand)
        honour_match(call.if_match, known)
        entry, shorthand = _bring_up(tx, newsroom, actor, call, story, known, draft)
        status = 202 if is_scheduled(entry) else 200
        return answer_entry(tx, newsroom, actor, call, entry, status=status, shorthand=shorthand)


def _write(
    tx: WriteTransaction,
    newsroom: Newsroom,
    actor: Actor,
    call: Call,
    story: Story,
    draft: EntryDraft,
    *,
    external_id: str | None = None,
) -> tuple[Entry, JsonObject | None]:
    """The new entry, and what was understood of its shorthand."""
    fingerprint = _fingerprint(draft)
    draft, shorthand = expand_shorthand(tx, actor, draft)
    if draft.id is not None and (known := read_entry(tx, story.id, EntryId(draft.id))) is not None:
        if known.creation_fingerprint != fingerprint or known.external_id != external_id:
            raise Conflict("id_taken", "An entry with this id exists already, made from another body.")
        return known, shorthand
    at = newsroom.clock()
    check_display_time(draft, now=at)
    entry_id = EntryId(draft.id or newsroom.random.uuid("entry", f"{story.id}:{at}"))
    content = new_content(draft, author=actor.author, new_id=block_ids(newsroom.random, f"{entry_id}:1"))
    check_alternatives(content, story.settings)
    entry = Entry(
        story=story.id,
        id=entry_id,
        status=_first_status(actor, story, draft),
        version=1,
        content=content,
        created_at=at,
        status_at=at,
        created_by=actor.person,
        created_by_token=actor.token_id,
        creation_fingerprint=fingerprint,
        external_id=external_id,
        external_version=draft.external_version if isinstance(draft, ExternalEntry) else None,
        publish_at=draft.publish_at,
        expires_at=draft.expires_at,
        pin_wanted=wants_pin(shorthand),
    )
    until = held_until(story, at) if is_public_status(entry) else None
    if until is not None:
        entry = dataclasses.replace(entry, status=EntryStatus.SCHEDULED, publish_at=until, held=True)
    check_times(draft, entry, now=at)
    if is_public_status(entry):
        entry = show(tx, newsroom, actor, call, story, Shown(entry, "entry.published"))
    record_entry(tx, newsroom, actor, call, before=None, after=entry, action=Action.CREATE)
    return entry, shorthand


def _first_status(actor: Actor, story: Story, draft: EntryDraft) -> EntryStatus:
    may_publish = may_act(actor, Action.PUBLISH, entry=None, settings=story.settings, visible=False)
    if draft.status is None:
        return EntryStatus.PUBLISHED if may_publish else EntryStatus.SUBMITTED
    status = EntryStatus(draft.status)
    if status is EntryStatus.PUBLISHED and not may_publish:
        raise NotAllowed("not_allowed", 'This token may not publish in this story; send "status": "submitted".')
    may_schedule = may_act(actor, Action.SCHEDULE, entry=None, settings=story.settings, visible=False)
    if status is EntryStatus.SCHEDULED and not may_schedule:
        raise NotAllowed("not_allowed", 'This token may not schedule in this story; send "status": "submitted".')
    return status


def _created(entry: Entry) -> int:
    """201, or 202 for what goes out later."""
    return 202 if entry.status is EntryStatus.SCHEDULED else 201


def _bring_up(
    tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, story: Story, known: Entry, draft: ExternalEntry
) -> tuple[Entry, JsonObject | None]:
    next_status(known.status, Action.EDIT)
    require_action(actor, Action.EDIT, entry=known, settings=story.settings, visible=is_scheduled(known))
    version = draft.external_version
    if version is not None and known.external_version is not None and version <= known.external_version:
        return known, None
    draft, shorthand = expand_shorthand(tx, actor, draft)
    check_display_time(draft, now=newsroom.clock())
    new_id = block_ids(newsroom.random, f"{known.id}:{known.version + 1}")
    content = new_content(draft, author=actor.author, new_id=new_id, before=known.newest_content)
    aside = known.edited_by_hand
    pin = wants_pin(shorthand)
    after = revise(tx, newsroom, actor, call, story, known, content, material=True, aside=aside, pin=pin)
    if aside and after is not known:
        after = parked(after)  # what a person has timed must not go out as another system's words
    if version is not None:
        after = dataclasses.replace(after, external_version=version)
    if after.version != known.version:
        record_entry(tx, newsroom, actor, call, before=known, after=after, action=Action.EDIT)
    elif after is not known:
        record_unversioned(tx, newsroom, actor, call, before=known, after=after)
    return after, shorthand


def _fingerprint(draft: EntryDraft) -> str:
    return hashlib.sha256(draft.model_dump_json(exclude_unset=True).encode()).hexdigest()
