"""Repositioning an entry beside another one: its place in the timeline changes, and nothing else."""

from __future__ import annotations

import dataclasses

from app.domain.entry import Entry
from app.domain.errors import Conflict, FieldError, InvalidInput
from app.domain.rights import require_action
from app.domain.sort_keys import MAX_KEY_LENGTH, key_between, make_room, sort_key_at
from app.domain.statuses import Action, next_status
from app.newsroom.context.begin_write import begin_story_write
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.lookup import look_up_entry
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_match
from app.newsroom.context.recording import answer_entry, record_entry
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.entry_action import recheck_action
from app.newsroom.publication.publication import EntryShown, publish_changes
from app.newsroom.publication.visibility import show_entry
from app.storage.public.reads import (
    Boundary,
    EntryFilter,
    ListedEntry,
    list_public_entries,
    list_timeline_positions,
    read_public_entry,
)
from app.wire.requests.entries import EntryMove


def move_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, move: EntryMove) -> Reply:
    """Put a public entry right above (`before`) or right below (`after`) another one, as readers see the timeline.

    Readers' list has the newest first. The time that is shown stays. An entry that is there already is left alone.
    Raises Conflict `entry_not_public`, `wrong_status` or `story_not_public`, InvalidInput for an entry beside itself.
    """
    with begin_story_write(newsroom, call, story_ref, recheck=recheck_action(Action.MOVE)) as context:
        if isinstance(context, Reply):
            return context
        before = look_up_entry(context.tx, context.story, entry_ref)
        refuse_closed(context.story)
        require_action(context.actor, Action.MOVE, entry=before, settings=context.story.settings, visible=True)
        honour_match(call.if_match, before)
        next_status(before.status, Action.MOVE)
        after = _reposition(context, before, move)
        if after is not before:
            record_entry(context, before=before, after=after, action=Action.MOVE)
        return answer_entry(context, after)


def _reposition(context: StoryContext, entry: Entry, move: EntryMove) -> Entry:
    """Return the entry in its new place; `entry` itself if it is there already."""
    if move.target == entry.id:
        raise InvalidInput([FieldError(f"/{move.side}", "itself", "An entry cannot stand beside itself.")])
    if not context.story.is_public:
        raise Conflict("story_not_public", "Nobody has seen this entry yet: it gets its place when the story goes out.")
    target = read_public_entry(context.tx, context.story.id, move.target)
    if not isinstance(target, ListedEntry):
        raise Conflict("entry_not_public", "Entries can be moved beside public entries of their own story only.")
    is_older = move.side == "after"
    neighbour = _neighbour(context, target, is_older=is_older)
    if neighbour is not None and neighbour.id == entry.id:
        return entry
    key = _key_beside(target, neighbour, is_older=is_older)
    if key is None:
        return _reposition_with_neighbours(context, entry, target, is_older=is_older)
    return show_entry(context, _shown(_with_key(entry, key)))


def _neighbour(context: StoryContext, target: ListedEntry, *, is_older: bool) -> ListedEntry | None:
    boundary = Boundary(target.sort_key, target.id, direction="older" if is_older else "newer")
    found = list_public_entries(
        context.tx, context.story.id, boundary=boundary, only=EntryFilter(), limit=1, older=is_older
    )
    return found[0] if found else None


def _key_beside(target: ListedEntry, neighbour: ListedEntry | None, *, is_older: bool) -> str | None:
    """Return a key between the two; None where there is no room for one."""
    other = None if neighbour is None else neighbour.sort_key
    low, high = (other, target.sort_key) if is_older else (target.sort_key, other)
    if low == high:  # both were given this place, while the other of them was not public
        return None
    key = key_between(low, high)
    return key if len(key) <= MAX_KEY_LENGTH else None


def _reposition_with_neighbours(context: StoryContext, entry: Entry, target: ListedEntry, *, is_older: bool) -> Entry:
    """Reposition the entry where its neighbours need new keys as well: each of them in an event of its own."""
    others = [place for place in list_timeline_positions(context.tx, context.story.id) if place.id != entry.id]
    gap = next(index for index, place in enumerate(others) if place.id == target.id)
    if not is_older:
        gap += 1
    start, keys = make_room([place.sort_key for place in others], gap, newest=sort_key_at(context.now, 0))
    own = keys.pop(gap - start)
    places = others[start : start + len(keys)]
    neighbours = [look_up_entry(context.tx, context.story, place.id) for place in places]
    repositioned = [_with_key(neighbour, key) for neighbour, key in zip(neighbours, keys, strict=True)]
    changes = [_shown(each) for each in (*repositioned, _with_key(entry, own))]
    shown = publish_changes(context, changes)
    for before in neighbours:
        record_entry(context, before=before, after=shown[before.id], action=Action.MOVE)
    return shown[entry.id]


def _with_key(entry: Entry, key: str) -> Entry:
    return dataclasses.replace(entry, sort_key=key, version=entry.version + 1)


def _shown(entry: Entry) -> EntryShown:
    return EntryShown(entry, "entry.updated", changed=("sort_key",), material=False)
