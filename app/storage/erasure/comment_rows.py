"""The rows of comments that a purge is about: notices about them, and answers with the name of a person over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Row, Table, and_, not_, or_, select

from app.domain.clock import Micros
from app.storage.database import schema
from app.storage.erasure.targets import ERASED, CommentTarget, EntryTarget, PersonTarget, StoryTarget, Target
from app.storage.newsroom.legal_holds import is_held
from app.wire.encoding import encode_json

_comments, _reports, _shown_comments = schema.comments, schema.comment_reports, schema.public_comments


def reports_of(target: Target) -> ColumnElement[bool] | None:
    """Match the notices about the comment that is the target, or about comments under it."""
    if isinstance(target, CommentTarget):
        return _reports.c.comment_id == target.comment
    if isinstance(target, StoryTarget):
        return _reports.c.story_id == target.story
    if not isinstance(target, EntryTarget):
        return None
    of_entry = select(_comments.c.id).where(_comments.c.story_id == target.story, _comments.c.entry_id == target.entry)
    return and_(_reports.c.story_id == target.story, _reports.c.comment_id.in_(of_entry))


def comments_of(target: Target) -> ColumnElement[bool] | None:
    """Match the comments under the target, or the one that is it while anything of its writer is left."""
    if isinstance(target, CommentTarget):
        parts = (_comments.c.email, _comments.c.address, _comments.c.note, _comments.c.appeal, _comments.c.fingerprint)
        is_left = or_(_comments.c.name != "", _comments.c.text != "", *(part.is_not(None) for part in parts))
        return and_(_comments.c.id == target.comment, is_left)
    return _under(_comments, target)


def shown_comments_of(target: Target) -> ColumnElement[bool] | None:
    """Match the same of what readers have."""
    if isinstance(target, CommentTarget):
        return and_(_shown_comments.c.story_id == target.story, _shown_comments.c.id == target.comment)
    return _under(_shown_comments, target)


def comment_without_text(target: Target, _at: Micros) -> Mapping[str, Any] | None:
    """Return the values of the comment that is the target; None deletes what stands under another."""
    if not isinstance(target, CommentTarget):
        return None
    nothing = dict.fromkeys(("email", "address", "fingerprint", "reason", "note", "appeal"))
    return {"name": "", "text": "", **nothing}


def _under(table: Table, target: Target) -> ColumnElement[bool] | None:
    if isinstance(target, StoryTarget):
        return table.c.story_id == target.story
    if isinstance(target, EntryTarget):
        return and_(table.c.story_id == target.story, table.c.entry_id == target.entry)
    return None


def is_answer_of(target: Target) -> ColumnElement[bool] | None:
    """Match the answers that the person gave to comments as the newsroom, but for those that are held."""
    if not isinstance(target, PersonTarget) or not target.bylines:
        return None
    kept = is_held(_comments.c.story_id, _comments.c.entry_id)
    return and_(_comments.c.by_newsroom, _comments.c.decided_by == target.person, not_(kept))


def shows_answer_of(target: Target) -> ColumnElement[bool] | None:
    """Match what readers have of those answers."""
    answers = is_answer_of(target)
    if answers is None:
        return None
    return _shown_comments.c.id.in_(select(_comments.c.id).where(answers))


def answer_without_name(row: Row[Any], _target: Target) -> Mapping[str, Any] | None:
    """Return the values of an answer without a name; None if it has none."""
    return None if row.name == ERASED else {"name": ERASED}


def shown_answer_without_name(row: Row[Any], _target: Target) -> Mapping[str, Any] | None:
    """Return the same of an answer as readers have it."""
    members = from_json(row.item)
    return None if members["name"] == ERASED else {"item": encode_json({**members, "name": ERASED})}
