"""Moderating comments: approve, reject, call spam and remove, one or many, and answer as the newsroom.

Their stories are kept as they are meanwhile, which delays nobody else who moderates: once a freeze, a withdrawal or a
purge is acknowledged, no decision that had begun before shows anything. In a freeze nothing is approved and nothing
answered; what takes away still works.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json

from app.domain.comments import (
    Comment,
    CommentAction,
    CommentId,
    CommentStatus,
    next_comment_status,
)
from app.domain.errors import Conflict, LiveblogError, NotFound, story_withdrawn
from app.domain.rights import Actor, Right, actor_in_story, require_right
from app.domain.story import Story, StoryStatus
from app.newsroom.context.begin_write import Recheck, begin_write
from app.newsroom.context.freezing import refuse_closed, refuse_frozen
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_match
from app.newsroom.context.recording import answer_comments, record_audit
from app.newsroom.context.write_context import WriteContext
from app.newsroom.publication.comments import hide_comments, show_comments
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.comment_lock import lock_out_purges
from app.storage.newsroom.comment_rules import update_reports_closed
from app.storage.newsroom.comments import (
    insert_comment,
    list_children,
    lock_comments,
    read_comment,
    read_stories_of,
    update_comment,
)
from app.storage.newsroom.stories import lock_stories_as_they_are, read_story
from app.storage.public.comments import update_shown_counts
from app.wire.comment_json import newsroom_comment
from app.wire.problems import problem_of
from app.wire.requests.comments import CommentBatch, CommentDecision, NewsroomAnswer


def moderate_comment(
    newsroom: Newsroom, call: Call, comment: str, action: CommentAction, decision: CommentDecision
) -> Reply:
    """Decide about one comment. Raises NotFound `comment_not_found`, NotAllowed, Conflict `wrong_status`, `frozen`.

    If-Match names the version that was seen: who is late learns of it, and overwrites no colleague's decision.
    """
    with begin_write(newsroom, call, recheck=recheck_moderator([comment])) as context:
        if isinstance(context, Reply):
            return context
        context, locked = _lock(context, [comment])
        before = _require(locked.get(CommentId(comment)))
        after = _decide(context, before, action, decision, if_match=call.if_match)
        _tell_readers(context, [after])
        return answer_comments(context, newsroom_comment(after, sees_address=True), [after])


def moderate_comments(newsroom: Newsroom, call: Call, batch: CommentBatch) -> Reply:
    """Decide alike about up to 100 comments; each succeeds or fails alone, and those that succeed commit together."""

    def recheck(context: WriteContext, reply: Reply) -> None:
        shown = [item["id"] for item in from_json(reply.body)["items"] if "comment" in item]
        recheck_moderator(shown)(context, reply)

    with begin_write(newsroom, call, recheck=recheck) as context:
        if isinstance(context, Reply):
            return context
        context, locked = _lock(context, batch.comments)
        decided: list[Comment] = []
        results: list[dict[str, Any]] = []
        for ident in batch.comments:
            try:
                with context.tx.savepoint():
                    before = _require(locked.get(CommentId(ident)))
                    seen = f'"v{batch.versions[ident]}"' if ident in batch.versions else None
                    after = _decide(context, before, CommentAction(batch.action), batch, if_match=seen)
            except LiveblogError as error:
                problem = problem_of(error)
                results.append({"id": ident, "status": problem["status"], "problem": problem})
            else:
                decided.append(after)
                shown = newsroom_comment(after, sees_address=True)
                results.append({"id": ident, "status": 200, "comment": shown})
        _tell_readers(context, decided)
        return answer_comments(context, {"items": results}, decided)


def answer_comment(newsroom: Newsroom, call: Call, comment: str, draft: NewsroomAnswer) -> Reply:
    """Answer a comment that readers see as the newsroom; the answer is shown at once.

    Raises Conflict `comment_not_public`, `frozen`, `story_archived`.
    """
    with begin_write(newsroom, call, recheck=recheck_moderator([comment])) as context:
        if isinstance(context, Reply):
            return context
        context, locked = _lock(context, [comment])
        above = _require(locked.get(CommentId(comment)))
        story, actor = require_moderator(context.tx, above, context.actor)
        refuse_closed(story)
        if above.status is not CommentStatus.APPROVED:
            raise Conflict("comment_not_public", "Readers do not see this reply: approve it first.")
        author = actor.author or {}
        made = Comment(
            id=CommentId(newsroom.random.uuid("comment", f"{above.id}:{context.now}")),
            story=above.story,
            entry=above.entry,
            parent=above.parent or above.id,
            status=CommentStatus.APPROVED,
            version=1,
            name=draft.name or str(author.get("name") or newsroom.links.for_site(story.site).site.name),
            email=None,
            text=draft.text,
            address=None,
            created_at=context.now,
            by_newsroom=True,
            decided_at=context.now,
            decided_by=actor.person,
            decided_by_token=actor.token_id,
        )
        insert_comment(context.tx, made)
        show_comments(context.tx, [made])
        record_comment(context, None, made, action="answer")
        _tell_readers(context, [made])
        return answer_comments(context, newsroom_comment(made, sees_address=True), [made], status=201)


def recheck_moderator(comments: Sequence[str]) -> Recheck:
    """Return what raises where an earlier reply about these comments is for its caller no more."""

    def recheck(context: WriteContext, _: Reply) -> None:
        for each in comments:
            require_moderator(context.tx, _require(read_comment(context.tx, each)), context.actor)

    return recheck


def require_moderator(tx: ReadTransaction, comment: Comment, actor: Actor) -> tuple[Story, Actor]:
    """Return the comment's story, and the actor with the role they have in it, who must be a moderator there.

    Raises NotFound `comment_not_found`, also for a story that the actor may not know exists, and NotAllowed.
    """
    story = read_story(tx, comment.story)
    within = None if story is None else actor_in_story(actor, story)
    if story is None or within is None:
        raise comment_not_found()
    require_right(within, Right.MODERATE)
    return story, within


def comment_not_found() -> NotFound:
    """Make the error of a comment that is unknown, or in a story that the caller may not know exists."""
    return NotFound("comment_not_found", "There is no such reply.")


def record_comment(context: WriteContext, before: Comment | None, after: Comment, *, action: str) -> None:
    """Append the audit row of a change to a comment: what was decided, and no word of it nor of its writer."""
    summary = None if before is None else _summary(before)
    change = AuditedChange(action, "comment", after.id, story_id=after.story, before=summary, after=_summary(after))
    record_audit(context, change)


def _decide(
    context: WriteContext, before: Comment, action: CommentAction, decision: CommentDecision, *, if_match: str | None
) -> Comment:
    story, actor = require_moderator(context.tx, before, context.actor)
    honour_match(if_match, before)
    status = next_comment_status(before.status, action)
    if action is CommentAction.APPROVE:
        if before.is_emptied:
            raise Conflict("purged", "Its text was purged: nothing is left of it that could be shown.")
        _refuse_showing(story)
    after = dataclasses.replace(
        before,
        status=status,
        version=before.version + 1,
        reason=decision.reason if action is not CommentAction.APPROVE else None,
        note=decision.note if decision.note is not None else before.note,
        decided_at=context.now,
        decided_by=actor.person,
        decided_by_token=actor.token_id,
    )
    update_comment(context.tx, after)
    if after.is_public:
        below = [each for each in list_children(context.tx, after.id) if each.is_public]
        show_comments(context.tx, [after, *below])
    elif before.is_public:
        hide_comments(context.tx, after.story, [after.id])
    update_reports_closed(context.tx, after.id, at=context.now, outcome=status.value)
    record_comment(context, before, after, action=action.value)
    return after


def _refuse_showing(story: Story) -> None:
    """Raise Conflict `frozen`, or Gone `story_withdrawn`, where nothing may be shown to readers now."""
    if story.status is StoryStatus.WITHDRAWN:
        raise story_withdrawn()
    refuse_frozen(story)


def _lock(context: WriteContext, comments: Sequence[str]) -> tuple[WriteContext, dict[CommentId, Comment]]:
    """Lock the comments, and before them their stories, as every write does; return the context after the wait."""
    lock_stories_as_they_are(context.tx, read_stories_of(context.tx, comments))
    lock_out_purges(context.tx)
    locked = {comment.id: comment for comment in lock_comments(context.tx, comments)}
    return dataclasses.replace(context, now=context.newsroom.clock()), locked


def _require(comment: Comment | None) -> Comment:
    if comment is None:
        raise comment_not_found()
    return comment


def _tell_readers(context: WriteContext, decided: Sequence[Comment]) -> None:
    """Let readers know the new numbers now, where they were told none lately; a job does it for the others."""
    for story in sorted({comment.story for comment in decided}):
        update_shown_counts(context.tx, story, now=context.now)


def _summary(comment: Comment) -> dict[str, Any]:
    return {"status": comment.status.value, "version": comment.version, "reason": comment.reason}
