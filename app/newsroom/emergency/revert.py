"""Undoing what a token did since a time: as far as it can be undone, and told thing by thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.clock import Micros, format_time
from app.domain.errors import NotFound
from app.domain.identifiers import EntryId, StoryId, TokenId
from app.domain.rights import Actor, Right, require_right
from app.domain.story import Story, StoryStatus
from app.newsroom.context.access import OPERATOR_ID, authenticate
from app.newsroom.context.idempotency import finished_reply, first_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.emergency.revert_context import REVERT, Outcome, Undoing
from app.newsroom.emergency.revert_entries import undo_in_entry
from app.newsroom.emergency.revert_stories import FURNITURE, find_traces, undo_as_a_whole, undo_in_story
from app.newsroom.stories.continuing import locked_with_linked
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.audit import (
    AuditedChange,
    append_audit,
    list_entries_touched,
    list_others_touched,
    list_stories_touched,
)
from app.storage.newsroom.people import read_token
from app.storage.newsroom.stories import read_story
from app.storage.newsroom.story_versions import StoryVersion, list_versions_around
from app.wire.encoding import encode_json

_BY_HAND = {
    "token": "A token may be in use by now: revoke it if it is to open nothing.",
    "invite": "An invitation ends when it is used, after a day, or when its person is revoked.",
    "person": "Who somebody is, and what they may do, is for a person to put right.",
    "member": "Who works on a story is for its editors to put right.",
}
_TO_DECIDE = "Whether everything is frozen is for a person to decide."


@dataclass(frozen=True, slots=True)
class _Touched:
    """What the token wrote to in one story: the versions it made of the story itself, and its entries."""

    story: StoryId
    versions: set[int]
    entries: Sequence[EntryId]


def revert_token(newsroom: Newsroom, call: Call, token_id: str, *, since: Micros) -> Reply:
    """Take out what the token created since then, and bring what is others' back to what it was before it.

    Each story is one transaction. What somebody has changed after it, and what is gone for good, stays as it is and
    is told with its reason. A second time finds nothing left to do. Raises NotFound.
    """
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        if (reply := finished_reply(tx, actor, call)) is not None:
            return reply
        if token_id != OPERATOR_ID and read_token(tx, TokenId(token_id)) is None:
            raise NotFound("token_not_found", "There is no such token.")
        touched = _touched(tx, token_id, since)
        others = list_others_touched(tx, token_id, since=since)
        change = AuditedChange(REVERT, "token", token_id, after={"since": format_time(since)})
        append_audit(tx, change, actor=actor, at=newsroom.clock(), request_id=call.request_id)
    items = [outcome.shown() for each in touched for outcome in _revert_in_story(newsroom, call, token_id, since, each)]
    kept = [
        {"object": kind, "object_id": ident, "action": action, "why": _BY_HAND.get(kind, _TO_DECIDE)}
        for kind, ident, action in others
    ]
    with newsroom.database.transaction() as tx:
        reply = Reply(200, encode_json({"token": token_id, "items": items, "not_reverted": kept}))
        return first_reply(tx, newsroom, authenticate(tx, newsroom, call), call, reply)


def _touched(tx: WriteTransaction, token: str, since: Micros) -> list[_Touched]:
    """What it wrote to, in the order of the stories' ids."""
    entries: dict[StoryId, list[EntryId]] = {}
    versions: dict[StoryId, set[int]] = {}
    for story, entry in list_entries_touched(tx, token, since=since):
        entries.setdefault(story, []).append(entry)
    for story, version in list_stories_touched(tx, token, since=since):
        versions.setdefault(story, set()).add(version)
    stories = sorted(entries.keys() | versions.keys())
    return [_Touched(story, versions.get(story, set()), entries.get(story, [])) for story in stories]


def _revert_in_story(newsroom: Newsroom, call: Call, token: str, since: Micros, touched: _Touched) -> list[Outcome]:
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        try:
            story, actor = _locked(tx, actor, touched.story, token, since)
        except NotFound as error:
            return [Outcome(touched.story, entry, why=error.detail) for entry in (*touched.entries, None)]
        versions = list_versions_around(tx, story.id, token, since=since)
        return _undone(Undoing(tx, newsroom, actor, call, token, since), story, versions, touched)


def _locked(tx: WriteTransaction, actor: Actor, story: StoryId, token: str, since: Micros) -> tuple[Story, Actor]:
    """The story locked, with those that are told when it goes on from what it did before. Raises NotFound."""
    continues = find_traces(list_versions_around(tx, story, token, since=since), token, since=since).get("continues")
    return locked_with_linked(tx, story, actor, continues=None if continues is None else continues.before)


def _undone(at: Undoing, story: Story, versions: Sequence[StoryVersion], touched: _Touched) -> list[Outcome]:
    """First the story, so that entries can come back into it; last what names entries, which have come and gone.

    One that was withdrawn comes back after its entries, so that nothing is shown in it that is about to be undone.
    """
    traces = find_traces(versions, at.token, since=at.since)
    own = {name: trace for name, trace in traces.items() if name not in FURNITURE}
    told: list[Outcome] = []
    if story.status is StoryStatus.WITHDRAWN:
        told += _undone_entries(at, story, touched)
    told += undo_as_a_whole(at, story, versions, touched.versions)
    told += undo_in_story(at, _newest(at, story), own)
    if story.status is not StoryStatus.WITHDRAWN:
        told += _undone_entries(at, story, touched)
    furniture = {name: trace for name, trace in traces.items() if name in FURNITURE}
    return [*told, *undo_in_story(at, _newest(at, story), furniture)]


def _undone_entries(at: Undoing, story: Story, touched: _Touched) -> list[Outcome]:
    return [undo_in_entry(at, _newest(at, story), entry) for entry in touched.entries]


def _newest(at: Undoing, story: Story) -> Story:
    return read_story(at.tx, story.id) or story
