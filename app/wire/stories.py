"""What editors send to make and change stories."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.domain.identifiers import is_slug
from app.wire.entries import ClientId
from app.wire.text import Line, Paragraphs, Request, WebAddress

_ZONES = available_timezones() | {"UTC"}


def _slug(value: str) -> str:
    if not is_slug(value):
        raise ValueError("must be lower-case letters and digits joined by hyphens, and not look like a UUID")
    return value


def _time_zone(value: str) -> str:
    if value not in _ZONES:
        raise ValueError("is no time zone of the IANA database, like Europe/Lisbon")
    return value


Slug = Annotated[str, StringConstraints(max_length=120), AfterValidator(_slug)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}$")]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_time_zone)]
DateTime = Annotated[
    str,
    StringConstraints(
        pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
        r"(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$"
    ),
]


class Publisher(Request):
    """Who publishes the story; the site if left out."""

    name: Line
    url: WebAddress | None = None
    logo: WebAddress | None = None


class About(Request):
    """The event that is covered."""

    name: Line
    place: Line | None = None
    start: DateTime | None = Field(None, description="RFC 3339.")


class SettingsPatch(Request):
    """How the story is edited; the newsroom alone sees it."""

    review_required: bool | None = Field(None, description="Reporters submit; editors publish.")
    require_alt: bool | None = Field(None, description="Pictures without alternative text are refused.")
    hold_seconds: Annotated[int, Field(ge=0, le=3_600)] | None = Field(
        None, description="Publications and edits wait this long, and can be cancelled unseen."
    )
    auto_end_after: Annotated[int, Field(ge=60, le=2_592_000)] | None = Field(
        None, description="Seconds without a new entry after which the story ends by itself; null for never."
    )
    members_only: bool | None = Field(None, description="Only the story's members, and admins, see it here.")

    @model_validator(mode="after")
    def _no_nulls(self) -> Self:
        for name in self.model_fields_set - {"auto_end_after"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out to keep it")
        return self


class _StoryFields(Request):
    slug: Slug | None = None
    standfirst: Paragraphs | None = None
    language: Language | None = None
    direction: Literal["ltr", "rtl"] | None = None
    time_zone: TimeZone | None = None
    publisher: Publisher | None = None
    about: About | None = None
    canonical_url: WebAddress | None = None
    settings: SettingsPatch | None = None

    @model_validator(mode="after")
    def _no_nulls(self) -> Self:
        for name in ("title", "status", "language", "direction", "time_zone", "settings"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out instead")
        return self

    def given_fields(self) -> dict[str, Any]:
        """The public members the client wrote, by wire name."""
        return {
            name: value
            for name, value in self.model_dump(include=set(STORY_FIELDS)).items()
            if name in self.model_fields_set
        }

    def given_settings(self) -> dict[str, Any]:
        """The settings the client wrote."""
        return {} if self.settings is None else self.settings.model_dump(exclude_unset=True)


class StoryDraft(_StoryFields):
    """A new story. `{"title": "Election night"}` is enough and makes it live."""

    id: ClientId | None = None
    title: Line
    status: Literal["draft", "live"] = "live"


class StoryPatch(_StoryFields):
    """Changes to a story: what is left out stays as it is, null clears."""

    title: Line | None = None
    status: Literal["draft", "live"] | None = None


STORY_FIELDS = ("title", "standfirst", "language", "direction", "time_zone", "publisher", "about", "canonical_url")
"""The public members of a story that clients write, in the order in which they are sent."""

STORY_DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(STORY_FIELDS),
    "language": "en",
    "direction": "ltr",
    "time_zone": "UTC",
}
