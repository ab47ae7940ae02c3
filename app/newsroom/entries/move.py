"""Moving an entry beside another one: its place in the timeline changes, and nothing else."""

from __future__ import annotations

import dataclasses

from app.domain.entry import Entry
from app.domain.errors import Conflict, FieldError, InvalidInput
from app.domain.rights import Actor, require_action
from app.domain.sort_keys import MAX_KEY_LENGTH, key_between, make_room, sort_key_at
from app.domain.statuses import Action, next_status
from app.domain.story import Story
from app.newsroom.context.access import authenticate
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.idempotency import earlier_reply
from app.newsroom.context.lookup import known_entry, locked_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_match
from app.newsroom.context.recording import answer_entry, record_entry
from app.newsroom.publication.publication import Shown, publish_changes
from app.newsroom.publication.visibility import show
from app.storage.database.transactions import WriteTransaction
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

    Readers' list has the newest first. The time that is shown stays. An entry that stands there already is left alone.
    Raises Conflict `entry_not_public`, `wrong_status` or `story_not_public`, InvalidInput for an entry beside itself.
    """
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        story, actor = locked_story(tx, story_ref, actor)
        before = known_entry(tx, story, entry_ref)
        refuse_closed(story)
        require_action(actor, Action.MOVE, entry=before, settings=story.settings, visible=True)
        honour_match(call.if_match, before)
        next_status(before.status, Action.MOVE)
        after = _moved(tx, newsroom, actor, call, story, before, move)
        if after is not before:
            record_entry(tx, newsroom, actor, call, before=before, after=after, action=Action.MOVE)
        return answer_entry(tx, newsroom, actor, call, after)


def _moved(
    tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, story: Story, entry: Entry, move: EntryMove
) -> Entry:
    """The entry in its new place; `entry` itself if it is there already."""
    if move.target == entry.id:
        raise InvalidInput([FieldError(f"/{move.side}", "itself", "An entry cannot stand beside itself.")])
    if not story.is_public:
        raise Conflict("story_not_public", "Nobody has seen this entry yet: it gets its place when the story goes out.")
    target = read_public_entry(tx, story.id, move.target)
    if not isinstance(target, ListedEntry):
        raise Conflict("entry_not_public", "Entries can be moved beside public entries of their own story only.")
    is_older = move.side == "after"
    neighbour = _neighbour(tx, story, target, is_older=is_older)
    if neighbour is not None and neighbour.id == entry.id:
        return entry
    key = _key_beside(target, neighbour, is_older=is_older)
    if key is None:
        return _squeezed_in(tx, newsroom, actor, call, story, entry, target, is_older=is_older)
    return show(tx, newsroom, actor, call, story, _shown(_placed(entry, key)))


def _neighbour(tx: WriteTransaction, story: Story, target: ListedEntry, *, is_older: bool) -> ListedEntry | None:
    boundary = Boundary(target.sort_key, target.id, direction="older" if is_older else "newer")
    found = list_public_entries(tx, story.id, boundary=boundary, only=EntryFilter(), limit=1, older=is_older)
    return found[0] if found else None


def _key_beside(target: ListedEntry, neighbour: ListedEntry | None, *, is_older: bool) -> str | None:
    """A key between the two; None where there is no room for one."""
    other = None if neighbour is None else neighbour.sort_key
    low, high = (other, target.sort_key) if is_older else (target.sort_key, other)
    if low == high:  # both were given this place, while the other of them was not public
        return None
    key = key_between(low, high)
    return key if len(key) <= MAX_KEY_LENGTH else None


def _squeezed_in(
    tx: WriteTransaction,
    newsroom: Newsroom,
    actor: Actor,
    call: Call,
    story: Story,
    entry: Entry,
    target: ListedEntry,
    *,
    is_older: bool,
) -> Entry:
    """The entry in its new place, where its neighbours need new ones as well: each of them in an event of its own."""
    others = [place for place in list_timeline_positions(tx, story.id) if place.id != entry.id]
    gap = next(index for index, place in enumerate(others) if place.id == target.id) + (not is_older)
    start, keys = make_room([place.sort_key for place in others], gap, newest=sort_key_at(newsroom.clock(), 0))
    own = keys.pop(gap - start)
    standing = [known_entry(tx, story, place.id) for place in others[start : start + len(keys)]]
    neighbours = [_placed(neighbour, key) for neighbour, key in zip(standing, keys, strict=True)]
    moved = _placed(entry, own)
    shown = publish_changes(tx, newsroom, story, [_shown(each) for each in (*neighbours, moved)])
    for before, neighbour in zip(standing, neighbours, strict=True):
        record_entry(tx, newsroom, actor, call, before=before, after=shown[neighbour.id], action=Action.MOVE)
    return shown[moved.id]


def _placed(entry: Entry, key: str) -> Entry:
    return dataclasses.replace(entry, sort_key=key, version=entry.version + 1)


def _shown(entry: Entry) -> Shown:
    return Shown(entry, "entry.updated", changed=("sort_key",), material=False)
