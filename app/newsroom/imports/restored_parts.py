"""The lines of an export that are about no entry, brought in: the versions of the story, and readers' comments."""

from __future__ import annotations

import dataclasses
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.domain.comments import REASONS, REPORT_CATEGORIES, Comment, CommentId, CommentStatus
from app.domain.errors import Conflict, FieldError, InvalidInput
from app.domain.identifiers import EntryId, PersonId
from app.newsroom.context.write_context import StoryContext
from app.newsroom.imports.export_shapes import ExportedComment, ExportedStoryVersion
from app.newsroom.publication.comments import show_comments
from app.storage.newsroom.comment_rules import CommentReport, insert_report
from app.storage.newsroom.comments import insert_comment, read_comment
from app.storage.newsroom.story_versions import StoryVersion, insert_story_version
from app.storage.public.comments import update_count_elsewhere, update_shown_counts
from app.wire.problems import validation_errors
from app.wire.requests.text import Line, Paragraphs

_LINE = TypeAdapter(Line)
_PARAGRAPHS = TypeAdapter(Paragraphs)
_OUTCOMES = frozenset(CommentStatus)


def kept_comment(value: ExportedComment) -> ExportedComment:
    """Return a comment as it is stored here. Raises InvalidInput for what no comment may say.

    One whose text was taken out for good has none, and no name.
    """
    if not value.text and (value.status is not CommentStatus.REMOVED or value.name):
        raise InvalidInput([FieldError("/text", "invalid_value", "A comment has a text.")])
    if value.reason is not None and value.reason not in REASONS:
        raise InvalidInput([FieldError("/reason", "invalid_value", "There is no such reason.")])
    for notice in value.notices:
        if notice.category not in REPORT_CATEGORIES or not (notice.outcome is None or notice.outcome in _OUTCOMES):
            raise InvalidInput([FieldError("/notices", "invalid_value", "There is no such notice.")])
    return dataclasses.replace(
        value,
        name=_checked(_LINE, value.name) if value.text else "",
        text=_checked(_PARAGRAPHS, value.text) if value.text else "",
        note=_checked(_PARAGRAPHS, value.note),
        appeal=_checked(_PARAGRAPHS, value.appeal),
        notices=tuple(dataclasses.replace(each, text=_checked(_PARAGRAPHS, each.text)) for each in value.notices),
    )


def restore_story_version(context: StoryContext, value: ExportedStoryVersion, people: set[str]) -> bool:
    """Insert a version that the story had there, in the site that it is in here; return False if it is here already."""
    version = StoryVersion(
        version=value.version,
        at=value.at,
        person=PersonId(value.person) if value.person in people else None,
        token_id=value.token,
        action=value.action,
        slug=value.slug,
        status=value.status,
        fields=value.fields,
        settings=dataclasses.replace(value.settings, site=context.story.site, duty=None, frozen_by_editor=False),
        pinned=value.pinned,
        key_points=value.key_points,
    )
    return insert_story_version(context.tx, context.story.id, version)


def restore_comment(context: StoryContext, value: ExportedComment, people: set[str]) -> bool:
    """Insert a comment with its notices, and show it if it is approved; return False if it is here already.

    The caller has locked purges out. Raises Conflict `id_taken` for the id of a comment of another story.
    """
    comment = Comment(
        id=CommentId(value.id),
        story=context.story.id,
        entry=None if value.entry is None else EntryId(value.entry),
        parent=None if value.parent is None else CommentId(value.parent),
        status=value.status,
        version=value.version,
        name=value.name,
        email=None,
        text=value.text,
        address=None,
        created_at=value.created_at,
        flags=value.flags,
        by_newsroom=value.by_newsroom,
        reason=value.reason,
        note=value.note,
        decided_at=value.decided_at,
        decided_by=PersonId(value.decided_by) if value.decided_by in people else None,
        decided_by_token=value.decided_by_token,
        appeal=value.appeal,
        appealed_at=value.appealed_at,
        made_entry=None if value.made_entry is None else EntryId(value.made_entry),
    )
    if not insert_comment(context.tx, comment):
        here = read_comment(context.tx, comment.id)
        if here is None or here.story != comment.story:
            raise Conflict("id_taken", "Another story has a comment with the id of one in the export.")
        return False
    for number, each in enumerate(value.notices):
        insert_report(
            context.tx,
            CommentReport(
                id=context.newsroom.random.uuid("report", f"{comment.id}:restored:{number}"),
                story=comment.story,
                comment=comment.id,
                category=each.category,
                text=each.text,
                name=None,
                email=None,
                address=None,
                created_at=each.created_at,
                closed_at=each.closed_at,
                outcome=each.outcome,
            ),
        )
    if comment.is_public:
        show_comments(context.tx, [comment])
    return True


def show_comment_counts(context: StoryContext) -> None:
    """Let readers be told how many comments there are, or how many an external system has, once they see the story."""
    count = (context.story.settings.comments or {}).get("count")
    if count is not None:
        update_count_elsewhere(context.tx, context.story.id, count)
    update_shown_counts(context.tx, context.story.id, now=context.now)


def _checked(shape: TypeAdapter[Any], text: str | None) -> Any:
    try:
        return None if text is None else shape.validate_python(text)
    except ValidationError as error:
        raise validation_errors(error.errors(include_url=False)) from None
