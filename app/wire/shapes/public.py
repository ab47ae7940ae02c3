"""Shapes of public answers, for the API's description.

The answers themselves are joined from stored bytes; tests hold the two together.
Every enum is open: a client must survive a value it does not know, so that enums are strings here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Cursor = Annotated[
    str, Field(description="A reader's position in a story's events, `<epoch>.<seq>.<check>`. Send it back whole.")
]


CommentCounts = Annotated[
    dict[str, int],
    Field(description="How many comments the entries in this answer have, by entry; without those with none."),
]


class Public(BaseModel):
    """An answer that readers get; more members may be added. It describes answers and does not validate them."""

    model_config = ConfigDict(extra="allow", defer_build=True)


class Site(Public):
    """The site that publishes the stories."""

    name: str
    url: str
    logo: str | None
    public_url: str = Field(description="The URL of this server; every absolute URL begins with it.")


class Publisher(Public):
    """The publisher of a story."""

    name: str
    url: str | None
    logo: str | None


class About(Public):
    """The event a story is about."""

    name: str
    place: str | None
    start: AwareDatetime | None


class Tag(Public):
    """A tag; filter by its slug."""

    slug: str
    label: str


class Pin(Public):
    """A pinned entry, by reference."""

    entry: str
    until: AwareDatetime | None = Field(description="When it is unpinned, as an event.")


class KeyPoint(Public):
    """A key point in one sentence."""

    text: str
    entry: str | None = Field(description="The entry with more about it.")


class Commenting(Public):
    """The setting of readers' comments: whether there are any, and where."""

    mode: str = Field(description="`off`, `moderated`, or `external` with a `url`.")
    url: str | None


class StoryFields(Public):
    """A story's own members, as `story.updated` carries them."""

    id: str
    slug: str
    url: str = Field(description="The reader's page.")
    entry_url_template: str = Field(description="The reader's page at one entry; put the entry's id for each `{id}`.")
    title: str
    standfirst: str | None
    language: str = Field(description="BCP 47.")
    direction: str = Field(description="`ltr` or `rtl`.")
    time_zone: str = Field(description="IANA name; times are UTC and are meant to be shown in this zone.")
    publisher: Publisher
    about: About | None
    canonical_url: str | None
    section: str | None
    tags: list[Tag]
    image: dict[str, object] | None = Field(description="An image block: `url`, `alt`, `html`, …")
    coverage_start: AwareDatetime | None
    coverage_end: AwareDatetime | None
    continues: str | None = Field(description="The id of the story that this one continues.")
    continued_by: str | None = Field(description="The id of the story that continues this one.")
    comments: Commenting
    pinned: list[Pin] = Field(description="Entries that stand above the timeline, the topmost first.")
    key_points: list[KeyPoint]
    status: str = Field(description="`upcoming`, `live`, `paused`, `ended` or `archived`.")


class HeadAndCounts(Public):
    """The members beside a story in every representation."""

    head: Cursor
    entry_count: int
    last_entry_at: AwareDatetime | None
    comment_count: int = Field(description="Readers' comments; it changes once in ten seconds at most.")


class Author(Public):
    """A byline."""

    name: str


class Source(Public):
    """The place of an update's first report."""

    url: str
    name: str | None = None


class Block(Public):
    """A typed piece of a body. `html` shows it whatever its type."""

    id: str
    type: str = Field(
        description="`paragraph`, `heading`, `list`, `quote`, `code`, `image`, `video`, `audio`, `embed`, "
        "`link_card`, `table`, `divider`, or a later one."
    )
    html: str


class Correction(Public):
    """A line of an entry's public log."""

    text: str
    at: AwareDatetime
    severity: str = Field(description="`clarification`, `correction` or `retraction`.")


class PublicEntry(Public):
    """One live update. `?body=` chooses `body_html` or `blocks`; `?fields=` names the members that are sent."""

    id: str
    revision: int = Field(description="Public changes, from 1. Keep what you hold when it has the higher revision.")
    status: str = Field(description="`published` or `retracted`.")
    kind: str = Field(description="`update` or `summary`.")
    key_event: bool
    importance: str = Field(description="`normal`, `major` or `breaking`.")
    headline: str | None
    authors: list[Author]
    source: Source | None
    tags: list[Tag]
    time: AwareDatetime = Field(description="The time to show.")
    published_at: AwareDatetime
    updated_at: AwareDatetime | None = Field(description="The last material edit.")
    sort_key: str = Field(description="Opaque. Order is (sort_key, id), compared bytewise; the greater is the newer.")
    corrections: list[Correction]
    body_html: str | None = Field(None, description="Sanitised HTML.")
    blocks: list[Block] | None = None


def _require_nothing(schema: dict[str, Any]) -> None:
    schema.pop("required")


class EntryParts(PublicEntry):
    """The members of an entry that `?fields=` names."""

    model_config = ConfigDict(json_schema_extra=_require_nothing)


class Page(Public):
    """Part of a timeline. `next` and `prev` are ready URLs; follow them as they are."""

    items: list[PublicEntry | EntryParts]
    next: str | None
    prev: str | None
    head: Cursor
    comment_counts: CommentCounts


class Timeline(Public):
    """The first page of a timeline, the newest entry first."""

    items: list[PublicEntry]
    next: str | None
    prev: str | None


class StoryState(StoryFields, HeadAndCounts):
    """A story as it is now: a reader begins with it, and goes on with the `changes` after its `head`."""

    timeline: Timeline
    included: list[PublicEntry] = Field(description="Entries the story refers to that are not on this page.")
    comment_counts: CommentCounts


class ListedStory(StoryFields, HeadAndCounts):
    """A story in the list of all."""


class StoryList(Public):
    """Part of the list of public stories."""

    items: list[ListedStory]
    next: str | None
    prev: str | None


class CorrectedLine(Correction):
    """A line of one entry's log, as the story's log shows it."""

    entry: str
    headline: str | None = Field(description="The entry's.")
    url: str = Field(description="The reader's page at the entry.")


class Corrections(Public):
    """Part of a story's log of corrections, the newest first."""

    items: list[CorrectedLine]
    next: str | None
    prev: str | None
    head: Cursor


class Event(Public):
    """One public change, the same on every transport. Its type decides which of the later members it has."""

    type: str = Field(
        description="`entry.published`, `entry.updated`, `entry.removed`, `story.updated`, or one to be skipped."
    )
    story: str
    seq: int
    cursor: Cursor
    time: AwareDatetime
    changed: list[str] | None = None
    material: bool | None = Field(None, description="False for an edit that readers need not notice.")
    entry: PublicEntry | None = None
    id: str | None = Field(None, description="The entry that was removed.")
    cause: str | None = Field(None, description="`unpublished`, `removed` or `expired`.")
    entry_count: int | None = None
    last_entry_at: AwareDatetime | None = None
    fields: StoryFields | None = None


class Changes(Public):
    """Everything after a cursor, each object once, in its present form. Go on from `cursor`."""

    events: list[Event]
    cursor: Cursor
    head: Cursor
    more: bool = Field(description="Ask again at once, after `cursor`.")
    comment_count: int = Field(description="Of the whole story, as of now.")


class ProblemError(Public):
    """One invalid value."""

    pointer: str
    code: str
    detail: str


class Problem(Public):
    """An error (RFC 9457). `code` is stable."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    instance: str
    request_id: str
    errors: list[ProblemError] | None = None
    cause: str | None = None
    snapshot_url: str | None = None
    current_etag: str | None = None
