"""When something has gone wrong: taking back what came out last, and letting nothing more out until that is clear."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros
from app.domain.entry import Entry
from app.domain.errors import NotAllowed, NotFound
from app.domain.identifiers import PersonId
from app.domain.rights import Actor, Right, Role, require_right, visibility_of
from app.domain.story import BEFORE_START, Story, StoryStatus
from app.newsroom.context.access import authenticate
from app.newsroom.context.idempotency import earlier_reply, keep_reply
from app.newsroom.context.lookup import locked_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.due.due_work import park_overdue
from app.newsroom.entries.withdrawal import retract_entry
from app.newsroom.stories.lifecycle import moved_story, put_story
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.audit import AuditedChange, append_audit
from app.storage.newsroom.due import list_due_stories
from app.storage.newsroom.entries import read_last_published
from app.storage.newsroom.site_control import read_site_frozen, update_site_frozen
from app.storage.newsroom.stories import list_frozen_stories, lock_every_story
from app.wire.encoding import encode_json
from app.wire.requests.people import Freeze, LastRetraction


def retract_last(newsroom: Newsroom, call: Call, story_ref: str, retraction: LastRetraction) -> Reply:
    """Retract what the caller published last in a story, or what somebody else did. Raises NotFound, NotAllowed."""

    def last(tx: WriteTransaction, story: Story, actor: Actor) -> Entry:
        person = actor.person if retraction.person is None else PersonId(retraction.person)
        if person != actor.person and not actor.role.includes(Role.EDITOR):
            raise NotAllowed("not_allowed", "It takes an editor to retract somebody else's entry.")
        found = read_last_published(tx, story.id, person=person, token=actor.token_id)
        if found is None:
            whose = "theirs" if retraction.person else "yours"
            raise NotFound("nothing_to_retract", f"There is no public entry of {whose} in this story.")
        return found

    return retract_entry(newsroom, call, story_ref, last, reason=retraction.reason)


def show_freeze(newsroom: Newsroom, call: Call) -> Reply:
    """Whether the site is frozen, and which of the stories there are for the caller are."""
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.READ_NEWSROOM)
        stories = list_frozen_stories(tx, visibility_of(actor))
        return Reply(200, encode_json({"frozen": read_site_frozen(tx), "stories": stories}))


def set_freeze(newsroom: Newsroom, call: Call, freeze: Freeze) -> Reply:
    """Let nothing out any more, of a story or of the site, or let it again; what came due meanwhile waits for a person.

    Once this has returned nothing goes out: writes that had begun before have ended. Raises NotFound.
    """
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.FREEZE)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        if freeze.story is None:
            story_id = None
            _set_site(tx, newsroom, actor, call, frozen=freeze.frozen)
        else:
            story, _ = locked_story(tx, freeze.story, actor)
            story_id = story.id
            _set_story(tx, newsroom, actor, call, story, frozen=freeze.frozen)
        reply = Reply(200, encode_json({"story": story_id, "frozen": freeze.frozen}))
        keep_reply(tx, actor, call, reply, story=story_id, entries=[])
    if freeze.story is None and freeze.frozen:
        # On PostgreSQL a write that looked a moment before the commit may still be under way, holding its story.
        with newsroom.database.transaction() as tx:
            lock_every_story(tx)
    return reply


def _set_story(
    tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, story: Story, *, frozen: bool
) -> None:
    if story.frozen is frozen:
        return
    after = dataclasses.replace(story, frozen=frozen)
    if not frozen:
        after = _woken(after, now=newsroom.clock())
    put_story(tx, newsroom, actor, call, story, after, action="freeze" if frozen else "thaw")
    if not frozen:
        park_overdue(tx, newsroom, after)


def _set_site(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, *, frozen: bool) -> None:
    if not update_site_frozen(tx, frozen=frozen):
        return
    now = newsroom.clock()
    append_audit(
        tx,
        AuditedChange("freeze" if frozen else "thaw", "site", "site"),
        actor=actor,
        at=now,
        request_id=call.request_id,
    )
    if frozen:
        return
    for overdue in list_due_stories(tx, now):
        story, _ = locked_story(tx, overdue, actor)
        if not story.frozen:
            after = put_story(tx, newsroom, actor, call, story, _woken(story, now=now), action="thaw")
            park_overdue(tx, newsroom, after)


def _woken(story: Story, *, now: Micros) -> Story:
    """The story after a thaw: what should have begun or ended by itself meanwhile is for a person to decide."""
    if story.status in BEFORE_START and story.starts_at is not None and story.starts_at <= now:
        if story.status is StoryStatus.SCHEDULED:
            return moved_story(story, StoryStatus.DRAFT, now=now)
        return dataclasses.replace(story, fields={**story.fields, "coverage_start": None})
    if story.ends_at is not None and story.ends_at <= now:
        silence = (story.settings.auto_end_after or 0) * 1_000_000
        return dataclasses.replace(story, ends_at=Micros(now + silence))
    return story
