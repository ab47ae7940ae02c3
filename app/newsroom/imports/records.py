"""The records of a story that another system published: what every reader of a foreign file makes of it.

They have no SQL and no HTTP. A reader builds them; `checking.py` says what is wrong with one; the import takes a story
and its entries in slices. Texts are plain, bodies are blocks of `app.content`, times are microseconds since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.content import Block
from app.domain.clock import Micros
from app.domain.entry import JsonObject

ImportedStatus = Literal["published", "retracted", "draft"]
ImportedStoryStatus = Literal["draft", "live", "ended", "archived"]


@dataclass(frozen=True, slots=True)
class ImportedVersion:
    """One state of an entry, from `at` on. Authors and tags have the shape of the API's."""

    at: Micros
    headline: str | None = None
    body: tuple[Block, ...] = ()
    authors: tuple[JsonObject, ...] = ()
    """Each `{name, role?, place?, avatar?, url?}`."""
    label: str | None = None
    tags: tuple[JsonObject, ...] = ()
    """Each `{slug, label}`."""
    source: JsonObject | None = None
    """The place of the first report: `{url, name?}`."""
    note: str | None = None
    """A note for the newsroom, which readers never see."""


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """One entry with all that is known of its history."""

    external_id: str
    """The other system's id, unique in the story: 1 to 200 characters of A-Z a-z 0-9 . _ ~ : -"""
    created_at: Micros
    versions: tuple[ImportedVersion, ...]
    """The oldest first; the last one is what stands now."""
    aliases: tuple[str, ...] = ()
    """The anchors and queries of its old addresses, as they stand there: `#1234`, `?liveblog._id=urn:…`."""
    published_at: Micros | None = None
    """When readers first had it; `created_at` if it is not known."""
    updated_at: Micros | None = None
    """When readers were last told of a change in what it says; None for never."""
    display_time: Micros | None = None
    """The time that readers are shown and that orders it, where the other system has one beside the publication's."""
    place_at: Micros | None = None
    """The time that orders it, where editors had moved it there; its own is still the one that readers are shown."""
    kind: Literal["update", "summary"] = "update"
    key_event: bool = False
    importance: Literal["normal", "major", "breaking"] = "normal"
    icon: str | None = None
    pinned: bool = False
    status: ImportedStatus = "published"
    retraction_reason: str | None = None
    """What readers are told of a retraction; with `retracted` alone."""
    corrections: tuple[JsonObject, ...] = ()
    """Lines of the public log, each `{text, at, severity}` as the API has them."""
    publisher: str | None = None
    """The name of who published it there; for the newsroom's versions."""

    @property
    def current(self) -> ImportedVersion:
        """Return the version that stands now."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class ImportedStory:
    """A story, apart from its entries."""

    external_id: str
    """The other system's id; with `source` it makes the story's own id, so that a second run finds it."""
    title: str
    source: str = "import"
    """The kind of system it comes from: `wordpress`, `superdesk`, `jsonfeed` …"""
    slug: str | None = None
    language: str | None = None
    status: ImportedStoryStatus = "ended"
    """What it is once it is complete."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Other public members by their wire names, as `POST /v1/stories` takes them: `standfirst`, `canonical_url`,
    `tags`, `time_zone`, `coverage_start` …"""
    created_at: Micros | None = None
    site: str | None = None
    """The slug of the site that publishes it; None for the default one."""
    aliases: tuple[str, ...] = ()
    """Old addresses of the whole story, for the report; they are looked up as those of entries are."""
