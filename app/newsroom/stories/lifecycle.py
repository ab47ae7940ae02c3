"""Creating stories, editing them, and changing their status: public, paused, ended, archived, withdrawn."""

from __future__ import annotations

import dataclasses

from pydantic_core import from_json

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, FieldError, InvalidInput
from app.domain.identifiers import StoryId
from app.domain.rights import Right, actor_in_story, require_right, sees_site
from app.domain.slugs import slug_from_title
from app.domain.story import STORY_TRANSITIONS, Story, StorySettings, StoryStatus
from app.newsroom.context.begin_write import begin_write, see_story
from app.newsroom.context.freezing import refuse_closed_story, refuse_frozen, refuse_late_creation
from app.newsroom.context.lookup import require_visible
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import require_match
from app.newsroom.context.recording import answer_story, record_story
from app.newsroom.context.sites import lock_site_for_story
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.newsroom.entries.content import block_ids
from app.newsroom.publication.going_public import publish_story
from app.newsroom.publication.publication import StoryUpdated, StoryWithdrawn, publish_changes
from app.newsroom.publication.story_again import publish_story_again
from app.newsroom.stories.continuing import lock_with_linked, update_linked, with_successor
from app.newsroom.stories.members import keep_membership
from app.newsroom.stories.written_members import check_intro_alternatives, completed_members, without_block_ids
from app.storage.newsroom.site_control import read_site_frozen
from app.storage.newsroom.stored_replies import delete_reply_bodies_of_story
from app.storage.newsroom.stories import insert_story, read_story, update_story, update_story_slug
from app.storage.public.comments import update_count_elsewhere, update_shown_counts
from app.wire.requests.stories import STORY_DEFAULTS, StoryDraft, StoryPatch

SLUG_TAIL_LENGTH = 6

PURGE = "purge"
"""The audited action that takes text away, from readers also while nothing else may change for them."""


def create_story(newsroom: Newsroom, call: Call, draft: StoryDraft) -> Reply:
    """Create a story; live unless the draft says otherwise.

    The same id with the same fields again answers with the story as it is now. Raises Conflict `id_taken`,
    `slug_taken`, InvalidInput.
    """
    with begin_write(newsroom, call, right=Right.CREATE_STORIES, recheck=_recheck_creation) as context:
        if isinstance(context, Reply):
            return context
        site, described = lock_site_for_story(context, context.actor, draft.site)
        story = new_story(context, draft, site, language=None if described is None else described.language)
        known = read_story(context.tx, draft.id) if draft.id is not None else None
        if known is not None:
            if actor_in_story(context.actor, known) is None or not _is_made_so(known, story, draft):
                raise Conflict("id_taken", "A story with this id exists already.")
            return answer_story(context, known, status=201)
        refuse_frozen(story)
        check_start(story, now=context.now)
        check_intro_alternatives(story)
        insert_story(context.tx, story)
        record_story(context, before=None, after=story, action="create")
        keep_membership(context, story)
        if story.settings.comments is not None:
            _count_elsewhere(context, story)
        if story.is_public:
            refuse_late_creation(context.tx)
            publish_changes(context.in_story(story), [StoryUpdated()])
            update_linked(context, None, story)
        return answer_story(context, story, status=201)


def edit_story(newsroom: Newsroom, call: Call, ref: str, patch: StoryPatch) -> Reply:
    """Change a story's members, settings, slug or status. Raises Conflict `wrong_status`, `slug_taken`."""

    def recheck(context: WriteContext, _: Reply) -> None:
        require_right(see_story(context, ref).actor, Right.EDIT_STORIES)

    with begin_write(newsroom, call, recheck=recheck) as begun:
        if isinstance(begun, Reply):
            return begun
        context = _lock_for(begun, ref, patch)
        before = context.story
        require_right(context.actor, Right.EDIT_STORIES)
        refuse_frozen(before)
        require_match(call.if_match, before)
        after = _patched(context, patch)
        if after.site != before.site:
            lock_site_for_story(context, begun.actor, after.site)
        refuse_closed_story(before, after)
        after = put_story(context, after)
        keep_membership(context, after)
        return answer_story(context, after)


def put_story(context: StoryContext, after: Story, *, action: str = "edit") -> Story:
    """Write and record the context's story as it is to be, and publish its public changes; return it.

    Returns the story as it was if nothing changed. In a freeze nothing of it is published but what a purge took out.
    """
    before = context.story
    if after == before:
        return before
    after = dataclasses.replace(with_successor(context, before, after), version=before.version + 1)
    if after.slug != before.slug:
        update_story_slug(context.tx, after, former=before.slug)
    else:
        update_story(context.tx, after)
    record_story(context, before=before, after=after, action=action)
    if after.settings.comments != before.settings.comments:
        _count_elsewhere(context, after)
    return _publish_change(context.in_story(after), before, despite_freeze=action == PURGE)


def transition_story(story: Story, status: StoryStatus, *, now: Micros) -> Story:
    """Return the story in another status, with what that means for its times. Raises Conflict `wrong_status`."""
    if status is story.status:
        return story
    if status not in STORY_TRANSITIONS[story.status]:
        possible = sorted(STORY_TRANSITIONS[story.status])
        rest = f"possible now: {', '.join(possible)}" if possible else "it stays so for good"
        raise Conflict("wrong_status", f"A story that is {story.status} cannot become {status}; {rest}.")
    return story_in_status(story, status, now=now)


def story_in_status(story: Story, status: StoryStatus, *, now: Micros) -> Story:
    """Return the story as `transition_story` does, whether there is such a transition or not."""
    fields = dict(story.fields)
    if status is StoryStatus.ENDED and fields.get("coverage_end") is None:
        fields["coverage_end"] = format_time(now)
    if story.status is StoryStatus.ENDED and status is StoryStatus.LIVE:
        fields["coverage_end"] = None
    after = dataclasses.replace(story, status=status, fields=fields)
    return dataclasses.replace(after, ends_at=end_of_silence(after, now))


def _recheck_creation(context: WriteContext, reply: Reply) -> None:
    """Raise NotFound where the caller sees the story no more that they made; a bot is no member of those it makes."""
    story, actor = read_story(context.tx, from_json(reply.body)["id"]), context.actor
    if story is None or actor.person is not None or not sees_site(actor, story.site):
        require_visible(story, actor)


def _lock_for(context: WriteContext, ref: str, patch: StoryPatch) -> StoryContext:
    """Lock the story, with all whose public members the patch may change."""
    if patch.status is None and "continues" not in patch.model_fields_set:
        return context.lock_story(ref)
    return lock_with_linked(context, ref, continues=patch.continues)


def new_story(context: WriteContext, draft: StoryDraft, site: str, *, language: str | None) -> Story:
    """Make a story of a draft, with the language of its site where the draft has none; nothing is written."""
    random = context.newsroom.random
    story_id = StoryId(draft.id or random.uuid("story", draft.title))
    tail = random.base62("slug", story_id, SLUG_TAIL_LENGTH)
    given = completed_members(context, draft, new_id=block_ids(random, f"{story_id}:1"))
    of_site = {} if language is None else {"language": language}
    story = Story(
        id=story_id,
        slug=draft.slug or slug_from_title(draft.title, tail=tail),
        status=StoryStatus(draft.status),
        version=1,
        fields={**STORY_DEFAULTS, **of_site, **given},
        settings=StorySettings(**draft.given_settings(), site=site),
        created_at=context.now,
        site_frozen=read_site_frozen(context.tx),
    )
    return dataclasses.replace(story, ends_at=end_of_silence(story, context.now))


def _is_made_so(known: Story, story: Story, draft: StoryDraft) -> bool:
    """Return whether a known story is what a repeated creation would make, but for what was done with it since."""
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
        legal_hold=known.legal_hold,
    )
    pair = (dataclasses.replace(each, fields=without_block_ids(each.fields)) for each in (made, known))
    return next(pair) == next(pair)


def _patched(context: StoryContext, patch: StoryPatch) -> Story:
    before, now = context.story, context.now
    new_id = block_ids(context.newsroom.random, f"{before.id}:{before.version + 1}")
    after = dataclasses.replace(
        before,
        slug=patch.slug or before.slug,
        fields={**before.fields, **completed_members(context, patch, new_id=new_id, before=before)},
        settings=dataclasses.replace(before.settings, **patch.given_settings(), site=patch.site or before.site),
    )
    if patch.intro is not None:
        check_intro_alternatives(after)
    if patch.status is not None:
        after = transition_story(after, StoryStatus(patch.status), now=now)
    if after.settings.auto_end_after != before.settings.auto_end_after:
        after = dataclasses.replace(after, ends_at=end_of_silence(after, now))
    if "coverage_start" in patch.model_fields_set or after.status is not before.status:
        check_start(after, now=now)
    return after


def check_start(story: Story, *, now: Micros) -> None:
    """Raise InvalidInput `not_in_future` for a scheduled story without a time to come at which it goes live."""
    if story.status is StoryStatus.SCHEDULED and (story.starts_at is None or story.starts_at <= now):
        detail = "A scheduled story goes live by itself: say when, in coverage_start."
        raise InvalidInput([FieldError("/coverage_start", "not_in_future", detail)])


def end_of_silence(story: Story, now: Micros) -> Micros | None:
    """Return when a story ends by itself if nothing new comes from now on; None where it does not."""
    after = story.settings.auto_end_after
    return Micros(now + after * 1_000_000) if story.status is StoryStatus.LIVE and after is not None else None


def _count_elsewhere(context: WriteContext, story: Story) -> None:
    """Let readers be told how many comments an external system has, or how many there are here."""
    update_count_elsewhere(context.tx, story.id, (story.settings.comments or {}).get("count"))
    update_shown_counts(context.tx, story.id, now=context.now)


def _publish_change(context: StoryContext, before: Story, *, despite_freeze: bool) -> Story:
    after = context.story
    if before.is_shown and not after.is_shown:
        publish_changes(context, [StoryWithdrawn()])
        delete_reply_bodies_of_story(context.tx, after.id)
    elif after.is_shown and not before.is_shown:
        after = publish_story(context)
    else:
        publish_story_again(context, despite_freeze=despite_freeze)
    update_linked(context, before, after)
    return after
