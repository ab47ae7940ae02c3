"""Shapes of the newsroom's answers about stories and entries, for the API's description.

app/wire/newsroom_json.py makes the answers themselves.
"""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, Field

from app.domain.entry import EntryStatus
from app.wire.shapes.answer import Answer, sometimes
from app.wire.shapes.blocks import Block, NewsroomBlock
from app.wire.shapes.examples import ENTRY, STORY_FIELDS
from app.wire.shapes.public import (
    Author,
    Correction,
    ItemProblem,
    Source,
    Tag,
)
from app.wire.shapes.values import (
    EntryAction,
    EntryIcon,
    EntryKind,
    EntryWarning,
    Importance,
    TextFormat,
    WorkingStatus,
)


class ContentFields(Answer):
    """The content of one revision, with the source text an editor continues from."""

    kind: EntryKind | str
    key_event: bool
    importance: Importance | str
    headline: str | None
    label: str | None
    icon: EntryIcon | str | None
    authors: list[Author]
    source: Source | None
    tags: list[Tag]
    display_time: AwareDatetime | None = Field(description="The time to show, if not the time of publication.")
    body_html: str
    blocks: list[NewsroomBlock]
    text: str = Field(description="The source text; pictures and other blocks without text are `[[block:id]]` in it.")
    text_format: TextFormat | str
    text_exact: bool = Field(
        description="False where `text` lacks formatting that Markdown has no sign for: a paragraph that is changed in"
        " it loses that."
    )


class Working(Answer):
    """An edit of a public entry that readers do not see yet."""

    status: WorkingStatus | str
    material: bool
    publish_at: AwareDatetime | None = Field(description="When it is published, while it is `scheduled`.")
    held: bool = Field(
        description="Its `publish_at` comes from a hold, of the story's or the request's `hold_seconds`."
    )
    fields: ContentFields


class Understood(Answer):
    """The meaning of the shorthand in a text; only the members that were in it."""

    tags: list[Tag] = sometimes()
    authors: list[Author] = sometimes()
    key_event: bool = sometimes()
    importance: Importance | str = sometimes()
    icon: EntryIcon | str = sometimes()
    pin: bool = sometimes("It is pinned when it is published, the topmost of all.")
    refused: list[str] = sometimes("`pin`: the token may not; the entry was written without.")


class Account(Answer):
    """A person's or a bot's account."""

    token: str = Field(description="`admin`: the operator's; `clock`: nobody's, it came due by itself.")
    person: str | None
    name: str | None = Field(description="The person's name in the newsroom, or the label of a bot's token.")


class NewsroomEntry(ContentFields):
    """An entry as its editors see it."""

    story: str
    id: str
    revision: int = Field(description="Public changes; 0 while it has never been public.")
    status: EntryStatus | str
    time: AwareDatetime | None
    published_at: AwareDatetime | None
    updated_at: AwareDatetime | None
    sort_key: str | None
    corrections: list[Correction]
    version: int = Field(description="Every change counts, public or not; the ETag is made of it.")
    working: Working | None
    publish_at: AwareDatetime | None = Field(description="When it is published, while it is `scheduled`.")
    held: bool = Field(
        description="Its `publish_at` comes from a hold, of the story's or the request's `hold_seconds`."
    )
    expires_at: AwareDatetime | None = Field(description="When it expires, and readers no longer see it.")
    pin_wanted: bool = Field(description="It is to be pinned when it, or its working revision, is published.")
    retraction_stands: bool = Field(description="It was retracted and not reinstated: it is published as `retracted`.")
    legal_hold: bool = Field(description="Its text is kept for a court: no purge and no retention takes it.")
    purged_at: AwareDatetime | None = Field(description="When its text was purged, for good.")
    external_id: str | None
    external_version: int | None
    created_at: AwareDatetime
    created_by: str | None
    posted_by: Account = Field(description="Whose account created it, whatever the byline says; never public.")
    warnings: list[EntryWarning | str] = Field(description="`alt_missing`: a picture has no alternative text.")
    can: list[EntryAction | str] = Field(description="The actions open to the caller now.")
    shorthand: Understood = sometimes(
        "In the answer to a write with a token that may use shorthand: what was understood."
    )


class NewsroomEntries(Answer):
    """Part of a story's entries; `next` is the position to go on from."""

    items: list[NewsroomEntry]
    next: str | None


class BatchWritten(Answer):
    """The result of an item that was written."""

    status: int
    location: str
    entry: NewsroomEntry


class BatchRefused(Answer):
    """The result of an item that was not."""

    status: int
    problem: ItemProblem


class BatchResults(Answer):
    """One result for each item, in order."""

    items: list[BatchWritten | BatchRefused]


class Delivery(Answer):
    """The delivery of the newest event about an entry to its readers, on every node that tells of its own."""

    node: str = Field(description="The node that answers: its machine and its port.")
    seq: int = Field(description="The event's number.")
    readers: int = Field(description="Subscribers of the story when the event was sent.")
    handed_over: int = Field(description="Those whose socket took it at once.")
    behind: int = Field(description="Those that have not received it yet: catching up, or slow.")
    median_ms: float | None = Field(
        description="Time from the commit, on whichever node, until half of them had it; null without readers."
    )
    p99_ms: float | None


class PreviewLink(Answer):
    """A link that shows an entry for an hour."""

    url: str = Field(description="The entry as JSON.")
    page_url: str = Field(description="The same as a page, to be opened by a person.")
    expires_at: AwareDatetime


class Preview(Answer):
    """An entry as readers would get it now; members that publication sets are null before."""

    id: str
    revision: int
    status: EntryStatus | str
    kind: EntryKind | str
    key_event: bool
    importance: Importance | str
    headline: str | None
    label: str | None
    icon: EntryIcon | str | None
    authors: list[Author]
    source: Source | None
    tags: list[Tag]
    time: AwareDatetime | None
    published_at: AwareDatetime | None
    updated_at: AwareDatetime | None
    sort_key: str | None
    corrections: list[Correction]
    body_html: str
    blocks: list[Block]


_SHOWN = ("kind", "key_event", "importance", "headline", "label", "icon", "authors", "source", "tags")

CONTENT = {
    **{name: ENTRY[name] for name in _SHOWN},
    "body_html": ENTRY["body_html"],
    "blocks": [{"id": "q7Xe2aB9Lk", "type": "paragraph", "html": ENTRY["body_html"]}],
    "text": "Polls have closed. “We are counting,” the clerk said.",
    "text_format": "markdown",
    "text_exact": True,
    "display_time": None,
}

EDITOR_CAN = {
    "draft": ["edit", "submit", "publish", "schedule", "remove", "set_expiry", "preview"],
    "submitted": ["edit", "return", "reject", "publish", "schedule", "remove", "set_expiry", "preview"],
    "rejected": ["edit", "remove", "set_expiry", "preview"],
    "scheduled": ["edit", "cancel", "remove", "set_expiry", "reschedule", "preview"],
    "published": ["edit", "unpublish", "retract", "correct", "move", "remove", "pin", "set_expiry", "preview"],
    "unpublished": ["edit", "publish", "schedule", "remove", "set_expiry", "preview"],
    "retracted": ["edit", "unpublish", "reinstate", "correct", "move", "remove", "pin", "set_expiry", "preview"],
    "expired": ["edit", "remove", "set_expiry", "preview"],
    "removed": [],
}
"""What an editor can do with an entry of a live story, without a working revision, by the entry's status."""

_POSTER = {
    "token": "5c1e7a90-2b3d-4f6e-9a8b-7c6d5e4f3a2b",
    "person": "0f4b3c2d-1e5a-4b6c-8d7e-9f0a1b2c3d4e",
    "name": "Ada Reporter",
}

NEWSROOM_ENTRY: dict[str, Any] = {
    "story": STORY_FIELDS["id"],
    **{key: value for key, value in ENTRY.items() if key not in CONTENT},
    **CONTENT,
    "version": 1,
    "working": None,
    "publish_at": None,
    "held": False,
    "expires_at": None,
    "pin_wanted": False,
    "retraction_stands": False,
    "legal_hold": False,
    "purged_at": None,
    "external_id": None,
    "external_version": None,
    "created_at": ENTRY["time"],
    "created_by": _POSTER["person"],
    "posted_by": _POSTER,
    "warnings": [],
    "can": EDITOR_CAN["published"],
}


def entry_example(**members: Any) -> dict[str, Any]:
    """Return the example of an entry with other members, and what an editor can do with it in its status."""
    example = {**NEWSROOM_ENTRY, **members}
    return {**example, "can": EDITOR_CAN[example["status"]]}


DELIVERY = {
    "node": "web-2:8000",
    "seq": 1205,
    "readers": 12_845,
    "handed_over": 12_840,
    "behind": 5,
    "median_ms": 31.4,
    "p99_ms": 61.2,
}

PREVIEW_LINK = {
    "url": "https://live.harbour.example/v1/previews/WyI3ZDBl….5d41…",
    "page_url": "https://live.harbour.example/previews/WyI3ZDBl….5d41…",
    "expires_at": ENTRY["time"],
}

PREVIEW = {
    **ENTRY,
    "revision": 0,
    "status": "draft",
    "published_at": None,
    "sort_key": None,
    "blocks": [{"id": "q7Xe2aB9Lk", "type": "paragraph", "html": ENTRY["body_html"]}],
}
