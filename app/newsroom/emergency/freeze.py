"""The freeze of a story or of the whole site, which publishes nothing more until it is thawed."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros
from app.domain.rights import Actor, Right, has_right, may_freeze_story, require_right, visibility_of
from app.domain.story import BEFORE_START, Story, StoryStatus
from app.newsroom.context.access import authenticate
from app.newsroom.context.begin_write import begin_write, see_story
from app.newsroom.context.idempotency import keep_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.recording import record_audit
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.newsroom.due.due_work import submit_overdue
from app.newsroom.publication.story_again import publish_stories_of_duty
from app.newsroom.stories.lifecycle import put_story, transition_story
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.due import list_due_stories
from app.storage.newsroom.site_control import lock_out_creations, read_site_frozen, update_site_frozen
from app.storage.newsroom.stories import list_frozen_stories, lock_every_story
from app.wire.encoding import encode_json
from app.wire.requests.people import Freeze


def show_freeze(newsroom: Newsroom, call: Call) -> Reply:
    """Show whether the site is frozen, and which of the stories that the caller may see are."""
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.READ_NEWSROOM)
        stories = list_frozen_stories(tx, visibility_of(actor))
        return Reply(200, encode_json({"frozen": read_site_frozen(tx), "stories": stories}))


def set_freeze(newsroom: Newsroom, call: Call, freeze: Freeze) -> Reply:
    """Freeze a story or the site, or thaw it; what came due meanwhile waits for a person.

    A story's editors freeze it, too, and thaw what an editor froze; what an admin froze stays for an admin.
    Once this has returned from a freeze nothing is published: writes that had begun before have ended. Raises NotFound.
    """
    right = Right.READ_NEWSROOM if freeze.story is not None else Right.FREEZE

    def recheck(context: WriteContext, _: Reply) -> None:
        if freeze.story is not None:
            require_right(see_story(context, freeze.story).actor, Right.FREEZE_STORY)

    with begin_write(newsroom, call, right=right, recheck=recheck) as context:
        if isinstance(context, Reply):
            return context
        if freeze.story is None:
            story_id = None
            _set_site(context, frozen=freeze.frozen)
        else:
            in_story = context.lock_story(freeze.story)
            story_id = in_story.story.id
            _require_freezing(in_story.actor, in_story.story)
            _set_story(in_story, frozen=freeze.frozen)
        reply = Reply(200, encode_json({"story": story_id, "frozen": freeze.frozen}))
        keep_reply(context, reply, story=story_id)
    if freeze.story is None and freeze.frozen:
        # On PostgreSQL a write that looked a moment before the commit may still be under way, holding its story.
        with newsroom.database.transaction() as tx:
            lock_every_story(tx)
        with newsroom.database.transaction() as tx:
            lock_out_creations(tx)  # of stories whose rows could not be seen
    if freeze.story is None and not freeze.frozen:
        publish_stories_of_duty(newsroom, call, None)  # which changes hands in a freeze, too
    return reply


def _require_freezing(actor: Actor, story: Story) -> None:
    if not may_freeze_story(actor, story):
        require_right(actor, Right.FREEZE_STORY)
        require_right(actor, Right.FREEZE)


def _set_story(context: StoryContext, *, frozen: bool) -> None:
    is_by_editor = frozen and not has_right(context.actor, Right.FREEZE)
    settings = dataclasses.replace(context.story.settings, frozen_by_editor=is_by_editor)
    after = dataclasses.replace(context.story, frozen=frozen, settings=settings)
    if context.story.frozen is frozen:
        if frozen and context.story.settings.frozen_by_editor and not is_by_editor:
            put_story(context, after, action="freeze")  # an admin's from now on
        return
    if frozen:
        put_story(context, after, action="freeze")
        return
    after = _thawed(after, now=context.now)
    put_story(context, after, action="thaw")
    submit_overdue(context.in_story(after))


def _set_site(context: WriteContext, *, frozen: bool) -> None:
    if not update_site_frozen(context.tx, frozen=frozen):
        return
    record_audit(context, AuditedChange("freeze" if frozen else "thaw", "site", "site"))
    if frozen:
        return
    for overdue in list_due_stories(context.tx, context.now):
        in_story = context.lock_story(overdue)
        if not in_story.story.frozen:
            after = put_story(in_story, _thawed(in_story.story, now=in_story.now), action="thaw")
            submit_overdue(in_story.in_story(after))


def _thawed(story: Story, *, now: Micros) -> Story:
    """Return the story after a thaw: what should have begun or ended by itself meanwhile is for a person to decide."""
    if story.status in BEFORE_START and story.starts_at is not None and story.starts_at <= now:
        if story.status is StoryStatus.SCHEDULED:
            return transition_story(story, StoryStatus.DRAFT, now=now)
        return dataclasses.replace(story, fields={**story.fields, "coverage_start": None})
    if story.ends_at is not None and story.ends_at <= now:
        silence = (story.settings.auto_end_after or 0) * 1_000_000
        return dataclasses.replace(story, ends_at=Micros(now + silence))
    return story
