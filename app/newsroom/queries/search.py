"""The newsroom's search: stories and entries by their words, drafts and working revisions included."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.domain.entry import EntryStatus
from app.domain.identifiers import StoryId
from app.domain.permissions import permitted_actions
from app.domain.rights import Actor, Right, require_right, visibility_of
from app.domain.story import Story
from app.domain.text_folding import fold_words
from app.newsroom.context.access import authenticate
from app.newsroom.context.accounts import poster_of
from app.newsroom.context.lookup import look_up_entry, look_up_story, look_up_story_and_actor
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.positions import parse_position
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.search import SearchMatch, list_matches
from app.storage.newsroom.stories import read_visible_stories
from app.wire.encoding import encode_json
from app.wire.newsroom_json import newsroom_entry

MAX_WORDS = 50
"""A search for more words looks for the last ones: they are what was typed last."""

_POSITION_DIGITS = 16


def search_newsroom(
    newsroom: Newsroom,
    call: Call,
    words: str,
    *,
    story_ref: str | None,
    statuses: frozenset[EntryStatus] | None,
    position: str | None,
    limit: int,
) -> Reply:
    """Find what has all of these words, the last one perhaps as a beginning: the newest first, removed entries never.

    Words are compared without case and accents; signs between them mean nothing. Raises NotFound `story_not_found`,
    MalformedInput `bad_position`.
    """
    below = parse_position(position, max_digits=_POSITION_DIGITS)
    wanted = fold_words(words)
    wanted = [*dict.fromkeys(wanted[:-1]), *wanted[-1:]][-MAX_WORDS:]
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.READ_NEWSROOM)
        stories: Collection[StoryId] | None
        if story_ref is None:
            stories = read_visible_stories(tx, visibility_of(actor))
        else:
            stories = {look_up_story(tx, story_ref, actor).id}
        found = _find(tx, wanted, stories=stories, statuses=statuses, below=below, limit=limit + 1)
        items = _items(tx, actor, found[:limit])
    following = str(found[limit - 1].number) if len(found) > limit else None
    return Reply(200, encode_json({"items": items, "next": following}))


def _find(
    tx: ReadTransaction,
    words: list[str],
    *,
    stories: Collection[StoryId] | None,
    statuses: Collection[EntryStatus] | None,
    below: int | None,
    limit: int,
) -> list[SearchMatch]:
    if not words:
        return []
    return list_matches(tx, words, stories=stories, statuses=statuses, below=below, limit=limit)


def _items(tx: ReadTransaction, actor: Actor, found: list[SearchMatch]) -> list[dict[str, Any]]:
    """Show each story or entry as it is now, an entry with the story it is in."""
    known: dict[StoryId, tuple[Story, Actor]] = {}
    items = []
    for each in found:
        if each.story not in known:
            known[each.story] = look_up_story_and_actor(tx, each.story, actor)
        story, within = known[each.story]
        shown = None
        if each.entry is not None:
            entry = look_up_entry(tx, story, each.entry)
            posted_by = poster_of(tx, entry, actor=actor)
            shown = newsroom_entry(entry, can=permitted_actions(within, story, entry), posted_by=posted_by)
        items.append({"story": _in_short(story), "entry": shown})
    return items


def _in_short(story: Story) -> dict[str, str]:
    return {"id": story.id, "slug": story.slug, "title": story.fields["title"], "status": story.status.value}
