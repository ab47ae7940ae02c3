"""Reverting what a token did since a time: as far as that is possible, and reported thing by thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.clock import Micros, format_time
from app.domain.errors import NotFound
from app.domain.identifiers import EntryId, StoryId, TokenId
from app.domain.rights import Right
from app.domain.story import StoryStatus
from app.newsroom.context.access import OPERATOR_ID
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.idempotency import finished_reply, first_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.recording import record_audit
from app.newsroom.context.write_context import WriteContext
from app.newsroom.emergency.revert_context import PURGED, REVERT, Outcome, RevertContext
from app.newsroom.emergency.revert_entries import revert_entry
from app.newsroom.emergency.revert_stories import ENTRY_REFERENCES, find_traces, revert_fields, revert_whole_story
from app.newsroom.erasure.legal_holds import HOLD, LIFT
from app.newsroom.stories.continuing import lock_with_linked
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.audit import (
    AuditedChange,
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
_HELD = "Whether something is kept for a court is for a person to decide."


@dataclass(frozen=True, slots=True)
class _Touched:
    """The token's writes in one story: the versions it made of the story itself, and its entries."""

    story: StoryId
    versions: set[int]
    entries: Sequence[EntryId]


def revert_token(newsroom: Newsroom, call: Call, token_id: str, *, since: Micros) -> Reply:
    """Take out what the token created since then, and restore what is others' to what it was before it.

    Each story is one transaction. What another has changed after it, and what is gone for good, stays as it is and
    is reported with its reason. A second time finds nothing left to do. Raises NotFound.
    """
    with open_write(newsroom, call, right=Right.MANAGE_PEOPLE) as context:
        if (reply := finished_reply(context)) is not None:
            return reply
        if token_id != OPERATOR_ID and read_token(context.tx, TokenId(token_id)) is None:
            raise NotFound("token_not_found", "There is no such token.")
        touched = _list_touched(context.tx, token_id, since)
        others = list_others_touched(context.tx, token_id, since=since)
        record_audit(context, AuditedChange(REVERT, "token", token_id, after={"since": format_time(since)}))
    items = [
        outcome.members() for each in touched for outcome in _revert_in_story(newsroom, call, token_id, since, each)
    ]
    kept = [
        {"object": kind, "object_id": ident, "action": action, "why": _why_by_hand(kind, action)}
        for kind, ident, action in others
    ]
    with open_write(newsroom, call) as context:
        reply = Reply(200, encode_json({"token": token_id, "items": items, "not_reverted": kept}))
        return first_reply(context, reply)


def _why_by_hand(kind: str, action: str) -> str:
    return _BY_HAND.get(kind, _HELD if action in {HOLD, LIFT} else _TO_DECIDE)


def _list_touched(tx: WriteTransaction, token: str, since: Micros) -> list[_Touched]:
    """List what the token wrote to, in the order of the stories' ids."""
    entries: dict[StoryId, list[EntryId]] = {}
    versions: dict[StoryId, set[int]] = {}
    for story, entry in list_entries_touched(tx, token, since=since):
        entries.setdefault(story, []).append(entry)
    for story, version in list_stories_touched(tx, token, since=since):
        versions.setdefault(story, set()).add(version)
    stories = sorted(entries.keys() | versions.keys())
    return [_Touched(story, versions.get(story, set()), entries.get(story, [])) for story in stories]


def _revert_in_story(newsroom: Newsroom, call: Call, token: str, since: Micros, touched: _Touched) -> list[Outcome]:
    with open_write(newsroom, call, right=Right.MANAGE_PEOPLE) as opened:
        try:
            context = _lock(opened, touched.story, token, since)
        except NotFound as error:
            return [Outcome(touched.story, entry, why=error.detail) for entry in (*touched.entries, None)]
        if context.story.purged_at is not None:
            return [Outcome(touched.story, entry, why=PURGED) for entry in (*touched.entries, None)]
        versions = list_versions_around(context.tx, context.story.id, token, since=since)
        return _revert(context, versions, touched)


def _lock(opened: WriteContext, story: StoryId, token: str, since: Micros) -> RevertContext:
    """Lock the story, with those that are updated when it continues again what it did before. Raises NotFound."""
    versions = list_versions_around(opened.tx, story, token, since=since)
    continues = find_traces(versions, token, since=since).get("continues")
    locked = lock_with_linked(opened, story, continues=None if continues is None else continues.before)
    return RevertContext(
        locked.tx, locked.newsroom, locked.actor, locked.call, locked.now, locked.story, token=token, since=since
    )


def _revert(context: RevertContext, versions: Sequence[StoryVersion], touched: _Touched) -> list[Outcome]:
    """Revert first the story, so that entries can be shown in it again; last what names entries.

    A story that was withdrawn is reverted after its entries, so that nothing is shown in it that is about to be
    reverted.
    """
    traces = find_traces(versions, context.token, since=context.since)
    own = {name: trace for name, trace in traces.items() if name not in ENTRY_REFERENCES}
    references = {name: trace for name, trace in traces.items() if name in ENTRY_REFERENCES}
    outcomes: list[Outcome] = []
    if context.story.status is StoryStatus.WITHDRAWN:
        outcomes += _revert_entries(context, touched)
    outcomes += revert_whole_story(context, versions, touched.versions)
    outcomes += revert_fields(_newest(context), own)
    if context.story.status is not StoryStatus.WITHDRAWN:
        outcomes += _revert_entries(context, touched)
    return [*outcomes, *revert_fields(_newest(context), references)]


def _revert_entries(context: RevertContext, touched: _Touched) -> list[Outcome]:
    return [revert_entry(_newest(context), entry) for entry in touched.entries]


def _newest(context: RevertContext) -> RevertContext:
    return context.in_story(read_story(context.tx, context.story.id) or context.story)
