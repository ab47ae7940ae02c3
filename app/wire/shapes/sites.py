"""Shapes of answers about sites, for the API's description."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from app.wire.shapes.answer import Answer


class NewsroomSite(Answer):
    """A site as the newsroom sees it."""

    slug: str = Field(description="`default`: the one of the operator's settings, which nobody changes here.")
    name: str
    url: str
    logo: str | None
    public_url: str = Field(description="Below which every absolute URL of its stories is.")
    hosts: list[str] = Field(description="At which readers reach it, as they are compared: lower case, in ASCII.")
    theme: str | None
    language: str | None
    consent: list[str] = Field(description="Categories of embeds that readers need not be asked about.")
    frame_ancestors: list[str] | None = Field(description="Who may show its pages in a frame; null: anybody.")
    cors_origins: list[str] = Field(description="Whose pages may write at its hosts, beside the operator's.")
    version: int


class NewsroomSites(Answer):
    """The sites in which the caller has a role, the operator's own first."""

    items: list[NewsroomSite]


SITE_DRAFT: dict[str, Any] = {
    "slug": "evening-post",
    "name": "The Evening Post",
    "url": "https://evening.example",
    "hosts": ["live.evening.example"],
}

NEWSROOM_SITE: dict[str, Any] = {
    **SITE_DRAFT,
    "logo": None,
    "public_url": "https://live.evening.example",
    "theme": None,
    "language": "en",
    "consent": [],
    "frame_ancestors": None,
    "cors_origins": [],
    "version": 1,
}
