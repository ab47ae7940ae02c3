"""Shapes of comments, for the API's description."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, Field

from app.wire.shapes.answer import Answer, sometimes
from app.wire.shapes.public import ItemProblem
from app.wire.shapes.values import (
    CommentFlag,
    CommentRefusal,
    CommentState,
    ModeratorAction,
    NoticeCategory,
    ReceiptState,
)

_ID = "0d5b1c52-6f0e-4c3a-9a34-2f6d9f1b7c11"
_STORY = "7d0e4a52-93c1-4b7f-8a56-1f2c3d4e5a6b"
_RECEIPT = f"{_ID}.5b0c6f7a3d1e49c28b7a6d5e4f3c2b1a"


class ListedComment(Answer):
    """A comment under another."""

    id: str
    entry: str | None = Field(description="The entry it is about; null: the story.")
    parent: str | None = Field(description="The comment it answers.")
    name: str
    text: str = Field(description="Plain text: never HTML.")
    time: AwareDatetime
    by_newsroom: bool


class Comment(ListedComment):
    """A comment, with the first of those under it; all are a list of their own, `?parent=`."""

    children: list[ListedComment] = sometimes("Absent in a list of those under another.")
    child_count: int = sometimes("How many there are under it.")


class Comments(Answer):
    """Part of the comments that readers see. Follow `next` as it is."""

    items: list[Comment]
    next: str | None
    comment_count: int = Field(description="Of the whole story; it changes once in ten seconds at most.")


class TakenComment(Answer):
    """A comment that is on disk, and where its writer sees what becomes of it."""

    id: str
    status: CommentState | str
    receipt: str = Field(description="Secret: whoever has it may object to what is decided.")
    receipt_page: str
    detail: str


class CommentForm(Answer):
    """The token of a page's form, and the site's terms."""

    token: str = Field(description="Send it back with the form.")
    terms_url: str | None
    privacy_url: str | None


class Receipt(Answer):
    """The state of a comment, for its writer."""

    id: str
    story_page: str | None
    language: str | None = Field(description="The story's; null when readers see that no more.")
    entry: str | None
    time: AwareDatetime
    status: ReceiptState | str
    reason: CommentRefusal | str | None = Field(description="Why it was refused.")
    detail: str
    decided_at: AwareDatetime | None
    can_appeal: bool
    appealed_at: AwareDatetime | None
    appeal_is_open: bool


class TakenReport(Answer):
    """A notice that is on disk."""

    id: str = Field(description="Secret: with it the outcome can be asked for.")
    comment: str
    detail: str


class ReportOutcome(Answer):
    """The outcome of a notice."""

    id: str
    comment: str
    outcome: CommentState | str | None = Field(description="The comment's status as it was decided; null: not yet.")


class CommentReport(Answer):
    """A notice, as the newsroom sees it."""

    id: str
    category: NoticeCategory | str
    text: str
    name: str | None
    time: AwareDatetime
    outcome: CommentState | str | None
    email: str | None = sometimes("For those who may moderate the comment.")
    address: str | None = sometimes("For those who may moderate the comment.")


class NamedStory(Answer):
    """The story of a comment."""

    slug: str
    title: str


class NewsroomComment(Answer):
    """A comment, as the newsroom sees it. Addresses are for those who may moderate it alone."""

    id: str
    story: str
    entry: str | None
    parent: str | None
    status: CommentState | str
    version: int
    name: str
    text: str
    time: AwareDatetime
    flags: list[CommentFlag | str]
    links: int = Field(description="How many links its text has.")
    by_newsroom: bool
    reason: CommentRefusal | str | None
    note: str | None
    decided_at: AwareDatetime | None
    decided_by: str | None
    appeal: str | None
    appealed_at: AwareDatetime | None
    made_entry: str | None
    reports: list[CommentReport]
    can: list[ModeratorAction | str]
    in_story: NamedStory = sometimes("Where it is read.")
    decided_by_name: str | None = sometimes("Where it is read: the name of who decided, as colleagues know it.")
    email: str | None = sometimes("For those who may moderate it.")
    address: str | None = sometimes("For those who may moderate it.")


class StoryWithComments(NamedStory):
    """A story in which comments wait."""

    story: str
    pending: int


class NewsroomComments(Answer):
    """Part of the queue. `next` is a position."""

    items: list[NewsroomComment]
    next: str | None
    counts: dict[str, int] = Field(
        description="How many comments of all visible stories, or of the `story`, are in each status."
    )
    reported: int = Field(description="Of these: with a notice that nobody has decided about.")
    appealed: int = Field(description="Of these: whose writer has objected since they were decided about.")
    stories: list[StoryWithComments] = Field(description="Where any wait, those with the most first.")
    reasons: dict[str, str] = Field(description="The reasons to decide by, and the sentence that a reader is told.")


class CommentDecided(Answer):
    """The outcome for a comment of a batch that was decided about."""

    id: str
    status: int
    comment: NewsroomComment


class CommentNotDecided(Answer):
    """The outcome for one that was not."""

    id: str
    status: int
    problem: ItemProblem


class DecidedComments(Answer):
    """The outcomes of a batch, in its order."""

    items: list[CommentDecided | CommentNotDecided]


class CommentBlock(Answer):
    """A network from which no comment is taken until a time."""

    id: str
    network: str
    note: str | None
    created_at: AwareDatetime
    expires_at: AwareDatetime


class CommentBlocks(Answer):
    """The networks that are blocked now."""

    items: list[CommentBlock]


class LiftedBlock(Answer):
    """A block that is no more."""

    id: str


class KeptHoldWords(Answer):
    """The hold-words, without case and accents."""

    words: list[str]


class Erased(Answer):
    """The numbers of what was forgotten."""

    addresses: int = Field(description="E-mail addresses of comments and of notices.")
    comments: int = Field(description="Comments that were sent with the address.")
    held: int = Field(description="Comments of these whose text a court has asked to be kept.")
    erased: bool = Field(description="Whether the text of the others went, too.")


COMMENT: dict[str, Any] = {
    "id": _ID,
    "entry": None,
    "parent": None,
    "name": "Ann",
    "text": "Which districts are still missing?",
    "time": "2026-11-03T21:04:05.123Z",
    "by_newsroom": False,
}
COMMENTS: dict[str, Any] = {
    "items": [{**COMMENT, "children": [], "child_count": 0}],
    "next": None,
    "comment_count": 1,
}
TAKEN_COMMENT: dict[str, Any] = {
    "id": _ID,
    "status": "pending",
    "receipt": f"https://live.harbour.example/v1/receipts/{_RECEIPT}",
    "receipt_page": f"https://live.harbour.example/receipts/{_RECEIPT}",
    "detail": "Thank you. Your reply is shown once the newsroom has approved it.",
}
COMMENT_FORM: dict[str, Any] = {"token": "1793739840.5b0c6f7a3d1e49c2", "terms_url": None, "privacy_url": None}
RECEIPT: dict[str, Any] = {
    "id": _ID,
    "story_page": "https://live.harbour.example/stories/election-night-x4k2",
    "language": "en",
    "entry": None,
    "time": "2026-11-03T21:04:05.123Z",
    "status": "pending",
    "reason": None,
    "detail": "Your reply waits for the newsroom, and is not shown yet.",
    "decided_at": None,
    "can_appeal": False,
    "appealed_at": None,
    "appeal_is_open": False,
}
TAKEN_REPORT: dict[str, Any] = {
    "id": "5d1c7a60-2b7e-4a58-8a5d-0f6c1b2d3e4f",
    "comment": _ID,
    "detail": "Thank you. The newsroom has your notice and decides about it.",
}
REPORT_OUTCOME: dict[str, Any] = {"id": TAKEN_REPORT["id"], "comment": _ID, "outcome": None}
NEWSROOM_COMMENT: dict[str, Any] = {
    "id": _ID,
    "story": _STORY,
    "entry": None,
    "parent": None,
    "status": "pending",
    "version": 1,
    "name": "Ann",
    "text": "Which districts are still missing?",
    "time": "2026-11-03T21:04:05.123Z",
    "flags": [],
    "links": 0,
    "by_newsroom": False,
    "reason": None,
    "note": None,
    "decided_at": None,
    "decided_by": None,
    "appeal": None,
    "appealed_at": None,
    "made_entry": None,
    "reports": [],
    "can": ["approve", "reject", "spam", "remove", "make_entry"],
    "email": "ann@example.org",
    "address": "192.0.2.7",
}
NEWSROOM_COMMENTS: dict[str, Any] = {
    "items": [NEWSROOM_COMMENT],
    "next": None,
    "counts": {"pending": 1},
    "reported": 0,
    "appealed": 0,
    "stories": [{"slug": "election-night", "title": "Election night", "story": _STORY, "pending": 1}],
    "reasons": {"off_topic": "It is not about the story."},
}
BLOCK: dict[str, Any] = {
    "id": "2f1c7a60-2b7e-4a58-8a5d-0f6c1b2d3e4f",
    "network": "192.0.2.7/32",
    "note": None,
    "created_at": "2026-11-03T21:04:05.123Z",
    "expires_at": "2026-11-04T21:04:05.123Z",
}
ERASED: dict[str, Any] = {"addresses": 2, "comments": 2, "held": 0, "erased": False}
