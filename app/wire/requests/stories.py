"""Request bodies to create and change stories."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.domain.clock import format_time
from app.domain.story import MAX_PINS
from app.domain.time_zones import TIME_ZONES
from app.wire.requests.entries import MAX_AUTHORS, ClientId, WrittenTag
from app.wire.requests.slugs import SiteRef, Slug, StoryRef
from app.wire.requests.story_parts import StoryAuthor, StoryImage, WrittenIntro, WrittenSeo, WrittenSponsor
from app.wire.requests.text import (
    NO_BOOLEAN,
    FullMatch,
    Language,
    Line,
    Paragraphs,
    Request,
    Timestamp,
    WebAddress,
)


def _time_zone(value: str) -> str:
    if value not in TIME_ZONES:
        raise ValueError("is no time zone of the IANA database, like Europe/Lisbon")
    return value


TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_time_zone)]
DateTime = Annotated[
    str,
    FullMatch(
        r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
        r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])",
        "must be an RFC 3339 time with its offset, like 2026-11-03T21:04:05Z",
    ),
]


class WrittenPublisher(Request):
    """The publisher of the story; the site if left out."""

    name: Line
    url: WebAddress | None = None
    logo: WebAddress | None = None


class WrittenAbout(Request):
    """The event that is covered."""

    name: Line
    place: Line | None = None
    start: DateTime | None = Field(None, description="RFC 3339.")


class CommentSettings(Request):
    """The setting of readers' comments: `off`, `moderated`, or `external` with the address of another system."""

    mode: Literal["off", "moderated", "external"]
    url: WebAddress | None = Field(None, description="Of an external system: where its comments are.")
    count: Annotated[int, Field(ge=0, le=2_147_483_647), NO_BOOLEAN] | None = Field(
        None, description="Of an external system: how many comments it has."
    )

    @model_validator(mode="after")
    def _with_address(self) -> Self:
        if self.mode == "external" and self.url is None:
            raise ValueError("external comments have a url")
        if self.mode != "external" and (self.url is not None or self.count is not None):
            raise ValueError("only external comments have a url and a count")
        return self


class SettingsPatch(Request):
    """Settings of how the story is edited; the newsroom alone sees them."""

    review_required: bool | None = Field(None, description="Reporters submit; editors publish.")
    require_alt: bool | None = Field(None, description="Pictures without alternative text are refused.")
    hold_seconds: Annotated[int, Field(ge=0, le=3_600), NO_BOOLEAN] | None = Field(
        None, description="Publications and edits wait this long, and can be cancelled unseen."
    )
    auto_end_after: Annotated[int, Field(ge=60, le=2_592_000), NO_BOOLEAN] | None = Field(
        None, description="Seconds without a new entry after which the story ends by itself; null for never."
    )
    members_only: bool | None = Field(None, description="Only the story's members, and admins, see it here.")

    own_bylines: bool | None = Field(None, description="Reporters put no name but their own over an entry.")
    comments: CommentSettings | None = Field(None, description="Whether readers may comment; null: as the site says.")

    @model_validator(mode="after")
    def _no_nulls(self) -> Self:
        for name in self.model_fields_set - {"auto_end_after", "comments"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out to keep it")
        return self


class _StoryFields(Request):
    slug: Slug | None = None
    site: SiteRef | None = Field(None, description="The slug of the site that publishes it; `default`: the operator's.")
    standfirst: Paragraphs | None = None
    intro: WrittenIntro | None = Field(None, description="A body above the entries; null for none.")
    authors: list[StoryAuthor] | None = Field(None, max_length=MAX_AUTHORS)
    sponsor: WrittenSponsor | None = None
    seo: WrittenSeo | None = None
    language: Language | None = None
    direction: Literal["ltr", "rtl"] | None = Field(
        None, description="That of the language, and follows it, until it is set; null: that of the language again."
    )
    time_zone: TimeZone | None = None
    publisher: WrittenPublisher | None = None
    about: WrittenAbout | None = None
    canonical_url: WebAddress | None = None
    section: Line | None = None
    tags: list[WrittenTag] | None = Field(None, max_length=20)
    image: StoryImage | None = None
    coverage_start: Timestamp | None = Field(
        None, description="When coverage begins; a story that waits goes live then."
    )
    coverage_end: Timestamp | None = Field(None, description="When coverage ended; set by ending the story.")
    continues: StoryRef | None = Field(
        None, description="The story, by id or slug, that this one goes on from; readers are told once both are public."
    )
    settings: SettingsPatch | None = None

    @model_validator(mode="after")
    def _no_nulls(self) -> Self:
        for name in ("title", "status", "language", "time_zone", "tags", "settings", "site", "authors"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out instead")
        return self

    def given_fields(self) -> dict[str, Any]:
        """Return the public members that the client wrote, by wire name."""
        given = self.model_dump(include=set(STORY_FIELDS) & self.model_fields_set)
        for name in ("coverage_start", "coverage_end"):
            if given.get(name) is not None:
                given[name] = format_time(given[name])
        if self.image is not None:
            given["image"] = self.image.model_dump(exclude_none=True)
        if self.authors is not None:
            given["authors"] = [author.model_dump(exclude_none=True) for author in self.authors]
        if self.seo is not None and self.seo.image is not None:
            given["seo"]["image"] = self.seo.image.model_dump(exclude_none=True)
        return given

    def given_settings(self) -> dict[str, Any]:
        """Return the settings that the client wrote."""
        return {} if self.settings is None else self.settings.model_dump(exclude_unset=True)


class StoryDraft(_StoryFields):
    """A new story. `{"title": "Election night"}` is enough and makes it live."""

    id: ClientId | None = None
    title: Line
    status: Literal["draft", "scheduled", "upcoming", "live"] = "live"


class StoryPatch(_StoryFields):
    """Changes to a story: what is left out stays as it is, null clears."""

    title: Line | None = None
    status: Literal["draft", "scheduled", "upcoming", "live", "paused", "ended", "archived", "withdrawn"] | None = None


class WrittenPin(Request):
    """An entry that stands above the timeline."""

    entry: ClientId
    until: Timestamp | None = Field(None, description="When it is unpinned.")


class Pins(Request):
    """The pinned entries, the topmost first."""

    items: list[WrittenPin] = Field(max_length=MAX_PINS)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({pin.entry for pin in self.items}) < len(self.items):
            raise ValueError("an entry is pinned once")
        return self


class WrittenKeyPoint(Request):
    """A key point in one sentence, and the entry with more about it."""

    text: Line
    entry: ClientId | None = None


class KeyPoints(Request):
    """The key points, in order."""

    items: list[WrittenKeyPoint] = Field(max_length=20)


STORY_FIELDS = (
    "title",
    "standfirst",
    "intro",
    "authors",
    "sponsor",
    "seo",
    "language",
    "direction",
    "time_zone",
    "section",
    "tags",
    "publisher",
    "about",
    "canonical_url",
    "image",
    "coverage_start",
    "coverage_end",
    "continues",
)
"""The public members of a story that clients write, in the order in which they are sent."""

STORY_DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(STORY_FIELDS),
    "language": "en",
    "time_zone": "UTC",
    "tags": [],
    "authors": [],
    "continued_by": None,
}
"""What a new story has of them. A `direction` of null is that of the language (app/wire/newsroom_json.py)."""
