"""Comments as JSON: for readers, for their writers, and for the newsroom, whose reporters see no address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.comments import APPEALABLE, COMMENT_TRANSITIONS, REASONS, Comment, CommentStatus, count_links
from app.wire.encoding import encode_json
from app.wire.links import Links


def encode_public_comment(comment: Comment) -> bytes:
    """Encode an approved comment as readers get it, without how many stand under it."""
    return encode_json(
        {
            "id": comment.id,
            "entry": comment.entry,
            "parent": comment.parent,
            "name": comment.name,
            "text": comment.text,
            "time": format_time(comment.created_at),
            "by_newsroom": comment.by_newsroom,
        }
    )


def taken_comment(comment: str, receipt: str, *, links: Links) -> dict[str, Any]:
    """Return the answer to a comment that was taken: where its writer sees what becomes of it."""
    return {
        "id": comment,
        "status": CommentStatus.PENDING.value,
        "receipt": links.receipt(receipt),
        "receipt_page": links.receipt_page(receipt),
        "detail": "Thank you. Your reply is shown once the newsroom has approved it.",
    }


def comment_receipt(comment: Comment, *, story_page: str | None, language: str | None) -> dict[str, Any]:
    """Return what a comment's writer is told of it: no text, no address, and no moderator."""
    status = CommentStatus.REJECTED if comment.status is CommentStatus.SPAM else comment.status
    is_open = comment.appealed_at is not None and (comment.decided_at or 0) < comment.appealed_at
    reason = "spam" if comment.status is CommentStatus.SPAM else comment.reason
    return {
        "id": comment.id,
        "story_page": story_page,
        "language": language,
        "entry": comment.entry,
        "time": format_time(comment.created_at),
        "status": status.value,
        "reason": reason if comment.status in APPEALABLE else None,
        "detail": describe_status(comment),
        "decided_at": _time(comment.decided_at),
        "can_appeal": comment.status in APPEALABLE and comment.appealed_at is None,
        "appealed_at": _time(comment.appealed_at),
        "appeal_is_open": is_open,
    }


def describe_status(comment: Comment) -> str:
    """Return the sentence about a comment for its writer."""
    match comment.status:
        case CommentStatus.PENDING:
            return "Your reply waits for the newsroom, and is not shown yet."
        case CommentStatus.APPROVED:
            return "Your reply is shown."
        case CommentStatus.REMOVED:
            done = "Your reply was taken away."
        case _:
            done = "Your reply was not approved."
    reason = "spam" if comment.status is CommentStatus.SPAM else comment.reason
    return done if reason is None else f"{done} {REASONS.get(reason, REASONS['other'])}"


def newsroom_comment(
    comment: Comment, *, sees_address: bool, reports: Sequence[dict[str, Any]] = (), story: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a comment as the newsroom sees it; its writer's addresses are for those who moderate alone."""
    members: dict[str, Any] = {
        "id": comment.id,
        "story": comment.story,
        "entry": comment.entry,
        "parent": comment.parent,
        "status": comment.status.value,
        "version": comment.version,
        "name": comment.name,
        "text": comment.text,
        "time": format_time(comment.created_at),
        "flags": list(comment.flags),
        "links": count_links(comment.text),
        "by_newsroom": comment.by_newsroom,
        "reason": comment.reason,
        "note": comment.note,
        "decided_at": _time(comment.decided_at),
        "decided_by": comment.decided_by,
        "appeal": comment.appeal,
        "appealed_at": _time(comment.appealed_at),
        "made_entry": comment.made_entry,
        "reports": list(reports),
        "can": permitted_comment_actions(comment) if sees_address else [],
    }
    if story is not None:
        members["in_story"] = story
    if sees_address:
        members |= {"email": comment.email, "address": comment.address}
    return members


def permitted_comment_actions(comment: Comment) -> list[str]:
    """List what a moderator can do with a comment now, as far as its own state says."""
    actions = [action.value for action, (sources, _) in COMMENT_TRANSITIONS.items() if comment.status in sources]
    if comment.status is CommentStatus.APPROVED:
        actions.append("answer")
    if comment.status in {CommentStatus.PENDING, CommentStatus.APPROVED} and not comment.by_newsroom:
        actions.append("make_entry")
    return actions


def _time(at: Micros | None) -> str | None:
    return None if at is None else format_time(at)
