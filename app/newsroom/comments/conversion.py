"""Making an entry of a comment, with its writer's name and how it came as the byline."""

from __future__ import annotations

import dataclasses

from app.domain.comments import CommentStatus
from app.domain.errors import Conflict
from app.domain.rights import Right, require_right
from app.newsroom.comments.moderation import comment_not_found, recheck_moderator, record_comment, require_moderator
from app.newsroom.context.begin_write import begin_write
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_match
from app.newsroom.context.recording import answer_entry
from app.newsroom.entries.create import add_entry, created_status
from app.storage.newsroom.comments import lock_comments, read_comment, update_comment
from app.wire.requests.comments import CommentEntry
from app.wire.requests.entries import EntryDraft

_MADE_OF = frozenset({CommentStatus.PENDING, CommentStatus.APPROVED})


def make_entry_of_comment(newsroom: Newsroom, call: Call, comment: str, wanted: CommentEntry) -> Reply:
    """Make an entry of a comment: a draft, or published at once, under the rules of any new entry.

    The comment stays what it is. One that an entry was made of leads to that, unless another is wanted: of two clicks,
    or two moderators, the second has nothing to do. Raises NotFound `comment_not_found`, NotAllowed, Conflict
    `wrong_status` and `entry_made`.
    """
    with begin_write(newsroom, call, recheck=recheck_moderator([comment])) as begun:
        if isinstance(begun, Reply):
            return begun
        found = read_comment(begun.tx, comment)
        if found is None:
            raise comment_not_found()
        require_moderator(begun.tx, found, begun.actor)
        context = begun.lock_story(found.story)  # before the comment: an entry's write locks its story first
        require_right(context.actor, Right.CREATE_ENTRY)
        before = next(iter(lock_comments(context.tx, [found.id])), None)
        if before is None:  # purged while its story was waited for
            raise comment_not_found()
        if before.made_entry is not None and not wanted.again:  # before the version, which that has changed
            raise Conflict("entry_made", f"An entry was made of this reply already: {before.made_entry}.")
        honour_match(call.if_match, before)
        if before.status not in _MADE_OF or before.by_newsroom:
            raise Conflict("wrong_status", "An entry is made of a reply that waits or that readers see.")
        refuse_closed(context.story)
        author = {"name": before.name, "role": wanted.attribution}
        draft = EntryDraft.model_validate(
            {
                "text": before.text,
                "text_format": "plain",
                "status": wanted.status,
                "authors": [author],
                **({} if wanted.headline is None else {"headline": wanted.headline}),
            }
        )
        entry, _ = add_entry(context, draft)
        after = dataclasses.replace(before, made_entry=entry.id, version=before.version + 1)
        update_comment(context.tx, after)
        record_comment(context, before, after, action="make_entry")
        return answer_entry(context, entry, status=created_status(entry), location=True)
