"""Purging one comment of a reader, in one transaction: what stays is that there was one, and its writer's receipt."""

from __future__ import annotations

import dataclasses

from app.domain.comments import without_text
from app.domain.errors import Conflict
from app.domain.rights import Right
from app.newsroom.comments.moderation import comment_not_found
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.recording import record_audit
from app.newsroom.erasure.entries import Erased
from app.newsroom.publication.comments import hide_comments
from app.newsroom.stories.lifecycle import PURGE
from app.storage.erasure.erasing import count_text, delete_text
from app.storage.erasure.targets import CommentTarget
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.comment_lock import lock_out_comments
from app.storage.newsroom.comments import list_held_comments, lock_comments, update_comment
from app.storage.public.comments import update_shown_counts


def purge_comment(newsroom: Newsroom, call: Call, target: CommentTarget) -> Erased:
    """Purge a comment: hidden from readers with what stands under it, and nothing of its text and writer anywhere.

    What stands under it is others': it keeps its text in the newsroom, where each can be purged. Raises NotFound,
    Conflict `legal_hold`.
    """
    with open_write(newsroom, call, right=Right.ERASE) as opened:
        context = opened.lock_story(target.story)  # before the comment, as whoever makes an entry of one
        lock_out_comments(context.tx)
        found = lock_comments(context.tx, [target.comment])
        if not found:
            raise comment_not_found()
        before = found[0]
        if list_held_comments(context.tx, [before.id]):
            raise Conflict("legal_hold", "It is kept for a court: an admin has to lift the hold before it can go.")
        counts = count_text(context.tx, target)
        hide_comments(context.tx, before.story, [before.id])
        update_shown_counts(context.tx, before.story, now=context.now)
        after = without_text(before, at=context.now, person=context.actor.person, token=context.actor.token_id)
        update_comment(context.tx, dataclasses.replace(after, email=None, reason=None, appealed_at=None))
        delete_text(context.tx, target, at=context.now)
        was = {"status": before.status.value, "version": before.version}
        now = {"status": after.status.value, "version": after.version, "erased": counts}
        change = AuditedChange(PURGE, "comment", before.id, story_id=before.story, before=was, after=now)
        record_audit(context, change)
        return Erased(counts, [])
