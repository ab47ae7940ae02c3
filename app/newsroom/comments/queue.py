"""The newsroom's list of comments across stories: what waits, what was decided, what was reported or objected to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.comments import REASONS, Comment, CommentId
from app.domain.identifiers import StoryId, is_uuid4
from app.domain.rights import Actor, Right, actor_in_story, has_right, require_right, visibility_of
from app.domain.story import Story
from app.newsroom.comments.moderation import comment_not_found
from app.newsroom.context.access import authenticate
from app.newsroom.context.accounts import Accounts
from app.newsroom.context.lookup import look_up_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.positions import bad_position
from app.newsroom.context.preconditions import etag_of
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.comment_rules import CommentReport, list_reports
from app.storage.newsroom.comments import (
    CommentFilter,
    CommentOrder,
    list_comments,
    read_comment,
    read_comment_counts,
)
from app.storage.newsroom.stories import read_story
from app.wire.comment_json import newsroom_comment
from app.wire.encoding import encode_json


def show_comments_waiting(
    newsroom: Newsroom,
    call: Call,
    only: CommentFilter,
    *,
    story_ref: str | None,
    order: CommentOrder,
    position: str | None,
    limit: int,
) -> Reply:
    """List comments of the stories the caller may see, with how many there are and in which stories any wait.

    Their writers' addresses are for those who may moderate them. Raises NotFound, MalformedInput `bad_position`.
    """
    beyond = _parse_position(position)
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.READ_NEWSROOM)
        if story_ref is not None:
            only = dataclasses.replace(only, story=look_up_story(tx, story_ref, actor).id)
        visibility = visibility_of(actor)
        found = list_comments(tx, only, visibility=visibility, order=order, beyond=beyond, limit=limit + 1)
        page = found[:limit]
        items = _shown(tx, page, actor)
        counts = read_comment_counts(tx, visibility, only.story)
        waiting = _stories_waiting(tx, counts.pending)
    following = f"{page[-1].created_at}-{page[-1].id}" if len(found) > limit else None
    members = {
        "items": items,
        "next": following,
        "counts": counts.statuses,
        "reported": counts.reported,
        "appealed": counts.appealed,
        "stories": waiting,
        "reasons": REASONS,
    }
    return Reply(200, encode_json(members))


def show_comment(newsroom: Newsroom, call: Call, comment: str) -> Reply:
    """Show one comment, whatever its status. Raises NotFound `comment_not_found`."""
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.READ_NEWSROOM)
        found = read_comment(tx, comment)
        items = [] if found is None else _shown(tx, [found], actor)
        if not items:
            raise comment_not_found()
        return Reply(200, encode_json(items[0]), {"ETag": etag_of(found)} if found is not None else {})


def _stories_waiting(tx: ReadTransaction, counts: Mapping[StoryId, int]) -> list[dict[str, Any]]:
    """The stories in which comments wait, those with the most first."""
    found = [story for ident in counts if (story := read_story(tx, ident)) is not None]
    found.sort(key=lambda story: (-counts[story.id], story.id))
    return [{"story": story.id, **_named(story), "pending": counts[story.id]} for story in found]


def _named(story: Story) -> dict[str, Any]:
    return {"slug": story.slug, "title": story.fields.get("title")}


def _shown(tx: ReadTransaction, comments: Sequence[Comment], actor: Actor) -> list[dict[str, Any]]:
    stories = {ident: read_story(tx, ident) for ident in {comment.story for comment in comments}}
    reports: dict[CommentId, list[CommentReport]] = {}
    for report in list_reports(tx, [comment.id for comment in comments]):
        reports.setdefault(report.comment, []).append(report)
    decided = [(comment.decided_by, comment.decided_by_token) for comment in comments]
    accounts = Accounts(tx, [(person, token) for person, token in decided if token is not None])
    items = []
    for comment in comments:
        within = _within(stories, comment.story, actor)
        if within is None:
            continue
        story, actor_here = within
        sees = has_right(actor_here, Right.MODERATE)
        about = [_report(each, sees_address=sees) for each in reports.get(comment.id, ())]
        shape = newsroom_comment(comment, sees_address=sees, reports=about, story=_named(story))
        token = comment.decided_by_token
        shape["decided_by_name"] = None if token is None else accounts.find(comment.decided_by, token).name
        items.append(shape)
    return items


def _within(stories: Mapping[StoryId, Story | None], story: StoryId, actor: Actor) -> tuple[Story, Actor] | None:
    found = stories[story]
    within = None if found is None else actor_in_story(actor, found)
    return None if found is None or within is None else (found, within)


def _report(report: CommentReport, *, sees_address: bool) -> dict[str, Any]:
    members = {
        "id": report.id,
        "category": report.category,
        "text": report.text,
        "name": report.name,
        "time": format_time(report.created_at),
        "outcome": report.outcome,
    }
    return members | ({"email": report.email, "address": report.address} if sees_address else {})


def _parse_position(position: str | None) -> tuple[Micros, str] | None:
    if position is None:
        return None
    at, _, ident = position.partition("-")
    if not (at.isascii() and at.isdigit() and len(at) <= 18 and is_uuid4(ident)):
        raise bad_position()
    return Micros(int(at)), ident
