"""The rows of comments that a purge is about: notices about them, and answers with the name of a person over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Row, and_, not_, select

from app.storage.database import schema
from app.storage.erasure.targets import ERASED, EntryTarget, PersonTarget, StoryTarget, Target
from app.storage.newsroom.legal_holds import is_held
from app.wire.encoding import encode_json

_comments, _reports, _shown_comments = schema.comments, schema.comment_reports, schema.public_comments


def reports_of(target: Target) -> ColumnElement[bool] | None:
    """Match the notices about comments under the target."""
    if isinstance(target, StoryTarget):
        return _reports.c.story_id == target.story
    if not isinstance(target, EntryTarget):
        return None
    of_entry = select(_comments.c.id).where(_comments.c.story_id == target.story, _comments.c.entry_id == target.entry)
    return and_(_reports.c.story_id == target.story, _reports.c.comment_id.in_(of_entry))


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
