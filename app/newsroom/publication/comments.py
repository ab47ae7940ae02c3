"""Showing comments to readers and hiding them: the approved ones under what readers see, and nothing else.

Called by `publish_changes` where an entry or story is hidden or shown again, and by those who moderate. The number of a
story's comments is told to readers apart from its log, once in ten seconds at most.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.comments import Comment, CommentId
from app.domain.identifiers import EntryId, StoryId
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.comments import list_approved_comments
from app.storage.public.comments import (
    PublicComment,
    delete_public_comments,
    insert_public_comments,
    lock_public_entry,
    read_public_comment,
)
from app.wire.comment_json import encode_public_comment


def show_comments(tx: WriteTransaction, comments: Sequence[Comment]) -> None:
    """Show approved comments, but for those under an entry or a comment that readers do not see."""
    for comment in sorted(comments, key=lambda each: (each.story, each.parent is not None, each.created_at, each.id)):
        if comment.entry is not None and not lock_public_entry(tx, comment.story, comment.entry):
            continue
        if comment.parent is not None and read_public_comment(tx, comment.story, comment.parent) is None:
            continue
        if read_public_comment(tx, comment.story, comment.id) is None:
            insert_public_comments(tx, [_public(comment)])


def hide_comments(tx: WriteTransaction, story: StoryId, comments: Sequence[CommentId]) -> None:
    """Hide comments and what stands under them."""
    delete_public_comments(tx, story, comments)


def show_comments_again(tx: WriteTransaction, story: StoryId, entry: EntryId | None) -> None:
    """Show the approved comments of an entry that readers see again; None: those under the story itself."""
    found = list_approved_comments(tx, story, entry)
    show_comments(tx, [each for each in found if each.entry == entry])


def _public(comment: Comment) -> PublicComment:
    return PublicComment(
        story=comment.story,
        id=comment.id,
        entry=comment.entry,
        parent=comment.parent,
        at=comment.created_at,
        item=encode_public_comment(comment),
    )
