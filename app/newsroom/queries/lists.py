"""The newsroom's lists of stories and entries, drafts included, and the caller's own rights."""

from __future__ import annotations

from app.domain.bylines import byline_names
from app.domain.entry import Entry, EntryStatus
from app.domain.identifiers import EntryId, StoryId
from app.domain.permissions import permitted_actions
from app.domain.rights import (
    Actor,
    Right,
    has_right,
    may_freeze_story,
    require_right,
    rights_in_story,
    visibility_of,
)
from app.domain.story import Story, StoryStatus
from app.newsroom.context.access import OPERATOR_ID, authenticate, csrf_token
from app.newsroom.context.accounts import poster_of, posters_of
from app.newsroom.context.lookup import look_up_entry, look_up_story, look_up_story_and_actor
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.positions import parse_time_position
from app.newsroom.context.preconditions import etag_of
from app.newsroom.context.sites import shown_site_roles
from app.newsroom.stories.duty import on_duty
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.entries import EntryChoice, count_entries_by_status, list_entries
from app.storage.newsroom.people import read_person
from app.storage.newsroom.stories import list_stories
from app.wire.encoding import encode_json
from app.wire.newsroom_json import newsroom_entry, newsroom_story


def show_me(newsroom: Newsroom, call: Call) -> Reply:
    """Show whose token this is and what it may do."""
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        person = read_person(tx, actor.person) if actor.person is not None else None
        me = {
            "kind": "admin" if actor.token_id == OPERATOR_ID else "person" if person else "bot",
            "name": None if person is None else person.name,
            "byline": None if actor.author is None else actor.author["name"],
            "person": actor.person,
            "role": actor.role.value,
            "scopes": sorted(scope.value for scope in actor.scopes),
            "can": [right.value for right in Right if has_right(actor, right)],
            "stories": None if actor.stories is None else sorted(actor.stories),
        }
        me |= shown_site_roles(actor.sites)
        if call.is_session and call.credentials is not None:
            me["csrf"] = csrf_token(call.credentials)
        return Reply(200, encode_json(me))


def show_stories(
    newsroom: Newsroom, call: Call, *, statuses: frozenset[StoryStatus] | None, position: str | None, limit: int
) -> Reply:
    """List the stories that the caller may see, newest first, drafts included; `next` is the position to go on from."""
    with newsroom.database.snapshot() as tx:
        actor = _reader(tx, newsroom, call)
        before = parse_time_position(position, StoryId)
        found = list_stories(tx, visibility=visibility_of(actor), statuses=statuses, before=before, limit=limit + 1)
        page = found[:limit]
        body = {
            "items": [newsroom_story(story, links=newsroom.links) for story in page],
            "next": f"{page[-1].created_at}.{page[-1].id}" if len(found) > limit else None,
        }
        return Reply(200, encode_json(body))


def show_story(newsroom: Newsroom, call: Call, story_ref: str) -> Reply:
    """Show one story with its settings, its number of entries in each status, and what the caller may do in it."""
    with newsroom.database.snapshot() as tx:
        story, actor = look_up_story_and_actor(tx, story_ref, _reader(tx, newsroom, call))
        counts = {status.value: number for status, number in count_entries_by_status(tx, story.id).items()}
        may = {"role": actor.role.value, "can": _rights(actor, story)}
        names = byline_names(actor, story.settings, on_site=newsroom.own_bylines)
        more = {
            "entries": counts,
            "site_frozen": story.site_frozen,
            **may,
            "bylines": names,
            "on_duty": on_duty(tx, story),
        }
        body = {**newsroom_story(story, links=newsroom.links), **more}
        return Reply(200, encode_json(body), {"ETag": etag_of(story)})


def _rights(actor: Actor, story: Story) -> list[str]:
    rights = (right for right in rights_in_story(actor) if right is not Right.FREEZE_STORY)
    return [*(right.value for right in rights), *([Right.FREEZE_STORY.value] if may_freeze_story(actor, story) else [])]


def show_entries(
    newsroom: Newsroom,
    call: Call,
    story_ref: str,
    *,
    statuses: frozenset[EntryStatus] | None,
    position: str | None,
    limit: int,
    key_event: bool = False,
    mine: bool = False,
    edited: bool = False,
) -> Reply:
    """List a story's entries in any status, the latest change of status first; `next` is the position to go on from."""
    with newsroom.database.snapshot() as tx:
        story, actor = look_up_story_and_actor(tx, story_ref, _reader(tx, newsroom, call))
        before = parse_time_position(position, EntryId)
        choice = EntryChoice(statuses, key_event, (actor.person, actor.token_id) if mine else None, edited)
        found = list_entries(tx, story.id, choice, before=before, limit=limit + 1)
        page = found[:limit]
        posters = posters_of(tx, page)
        body = {
            "items": [
                newsroom_entry(entry, can=permitted_actions(actor, story, entry), posted_by=posters.poster_of(entry))
                for entry in page
            ],
            "next": f"{page[-1].status_at}.{page[-1].id}" if len(found) > limit else None,
        }
        return Reply(200, encode_json(body))


def show_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Show one entry with its ETag for If-Match."""
    with newsroom.database.snapshot() as tx:
        story, actor = look_up_story_and_actor(tx, story_ref, _reader(tx, newsroom, call))
        entry = look_up_entry(tx, story, entry_ref)
        posted_by = poster_of(tx, entry, actor=actor)
        shown = newsroom_entry(entry, can=permitted_actions(actor, story, entry), posted_by=posted_by)
        return Reply(200, encode_json(shown), {"ETag": etag_of(entry)})


def find_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Entry:
    """Return one entry, if the caller may see it. Raises NotFound, NotAllowed, NotAuthenticated."""
    with newsroom.database.snapshot() as tx:
        return look_up_entry(tx, look_up_story(tx, story_ref, _reader(tx, newsroom, call)), entry_ref)


def _reader(tx: ReadTransaction, newsroom: Newsroom, call: Call) -> Actor:
    actor = authenticate(tx, newsroom, call)
    require_right(actor, Right.READ_NEWSROOM)
    return actor
