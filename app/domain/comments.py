"""Comments of readers under a story or an entry, and the rules by which they are moderated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, NewType

from app.domain.clock import Micros
from app.domain.errors import Conflict
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.text_folding import fold_words

CommentId = NewType("CommentId", str)


class CommentStatus(StrEnum):
    """A comment's status; readers see the approved ones alone."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"
    REMOVED = "removed"


class CommentAction(StrEnum):
    """Actions of a moderator on a comment. Nobody edits one: a newsroom does not rewrite its readers."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    REMOVE = "remove"


_S = CommentStatus

COMMENT_TRANSITIONS: Mapping[CommentAction, tuple[frozenset[CommentStatus], CommentStatus]] = {
    CommentAction.APPROVE: (frozenset({_S.PENDING, _S.REJECTED, _S.SPAM, _S.REMOVED}), _S.APPROVED),
    CommentAction.REJECT: (frozenset({_S.PENDING, _S.SPAM}), _S.REJECTED),
    CommentAction.SPAM: (frozenset({_S.PENDING, _S.REJECTED, _S.APPROVED}), _S.SPAM),
    CommentAction.REMOVE: (frozenset({_S.PENDING, _S.APPROVED, _S.REJECTED, _S.SPAM}), _S.REMOVED),
}
"""For each action the statuses it leads from, and the one it leads to."""

APPEALABLE = frozenset({_S.REJECTED, _S.SPAM, _S.REMOVED})

REASONS: Mapping[str, str] = {
    "off_topic": "It is not about the story.",
    "personal_attack": "It attacks a person or a group.",
    "hate": "It is hateful.",
    "false_claim": "It claims as a fact what is not one.",
    "private_data": "It names private data of somebody.",
    "advertising": "It is an advertisement.",
    "spam": "It was taken for spam.",
    "rights": "It copies the work of others.",
    "illegal": "It may be against the law.",
    "language": "Its language is not what this newsroom prints.",
    "duplicate": "It has been said already.",
    "other": "It does not fit the rules of this newsroom.",
}
"""The reasons that a reader is told, by their codes."""

REPORT_CATEGORIES = ("illegal", "hate", "private_data", "rights", "advertising", "other")
"""The categories of a notice about a comment."""

MAX_LINKS = 2
"""Links in one comment; a comment with more is an advertisement nearly always."""

_LINK = re.compile(r"(?:https?://|www\.)", re.IGNORECASE)

Mode = Literal["off", "moderated", "external"]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as the newsroom stores it. `email` and `address` are for editors, and are deleted after a time."""

    id: CommentId
    story: StoryId
    entry: EntryId | None
    parent: CommentId | None
    status: CommentStatus
    version: int
    name: str
    email: str | None
    text: str
    address: str | None
    created_at: Micros
    client_key: str | None = None
    fingerprint: str | None = None
    flags: tuple[str, ...] = ()
    by_newsroom: bool = False
    reason: str | None = None
    note: str | None = None
    decided_at: Micros | None = None
    decided_by: PersonId | None = None
    decided_by_token: str | None = None
    appeal: str | None = None
    appealed_at: Micros | None = None
    made_entry: EntryId | None = None

    @property
    def is_emptied(self) -> bool:
        """Return whether its text was taken out for good; what a reader sends has one."""
        return not self.text

    @property
    def is_public(self) -> bool:
        """Return whether readers may see it, as far as it is for the moderators to say."""
        return self.status is CommentStatus.APPROVED


def without_text(comment: Comment, *, at: Micros, person: PersonId | None, token: str | None) -> Comment:
    """Return the comment as removed and emptied, so that the same request is not answered with it again."""
    return replace(
        comment,
        status=CommentStatus.REMOVED,
        version=comment.version + 1,
        name="",
        text="",
        address=None,
        note=None,
        appeal=None,
        fingerprint=None,
        decided_at=at,
        decided_by=person,
        decided_by_token=token,
    )


def next_comment_status(status: CommentStatus, action: CommentAction) -> CommentStatus:
    """Return the status after `action`. Raises Conflict `wrong_status`."""
    sources, target = COMMENT_TRANSITIONS[action]
    if status not in sources:
        raise Conflict("wrong_status", f"A comment that is {status} cannot be changed by {action}.")
    return target


def count_links(text: str) -> int:
    """Count the links in a text, spelt as addresses."""
    return sum(1 for _ in _LINK.finditer(text))


def held_words(text: str, words: frozenset[str]) -> bool:
    """Return whether one of the hold-words, folded, is among the words of `text`."""
    return bool(words) and not words.isdisjoint(fold_words(text))


def mode_of(settings: Mapping[str, object] | None, *, default: Mode) -> Mode:
    """Return a story's mode: its own, or else the site's."""
    mode = default if settings is None else settings.get("mode", default)
    return mode if mode in ("off", "moderated", "external") else "off"
