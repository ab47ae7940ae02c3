"""Making stories, changing them, and making them public."""

from __future__ import annotations

import dataclasses

from app.domain.entry import EntryStatus
from app.domain.errors import Conflict
from app.domain.identifiers import StoryId, slug_from_title
from app.domain.rights import Actor, Right, require_right
from app.domain.story import STORY_MOVES, Story, StorySettings, StoryStatus
from app.newsroom.access import authenticate
from app.newsroom.door import PublicChange, Shown, StoryChanged, pass_door
from app.newsroom.finding import locked_story
from app.newsroom.freezing import refuse_frozen
from app.newsroom.preconditions import require_match
from app.newsroom.recording import answer_story
from app.newsroom.replies import earlier_reply
from app.newsroom.room import Call, Newsroom, Reply
from app.storage.audit import AuditedChange, append_audit
from app.storage.database import WriteTransaction
from app.storage.entries import list_entries_in_status, update_entry
from app.storage.stories import insert_story, read_story, update_story
from app.wire.stories import STORY_DEFAULTS, StoryDraft, StoryPatch

SLUG_TAIL_LENGTH = 6


def create_story(room: Newsroom, call: Call, draft: StoryDraft) -> Reply:
    """Make a story; live unless the draft says otherwise.

    The same id with the same fields again answers with the story as it is now. Raises Conflict `id_taken`,
    `slug_taken`.
    """
    with room.database.transaction() as tx:
        actor = authenticate(tx, room, call)
        require_right(actor, Right.EDIT_STORIES)
        if (reply := earlier_reply(tx, room, actor, call)) is not None:
            return reply
        story = _new_story(room, draft)
        known = read_story(tx, draft.id) if draft.id is not None else None
        if known is not None:
            if dataclasses.replace(story, slug=draft.slug or known.slug, created_at=known.created_at) != known:
                raise Conflict("id_taken", "A story with this id exists already.")
            return answer_story(tx, room, actor, call, known, status=201)
        insert_story(tx, story)
        _audit(tx, room, actor, call, before=None, after=story)
        if story.is_public:
            pass_door(tx, room, story, [StoryChanged()])
        return answer_story(tx, room, actor, call, story, status=201)


def edit_story(room: Newsroom, call: Call, ref: str, patch: StoryPatch) -> Reply:
    """Change a story's members, settings or status. Raises Conflict `wrong_status`, `slug_fixed`."""
    with room.database.transaction() as tx:
        actor = authenticate(tx, room, call)
        require_right(actor, Right.EDIT_STORIES)
        if (reply := earlier_reply(tx, room, actor, call)) is not None:
            return reply
        before = locked_story(tx, ref)
        refuse_frozen(before)
        require_match(call.if_match, before)
        after = _patched(before, patch)
        if after != before:
            after = dataclasses.replace(after, version=before.version + 1)
            update_story(tx, after)
            _audit(tx, room, actor, call, before=before, after=after)
            _make_public(tx, room, before, after)
        return answer_story(tx, room, actor, call, after)


def _new_story(room: Newsroom, draft: StoryDraft) -> Story:
    story_id = StoryId(draft.id or room.random.uuid("story", draft.title))
    tail = room.random.letters("slug", story_id, SLUG_TAIL_LENGTH)
    return Story(
        id=story_id,
        slug=draft.slug or slug_from_title(draft.title, tail=tail),
        status=StoryStatus(draft.status),
        version=1,
        fields={**STORY_DEFAULTS, **draft.given_fields()},
        settings=StorySettings(**draft.given_settings()),
        created_at=room.clock(),
    )


def _patched(before: Story, patch: StoryPatch) -> Story:
    status = before.status if patch.status is None else StoryStatus(patch.status)
    if status is not before.status and status not in STORY_MOVES[before.status]:
        raise Conflict("wrong_status", f"A story that is {before.status} cannot become {status}.")
    if patch.slug is not None and patch.slug != before.slug:
        raise Conflict("slug_fixed", "The slug is part of every link to the story and cannot change.")
    return dataclasses.replace(
        before,
        status=status,
        fields={**before.fields, **patch.given_fields()},
        settings=dataclasses.replace(before.settings, **patch.given_settings()),
    )


def _make_public(tx: WriteTransaction, room: Newsroom, before: Story, after: Story) -> None:
    if not after.is_public:
        return
    if not before.is_public:
        _open(tx, room, after)
        return
    changed = tuple(name for name in after.fields if after.fields[name] != before.fields.get(name))
    if changed:
        pass_door(tx, room, after, [StoryChanged(changed=changed)])


def _open(tx: WriteTransaction, room: Newsroom, story: Story) -> None:
    """The story becomes public: itself first, then what was published in it meanwhile, oldest first."""
    waiting = list_entries_in_status(tx, story.id, EntryStatus.PUBLISHED)
    changes: list[PublicChange] = [StoryChanged(), *(Shown(entry, "entry.published") for entry in waiting)]
    for entry in pass_door(tx, room, story, changes).values():
        update_entry(tx, dataclasses.replace(entry, public_version=entry.version))


def _audit(
    tx: WriteTransaction, room: Newsroom, actor: Actor, call: Call, *, before: Story | None, after: Story
) -> None:
    change = AuditedChange(
        action="create" if before is None else "edit",
        object_kind="story",
        object_id=after.id,
        story_id=after.id,
        before=None if before is None else _summary(before),
        after=_summary(after),
    )
    append_audit(tx, change, actor=actor, at=room.clock(), request_id=call.request_id)


def _summary(story: Story) -> dict[str, str | int]:
    return {"status": story.status.value, "version": story.version}
