"""Shapes of structured data: schema.org's terms as they are sent, whose members are theirs to define."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from app.wire.shapes.answer import Answer, sometimes


class StructuredPerson(Answer):
    """A schema.org Person: an author."""

    type: Literal["Person"] = Field(alias="@type")
    name: str
    url: str = sometimes()


class StructuredOrganization(Answer):
    """A schema.org Organization: the publisher, or a sponsor."""

    type: Literal["Organization"] = Field(alias="@type")
    name: str
    url: str = sometimes()
    logo: str = sometimes()


class StructuredPlace(Answer):
    """A schema.org Place."""

    type: Literal["Place"] = Field(alias="@type")
    name: str


class StructuredEvent(Answer):
    """A schema.org Event: what a story is about."""

    type: Literal["Event"] = Field(alias="@type")
    name: str
    startDate: AwareDatetime = sometimes()
    location: StructuredPlace = sometimes()


class StructuredPicture(Answer):
    """A schema.org ImageObject."""

    type: Literal["ImageObject"] = Field(alias="@type")
    url: str
    caption: str = sometimes()
    width: int = sometimes()
    height: int = sometimes()


class StructuredCorrection(Answer):
    """A schema.org CorrectionComment: a line of an entry's public log."""

    type: Literal["CorrectionComment"] = Field(alias="@type")
    text: str
    datePublished: AwareDatetime


class StructuredUpdate(Answer):
    """A schema.org BlogPosting: one entry."""

    type: Literal["BlogPosting"] = Field(alias="@type")
    id: str = Field(alias="@id", description="Where the story's page shows it.")
    url: str
    headline: str = Field(description="Its own, else its first words; of one that was retracted, that it was.")
    inLanguage: str
    datePublished: AwareDatetime
    dateModified: AwareDatetime = Field(description="The last material edit, correction or retraction.")
    author: list[StructuredPerson] | StructuredOrganization
    publisher: StructuredOrganization
    image: StructuredPicture = sometimes()
    keywords: list[str] = sometimes()
    articleBody: str = sometimes("The text; of one that was retracted, the reason.")
    creativeWorkStatus: str = sometimes("`retracted` of an entry that was.")
    correction: list[StructuredCorrection] = sometimes()


class StructuredData(Answer):
    """A story as a schema.org LiveBlogPosting, in JSON-LD."""

    context: Literal["https://schema.org"] = Field(alias="@context")
    type: Literal["LiveBlogPosting"] = Field(alias="@type")
    id: str = Field(alias="@id", description="The story's page: the host's own, where it has one.")
    url: str
    mainEntityOfPage: str
    headline: str
    description: str = sometimes()
    articleBody: str = sometimes("What stands above the entries.")
    inLanguage: str
    image: StructuredPicture = sometimes()
    articleSection: str = sometimes()
    keywords: list[str] = sometimes()
    coverageStartTime: AwareDatetime = Field(description="With the offset of the story's time zone.")
    coverageEndTime: AwareDatetime = sometimes("With the offset of the story's time zone; once it is known.")
    datePublished: AwareDatetime
    dateModified: AwareDatetime = Field(description="When it, or any of its entries, last changed materially.")
    author: list[StructuredPerson] | StructuredOrganization
    publisher: StructuredOrganization
    sponsor: StructuredOrganization = sometimes()
    about: StructuredEvent = sometimes()
    liveBlogUpdate: list[StructuredUpdate] = sometimes("The newest entries, and every key event, newest first.")


EXAMPLE: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "LiveBlogPosting",
    "@id": "https://live.harbour.example/stories/election-night-x4k2",
    "url": "https://live.harbour.example/stories/election-night-x4k2",
    "mainEntityOfPage": "https://live.harbour.example/stories/election-night-x4k2",
    "headline": "Election results, live",
    "inLanguage": "en",
    "coverageStartTime": "2026-11-03T22:04:05.123+01:00",
    "datePublished": "2026-11-03T21:04:05.123Z",
    "dateModified": "2026-11-03T21:04:05.123Z",
    "author": [{"@type": "Person", "name": "Ada Reporter"}],
    "publisher": {"@type": "Organization", "name": "The Harbour Post", "url": "https://harbour.example"},
    "liveBlogUpdate": [
        {
            "@type": "BlogPosting",
            "@id": "https://live.harbour.example/stories/election-night-x4k2#entry-c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f",
            "url": "https://live.harbour.example/stories/election-night-x4k2#entry-c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f",
            "headline": "Polls have closed",
            "inLanguage": "en",
            "datePublished": "2026-11-03T21:04:05.123Z",
            "dateModified": "2026-11-03T21:04:05.123Z",
            "author": [{"@type": "Person", "name": "Ada Reporter"}],
            "publisher": {"@type": "Organization", "name": "The Harbour Post", "url": "https://harbour.example"},
            "articleBody": "Polls have closed. “We are counting,” the clerk said.",
        }
    ],
}
