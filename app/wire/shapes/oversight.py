"""Shapes of answers to an operator: in an emergency, of the audit log, and about the process."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from app.wire.shapes.answer import Answer
from app.wire.shapes.examples import ENTRY, STORY_FIELDS
from app.wire.shapes.people import ME
from app.wire.shapes.values import AuditedObject, ReadinessWord, RevertDone


class Health(Answer):
    """The process runs."""

    status: Literal["ok"]


class Readiness(Answer):
    """The state of the process, and the reasons for it."""

    status: ReadinessWord | str
    reasons: list[str] = Field(description="What is in trouble.")


class Release(Answer):
    """The release that runs."""

    version: str


class Reverted(Answer):
    """The result of reverting a token's writes."""

    token: str
    items: list[RevertedWrite]
    not_reverted: list[KeptWrite] = Field(description="Writes to anything but stories and entries stay.")


class RevertedWrite(Answer):
    """One entry, or one field of a story, that the token wrote to; without either the story as a whole."""

    story: str
    entry: str | None
    field: str | None = Field(description="Of the story: `title`, `pinned`, `settings.hold_seconds` …")
    reverted: bool
    done: RevertDone | str | None = Field(description="`nothing` if nothing was left to undo; null if it was not.")
    why: str | None = Field(description="Why it was not reverted.")


class KeptWrite(Answer):
    """A write that cannot be undone automatically: look at it."""

    object: str
    object_id: str
    action: str
    why: str = Field(description="Why it was not reverted, and what can be done.")


class Frozen(Answer):
    """The freeze of a story, or of the site if `story` is null."""

    story: str | None
    frozen: bool


class FrozenStories(Answer):
    """Everything that is frozen now."""

    frozen: bool = Field(description="The whole site.")
    stories: list[str]


class AuditItem(Answer):
    """One write."""

    id: int
    at: AwareDatetime
    person: str | None
    token: str = Field(description="`admin`: the operator; `clock`: it came due by itself.")
    action: str
    object: AuditedObject | str
    object_id: str
    story: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None
    name: str | None = Field(description="The name of the account that did it: the person's, or a bot's token's label.")


class Audit(Answer):
    """Part of the audit log, newest first; `next` is the position to go on from."""

    items: list[AuditItem]
    next: str | None


FROZEN = {"story": None, "frozen": True}

REVERTED = {
    "token": "5c1e7a90-2b3d-4f6e-9a8b-7c6d5e4f3a2b",
    "items": [
        {
            "story": STORY_FIELDS["id"],
            "entry": ENTRY["id"],
            "field": None,
            "reverted": True,
            "done": "taken_out",
            "why": None,
        },
        {
            "story": STORY_FIELDS["id"],
            "entry": None,
            "field": "title",
            "reverted": True,
            "done": "restored",
            "why": None,
        },
    ],
    "not_reverted": [],
}

AUDIT_ITEM = {
    "id": 4711,
    "at": ENTRY["time"],
    "person": ME["person"],
    "token": "5c1e7a90-2b3d-4f6e-9a8b-7c6d5e4f3a2b",
    "action": "publish",
    "object": "entry",
    "object_id": ENTRY["id"],
    "story": STORY_FIELDS["id"],
    "before": {"status": "submitted", "version": 2, "revision": 0},
    "after": {"status": "published", "version": 3, "revision": 1},
    "request_id": "0f3c9a7e5b1d4c68a2e0",
    "name": "Ada Reporter",
}

AUDIT = {"items": [AUDIT_ITEM], "next": None}
