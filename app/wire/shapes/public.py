"""Shapes of public answers, for the API's description.

The answers themselves are joined from stored bytes; tests hold the two together.
Every enum is open: a client must survive a value it does not know (values.py).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from app.wire.shapes.answer import Answer, sometimes
from app.wire.shapes.blocks import Block, ImageBlock, Rendition
from app.wire.shapes.values import (
    CommentingMode,
    Direction,
    EntryIcon,
    EntryKind,
    Importance,
    PublicEntryStatus,
    PublicStoryStatus,
    Severity,
)

Cursor = Annotated[
    str, Field(description="A reader's position in a story's events, `<epoch>.<seq>.<check>`. Send it back whole.")
]

CommentCounts = Annotated[
    dict[str, int],
    Field(description="How many comments the entries in this answer have, by entry; without those with none."),
]


class Site(Answer):
    """The site that publishes the stories at this host."""

    name: str
    url: str
    logo: str | None
    public_url: str = Field(description="Where readers reach it; every absolute URL of its own begins with it.")
    slug: str = sometimes("Of a site that is not the operator's own.")
    language: str = sometimes("Of such a site: that of its pages, and of new stories that say no other.")
    theme: str = sometimes("Of such a site: the name of its theme.")
    consent: list[str] = sometimes("Of such a site: categories of embeds that readers need not be asked about.")


class Publisher(Answer):
    """The publisher of a story."""

    name: str
    url: str | None
    logo: str | None


class About(Answer):
    """The event a story is about."""

    name: str
    place: str | None
    start: AwareDatetime | None


class Tag(Answer):
    """A tag; filter by its slug."""

    slug: str
    label: str


class Pin(Answer):
    """A pinned entry, by reference."""

    entry: str
    until: AwareDatetime | None = Field(description="When it is unpinned, as an event.")


class KeyPoint(Answer):
    """A key point in one sentence."""

    text: str
    entry: str | None = Field(description="The entry with more about it.")


class Commenting(Answer):
    """The setting of readers' comments: whether there are any, and where."""

    mode: CommentingMode | str
    url: str | None = Field(description="With `external`: where they are.")


class Author(Answer):
    """A byline."""

    id: str = sometimes()
    name: str
    role: str = sometimes()
    place: str = sometimes()
    avatar: str = sometimes("The address of a picture.")
    avatar_renditions: list[Rendition] = sometimes("Of an uploaded one: its WebP files of up to 640 pixels' width.")
    url: str = sometimes()


class Sponsor(Answer):
    """The sponsor of a story's coverage."""

    name: str
    url: str | None
    label: str | None = Field(description="What to say before the name, where not the words of the page.")


class Seo(Answer):
    """The title, description and picture of a story for search engines and social networks; null: its own."""

    title: str | None
    description: str | None
    image: ImageBlock | None


class Intro(Answer):
    """A body above a story's entries."""

    html: str = Field(description="Sanitised HTML.")
    blocks: list[Block]


class StoryFields(Answer):
    """A story's own members, as `story.updated` carries them."""

    id: str
    slug: str
    url: str = Field(description="The reader's page.")
    entry_url_template: str = Field(description="The reader's page at one entry; put the entry's id for each `{id}`.")
    site: str = sometimes("The slug of its site; absent where it has never been another's than the operator's own.")
    title: str
    standfirst: str | None
    intro: Intro | None
    authors: list[Author]
    sponsor: Sponsor | None
    seo: Seo | None
    language: str = Field(description="BCP 47.")
    direction: Direction | str = Field(description="`ltr` or `rtl`: what was set, else that of the language.")
    time_zone: str = Field(description="IANA name; times are UTC and are meant to be shown in this zone.")
    publisher: Publisher
    about: About | None
    canonical_url: str | None
    section: str | None
    tags: list[Tag]
    image: ImageBlock | None
    coverage_start: AwareDatetime | None
    coverage_end: AwareDatetime | None
    continues: str | None = Field(description="The id of the story that this one continues.")
    continued_by: str | None = Field(description="The id of the story that continues this one.")
    comments: Commenting
    pinned: list[Pin] = Field(description="Entries that stand above the timeline, the topmost first.")
    key_points: list[KeyPoint]
    status: PublicStoryStatus | str


class HeadAndCounts(Answer):
    """The members beside a story in every representation."""

    head: Cursor
    entry_count: int
    last_entry_at: AwareDatetime | None
    comment_count: int = Field(description="Readers' comments; it changes once in ten seconds at most.")


class Source(Answer):
    """The place of an update's first report."""

    url: str
    name: str = sometimes()


class Correction(Answer):
    """A line of an entry's public log."""

    text: str
    at: AwareDatetime
    severity: Severity | str


class PublicEntry(Answer):
    """One live update. `?body=` chooses `body_html` or `blocks`; `?fields=` names the members that are sent."""

    id: str
    revision: int = Field(description="Public changes, from 1. Keep what you hold when it has the higher revision.")
    status: PublicEntryStatus | str
    kind: EntryKind | str
    key_event: bool
    importance: Importance | str
    headline: str | None
    label: str = sometimes("A few words above the headline, such as `67′` or `Analysis`.")
    icon: EntryIcon | str = sometimes("What it is about, at a glance.")
    authors: list[Author]
    source: Source | None
    tags: list[Tag]
    time: AwareDatetime = Field(description="The time to show.")
    published_at: AwareDatetime
    updated_at: AwareDatetime | None = Field(description="The last material edit.")
    sort_key: str = Field(description="Opaque. Order is (sort_key, id), compared bytewise; the greater is the newer.")
    corrections: list[Correction]
    body_html: str = sometimes("Sanitised HTML; with `?body=html`, which is the default, and `both`.")
    blocks: list[Block] = sometimes("With `?body=blocks` and `both`.")


def _require_nothing(schema: dict[str, Any]) -> None:
    schema.pop("required")


class EntryParts(PublicEntry):
    """The members of an entry that `?fields=` names."""

    model_config = ConfigDict(json_schema_extra=_require_nothing)


class Page(Answer):
    """Part of a timeline. `next` and `prev` are ready URLs; follow them as they are."""

    items: list[PublicEntry | EntryParts]
    next: str | None
    prev: str | None
    head: Cursor
    comment_counts: CommentCounts


class Timeline(Answer):
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


class StoryList(Answer):
    """Part of the list of public stories."""

    items: list[ListedStory]
    next: str | None
    prev: str | None


class CorrectedLine(Correction):
    """A line of one entry's log, as the story's log shows it."""

    entry: str
    headline: str | None = Field(description="The entry's.")
    url: str = Field(description="The reader's page at the entry.")


class Corrections(Answer):
    """Part of a story's log of corrections, the newest first."""

    items: list[CorrectedLine]
    next: str | None
    prev: str | None
    head: Cursor


class ProblemError(Answer):
    """One invalid value."""

    pointer: str
    code: str
    detail: str


class ItemProblem(Answer):
    """The error of one item of several. `code` is stable."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemError] = sometimes("Each value that cannot be accepted; the first twenty.")
    current_etag: str = sometimes("With 412: the ETag of today.")


class Problem(ItemProblem):
    """An error (RFC 9457). `code` is stable."""

    instance: str = sometimes("The path; unless the request is refused before it is read, as with 431.")
    request_id: str = sometimes("In the log; unless the request is refused before it is read, as with 431.")
    cause: str = sometimes("With 410: why it is gone.")
    snapshot_url: str = sometimes("With 410 `cursor_unusable`: where to begin again.")
