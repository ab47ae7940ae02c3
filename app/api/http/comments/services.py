"""The services that take readers' comments in one process: limits, checks, writer and signer."""

from __future__ import annotations

from dataclasses import dataclass

from app.newsroom.comments.intake import ArrivingComment, CommentIntake, TakenComment
from app.newsroom.comments.limits import CommentLimiter
from app.newsroom.comments.signer import CommentSigner
from app.storage.database.group_commit import GroupCommit


@dataclass(frozen=True, slots=True)
class CommentServices:
    """The limits, checks, writer and signer of one process."""

    signer: CommentSigner
    limiter: CommentLimiter
    intake: CommentIntake
    writer: GroupCommit[ArrivingComment, TakenComment]
