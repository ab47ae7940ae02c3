"""Making stories, changing them, and leading them through their life: public, paused, ended, archived, withdrawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from app.content import complete_blocks
from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, FieldError, InvalidInput
from app.domain.identifiers import StoryId, slug_from_title
from app.domain.rights import Actor, Right, actor_in_story, require_right
from app.domain.story import STORY_TRANSITIONS, Story, StorySettings, StoryStatus
from app.newsroom.context.access import authenticate
from app.newsroom.context.freezing import refuse_closed_story, refuse_frozen
from app.newsroom.context.idempotency import earlier_reply
from app.newsroom.context.lookup import locked_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import require_match
from app.newsroom.context.recording import answer_story, record_story
from app.newsroom.entries.content import block_ids
from app.newsroom.publication.going_public import open_story
from app.newsroom.publication.public_story import public_changes
from app.newsroom.publication.publication import StoryChanged, Withdrawn, publish_changes
from app.newsroom.stories.continuing import brought_up_to_date, locked_with_linked, resolved_continues, tell_linked
from app.newsroom.stories.members import stay_in_sight
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.site_control import read_site_frozen
from app.storage.newsroom.stored_replies import delete_reply_bodies_of_story
from app.storage.newsroom.stories import insert_story, read_story, update_story, update_story_slug
from app.wire.requests.stories import STORY_DEFAULTS, StoryDraft, StoryPatch

SLUG_TAIL_LENGTH = 6


def create_story(newsroom: Newsroom, call: Call, draft: StoryDraft) -> Reply:
    """Make a story; live unless the draft says otherwise.

    The same id with the same fields again answers with the story as it is now. Raises Conflict `id_taken`,
    `slug_taken`, InvalidInput.
    """
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.CREATE_STORIES)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        story = _new_story(tx, newsroom, actor, draft)
        known = read_story(tx, draft.id) if draft.id is not None else None
        if known is not None:
            if actor_in_story(actor, known) is None or not _is_made_so(known, story, draft):
                raise Conflict("id_taken", "A story with this id exists already.")
            return answer_story(tx, newsroom, actor, call, known, status=201)
        refuse_frozen(story)
        check_start(story, now=newsroom.clock())
        insert_story(tx, story)
        record_story(tx, newsroom, actor, call, before=None, after=story, action="create")
        stay_in_sight(tx, newsroom, actor, call, story)
        if story.is_public:
            publish_changes(tx, newsroom, story, [StoryChanged()])
            tell_linked(tx, newsroom, actor, call, None, story)
        return answer_story(tx, newsroom, actor, call, story, status=201)


def edit_story(newsroom: Newsroom, call: Call, ref: str, patch: StoryPatch) -> Reply:
    """Change a story's members, settings, slug or status. Raises Conflict `wrong_status`, `slug_taken`."""
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        before, actor = _locked_for(tx, ref, actor, patch)
        require_right(actor, Right.EDIT_STORIES)
        refuse_frozen(before)
        require_match(call.if_match, before)
        after = _patched(tx, newsroom, actor, before, patch)
        refuse_closed_story(before, after)
        after = put_story(tx, newsroom, actor, call, before, after)
        stay_in_sight(tx, newsroom, actor, call, after)
        return answer_story(tx, newsroom, actor, call, after)


def put_story(
    tx: WriteTransaction,
    newsroom: Newsroom,
    actor: Actor,
    call: Call,
    before: Story,
    after: Story,
    *,
    action: str = "edit",
) -> Story:
    """Keep a changed story, record it, and let readers know what they may. Returns `before` if nothing changed."""
    if after == before:
        return before
    after = dataclasses.replace(brought_up_to_date(tx, before, after), version=before.version + 1)
    if after.slug != before.slug:
        update_story_slug(tx, after, former=before.slug)
    else:
        update_story(tx, after)
    record_story(tx, newsroom, actor, call, before=before, after=after, action=action)
    return _tell_readers(tx, newsroom, actor, call, before, after)


def moved_story(story: Story, status: StoryStatus, *, now: Micros) -> Story:
    """The story in another status, with what that means for its times. Raises Conflict `wrong_status`."""
    if status is story.status:
        return story
    if status not in STORY_TRANSITIONS[story.status]:
        possible = sorted(STORY_TRANSITIONS[story.status])
        rest = f"possible now: {', '.join(possible)}" if possible else "it stays so for good"
        raise Conflict("wrong_status", f"A story that is {story.status} cannot become {status}; {rest}.")
    return story_in_status(story, status, now=now)


def story_in_status(story: Story, status: StoryStatus, *, now: Micros) -> Story:
    """As `moved_story`, whether a way leads there or not."""
    fields = dict(story.fields)
    if status is StoryStatus.ENDED and fields.get("coverage_end") is None:
        fields["coverage_end"] = format_time(now)
    if story.status is StoryStatus.ENDED and status is StoryStatus.LIVE:
        fields["coverage_end"] = None
    after = dataclasses.replace(story, status=status, fields=fields)
    return dataclasses.replace(after, ends_at=end_of_silence(after, now))


def _locked_for(tx: WriteTransaction, ref: str, actor: Actor, patch: StoryPatch) -> tuple[Story, Actor]:
    """The story locked, with all of which the patch may change what readers are told."""
    if patch.status is None and "continues" not in patch.model_fields_set:
        return locked_story(tx, ref, actor)
    return locked_with_linked(tx, ref, actor, continues=patch.continues)


def _new_story(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, draft: StoryDraft) -> Story:
    story_id = StoryId(draft.id or newsroom.random.uuid("story", draft.title))
    tail = newsroom.random.base62("slug", story_id, SLUG_TAIL_LENGTH)
    now = newsroom.clock()
    status = StoryStatus(draft.status)
    story = Story(
        id=story_id,
        slug=draft.slug or slug_from_title(draft.title, tail=tail),
        status=status,
        version=1,
        fields={
            **STORY_DEFAULTS,
            **_completed(tx, actor, draft.given_fields(), new_id=block_ids(newsroom.random, f"{story_id}:1")),
        },
        settings=StorySettings(**draft.given_settings()),
        created_at=now,
        site_frozen=read_site_frozen(tx),
    )
    return dataclasses.replace(story, ends_at=end_of_silence(story, now))


def _is_made_so(known: Story, story: Story, draft: StoryDraft) -> bool:
    """Whether a known story is what a repeated creation would make, but for what was done with it since."""
    made = dataclasses.replace(
        story,
        slug=draft.slug or known.slug,
        version=known.version,
        fields={**story.fields, "continued_by": known.fields.get("continued_by")},
        created_at=known.created_at,
        pinned=known.pinned,
        key_points=known.key_points,
        ends_at=known.ends_at,
        site_frozen=known.site_frozen,
        frozen=known.frozen,
    )
    return made == known


def _patched(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, before: Story, patch: StoryPatch) -> Story:
    new_id = block_ids(newsroom.random, f"{before.id}:{before.version + 1}")
    after = dataclasses.replace(
        before,
        slug=patch.slug or before.slug,
        fields={**before.fields, **_completed(tx, actor, patch.given_fields(), new_id=new_id, story=before.id)},
        settings=dataclasses.replace(before.settings, **patch.given_settings()),
    )
    now = newsroom.clock()
    if patch.status is not None:
        after = moved_story(after, StoryStatus(patch.status), now=now)
    if after.settings.auto_end_after != before.settings.auto_end_after:
        after = dataclasses.replace(after, ends_at=end_of_silence(after, now))
    if "coverage_start" in patch.model_fields_set or after.status is not before.status:
        check_start(after, now=now)
    return after


def _completed(
    tx: WriteTransaction,
    actor: Actor,
    given: dict[str, Any],
    *,
    new_id: Callable[[], str],
    story: StoryId | None = None,
) -> dict[str, Any]:
    """What a client wrote, with the picture as a block and the continued story by its id."""
    if given.get("image") is not None:
        given["image"] = complete_blocks([{"type": "image", **given["image"]}], new_id=new_id)[0]
    if given.get("continues") is not None:
        given["continues"] = resolved_continues(tx, given["continues"], actor, story=story)
    return given


def check_start(story: Story, *, now: Micros) -> None:
    """Raise InvalidInput `not_in_future` for a scheduled story that does not say when to come, it goes live then."""
    if story.status is StoryStatus.SCHEDULED and (story.starts_at is None or story.starts_at <= now):
        detail = "A scheduled story goes live by itself: say when, in coverage_start."
        raise InvalidInput([FieldError("/coverage_start", "not_in_future", detail)])


def end_of_silence(story: Story, now: Micros) -> Micros | None:
    """When a story ends by itself if nothing new comes from now on; None where it does not."""
    after = story.settings.auto_end_after
    return Micros(now + after * 1_000_000) if story.status is StoryStatus.LIVE and after is not None else None


def _tell_readers(
    tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, before: Story, after: Story
) -> Story:
    if before.is_shown and not after.is_shown:
        publish_changes(tx, newsroom, after, [Withdrawn()])
        delete_reply_bodies_of_story(tx, after.id)
    elif after.is_shown and not before.is_shown:
        after = open_story(tx, newsroom, actor, call, after)
    elif after.is_shown and not after.is_frozen and (changed := public_changes(tx, after)):
        publish_changes(tx, newsroom, after, [StoryChanged(changed=changed)])
    tell_linked(tx, newsroom, actor, call, before, after)
    return after
