"""Receipts, appeals and notices: the use cases of readers, who have no account."""

from __future__ import annotations

import dataclasses

from app.domain.comments import APPEALABLE, Comment
from app.domain.errors import Conflict, NotFound, story_not_found, story_withdrawn
from app.domain.identifiers import is_uuid4
from app.domain.rights import Actor, Role
from app.domain.slugs import story_ref
from app.newsroom.comments.moderation import comment_not_found
from app.newsroom.comments.signer import CommentSigner
from app.newsroom.context.newsroom import Newsroom, Reply
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.audit import AuditedChange, append_audit
from app.storage.newsroom.comment_lock import lock_out_purges
from app.storage.newsroom.comment_rules import CommentReport, insert_report, read_report
from app.storage.newsroom.comments import lock_comments, read_comment, update_comment
from app.storage.newsroom.stories import read_story
from app.storage.public.comments import read_public_comment
from app.storage.public.reads import read_public_story
from app.wire.comment_json import comment_receipt
from app.wire.encoding import encode_json
from app.wire.requests.comments import AppealDraft, ReportDraft

READER_ID = "reader"
"""The identity under which the audit has what a reader did: no more is known of them, and no more is kept."""
READER = Actor(role=Role.REPORTER, token_id=READER_ID, scopes=frozenset())


def show_receipt(newsroom: Newsroom, signer: CommentSigner, receipt: str) -> Reply:
    """Show what became of a comment. Raises NotFound `receipt_not_found`, the same for any wrong secret."""
    ident = signer.comment_of(receipt)
    with newsroom.database.snapshot() as tx:
        comment = None if ident is None else read_comment(tx, ident)
        if comment is None:
            raise _receipt_not_found()
        return _receipt(newsroom, tx, comment)


def appeal(
    newsroom: Newsroom, signer: CommentSigner, receipt: str, draft: AppealDraft, *, request_id: str | None
) -> Reply:
    """Keep the objection of a comment's writer, once. Raises NotFound `receipt_not_found`, Conflict `wrong_status`."""
    ident = signer.comment_of(receipt)
    with newsroom.database.transaction(gives_way=True) as tx:
        found = [] if ident is None else lock_comments(tx, [ident])
        if not found:
            raise _receipt_not_found()
        before = found[0]
        if before.status not in APPEALABLE:
            raise Conflict("wrong_status", "There is nothing to object to: this reply was not refused.")
        if before.appealed_at is not None:
            raise Conflict("appealed", "You have objected already; the newsroom reads it.")
        now = newsroom.clock()
        after = dataclasses.replace(before, appeal=draft.text, appealed_at=now, version=before.version + 1)
        update_comment(tx, after)
        change = AuditedChange(
            "appeal",
            "comment",
            after.id,
            story_id=after.story,
            before={"status": before.status.value, "version": before.version},
            after={"status": after.status.value, "version": after.version},
        )
        append_audit(tx, change, actor=READER, at=now, request_id=request_id)
        return _receipt(newsroom, tx, after)


def report_comment(
    newsroom: Newsroom, ref: str, comment: str, draft: ReportDraft, *, address: str | None, request_id: str | None
) -> Reply:
    """Keep a notice about a comment that readers see. Raises NotFound `story_not_found`, `comment_not_found`."""
    with newsroom.database.transaction(gives_way=True) as tx:
        lock_out_purges(tx)
        named = story_ref(ref)
        story = None if named is None else read_public_story(tx, named)
        if story is None:
            raise story_not_found()
        if story.head.closing == "withdrawn":
            raise story_withdrawn()
        lock_comments(tx, [comment] if is_uuid4(comment) else [])  # a purge of it has ended, or takes the notice too
        found = read_public_comment(tx, story.head.story, comment) if is_uuid4(comment) else None
        if found is None:
            raise comment_not_found()
        now = newsroom.clock()
        report = CommentReport(
            id=newsroom.random.uuid("report", f"{found.id}:{now}"),
            story=found.story,
            comment=found.id,
            category=draft.category,
            text=draft.text,
            name=draft.name,
            email=draft.email,
            address=address,
            created_at=now,
        )
        insert_report(tx, report)
        after = {"category": draft.category}
        change = AuditedChange("report", "comment", found.id, story_id=found.story, after=after)
        append_audit(tx, change, actor=READER, at=now, request_id=request_id)
        detail = "Thank you. The newsroom has your notice and decides about it."
        return Reply(202, encode_json({"id": report.id, "comment": found.id, "detail": detail}))


def show_report(newsroom: Newsroom, report: str) -> Reply:
    """Show what became of a notice, whose id is its secret. Raises NotFound `report_not_found`."""
    with newsroom.database.snapshot() as tx:
        found = read_report(tx, report) if is_uuid4(report) else None
        if found is None:
            raise NotFound("report_not_found", "There is no such notice.")
        return Reply(200, encode_json({"id": found.id, "comment": found.comment, "outcome": found.outcome}))


def _receipt(newsroom: Newsroom, tx: ReadTransaction, comment: Comment) -> Reply:
    """Answer a comment's receipt, with its story's page and language while readers can read that."""
    found = read_story(tx, comment.story)
    story = found if found is not None and found.is_shown else None
    page = None if story is None else newsroom.links.for_site(story.site).story_page(story.slug)
    language = None if story is None else str(story.fields["language"])
    return Reply(200, encode_json(comment_receipt(comment, story_page=page, language=language)))


def _receipt_not_found() -> NotFound:
    return NotFound("receipt_not_found", "There is no such receipt.")
