"""The lines of an export that are about no entry: the versions of the story itself, and readers' comments.

Of a comment leaves what was said and what was decided. Its writer's e-mail and network address are kept for some days
here (`comment_email_days`, `comment_address_days`), and a file would outlive that; what a browser or a retry is known
by is a secret of ours. None of these is ever in a file, nor the name and addresses of who sent a notice, nor its id,
by which they ask what became of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.domain.comments import Comment
from app.domain.identifiers import StoryId
from app.domain.story import StorySettings
from app.newsroom.imports.export_shapes import ExportedComment, ExportedNotice, ExportedStoryVersion
from app.storage.database.transactions import ReadTransaction
from app.storage.imports.story_rows import PAGE_ROWS, list_story_comments
from app.storage.newsroom.comment_rules import CommentReport, list_reports
from app.storage.newsroom.story_versions import StoryVersion


def settings_of_any_newsroom(settings: StorySettings) -> StorySettings:
    """Return the settings without what is of this newsroom alone: who is on duty, and who froze the story."""
    return dataclasses.replace(settings, duty=None, frozen_by_editor=False)


def fields_without_source(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a story's members without the intro's text as it was typed, in which there may be what no reader sees."""
    intro = fields.get("intro")
    return fields if intro is None else {**fields, "intro": {**intro, "text": None, "text_format": "markdown"}}


def exported_story_version(version: StoryVersion, *, drafts: bool) -> ExportedStoryVersion:
    """Return a version of the story as a line has it."""
    return ExportedStoryVersion(
        version=version.version,
        at=version.at,
        person=version.person,
        token=version.token_id,
        action=version.action,
        slug=version.slug,
        status=version.status,
        fields=version.fields if drafts else fields_without_source(version.fields),
        settings=settings_of_any_newsroom(version.settings),
        pinned=version.pinned,
        key_points=version.key_points,
    )


def exported_comments(tx: ReadTransaction, story: StoryId, *, drafts: bool) -> Iterator[ExportedComment]:
    """Iterate over the comments of a story as lines have them, none before the one that it answers.

    With `drafts` all of them, with what was decided and noted about each; else those that readers see, as they do.
    """
    for page in _pages(list_story_comments(tx, story, public=not drafts)):
        notices: dict[str, list[CommentReport]] = {}
        for report in list_reports(tx, [each.id for each in page]) if drafts else ():
            notices.setdefault(report.comment, []).append(report)
        for comment in page:
            yield _as_moderated(comment, notices.get(comment.id, ())) if drafts else _as_shown(comment)


def _pages(comments: Iterable[Comment]) -> Iterator[list[Comment]]:
    page: list[Comment] = []
    for comment in comments:
        page.append(comment)
        if len(page) == PAGE_ROWS:
            yield page
            page = []
    yield page


def _as_shown(comment: Comment) -> ExportedComment:
    return ExportedComment(
        id=comment.id,
        entry=comment.entry,
        parent=comment.parent,
        status=comment.status,
        version=comment.version,
        name=comment.name,
        text=comment.text,
        created_at=comment.created_at,
        by_newsroom=comment.by_newsroom,
    )


def _as_moderated(comment: Comment, notices: Iterable[CommentReport]) -> ExportedComment:
    return dataclasses.replace(
        _as_shown(comment),
        flags=comment.flags,
        reason=comment.reason,
        note=comment.note,
        decided_at=comment.decided_at,
        decided_by=comment.decided_by,
        decided_by_token=comment.decided_by_token,
        appeal=comment.appeal,
        appealed_at=comment.appealed_at,
        made_entry=comment.made_entry,
        notices=tuple(
            ExportedNotice(each.category, each.text, each.created_at, each.closed_at, each.outcome) for each in notices
        ),
    )
