"""Request bodies to make and change sites: the brands that the server publishes for."""

from __future__ import annotations

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.domain.sites import MAX_HOSTS, RESERVED_SLUGS, read_host
from app.wire.requests.text import FullMatch, Language, Line, Request, WebAddress

_FRAMING = re.compile(r"https?://(\*\.)?[^/*?#\s;,'\"@]+", re.ASCII)

_USUAL_PORTS = {"http": 80, "https": 443}


def _slug(value: str) -> str:
    if value in RESERVED_SLUGS:
        raise ValueError("is taken by ourselves; choose another one")
    return value


def _host(value: str) -> str:
    host = read_host(value)
    if host is None:
        raise ValueError("must be a host, like live.harbour.example, perhaps with its port; without https:// and path")
    return host


def _origin(value: str) -> str:
    parts = _parts(value)
    if parts is None or value.count("/") != 2 or set(value) & set("?#"):
        raise ValueError("must be an origin, like https://desk.example: without a path, and without a slash at its end")
    return f"{parts[0]}://{parts[1]}"


def _framing(value: str) -> str:
    if value in {"self", "'self'"}:
        return "'self'"
    parts = _parts(value.replace("://*.", "://", 1)) if _FRAMING.fullmatch(value) else None
    if parts is None:
        raise ValueError("must be self, an origin like https://harbour.example, or with all below, https://*.example")
    return f"{parts[0]}://{'*.' if '://*.' in value else ''}{parts[1]}"


def _parts(value: str) -> tuple[str, str] | None:
    """Return an address's scheme and its host as browsers send it; None for what is no address."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return None
    named = parts.hostname
    host = None if named is None or "@" in parts.netloc else read_host(f"[{named}]" if ":" in named else named)
    if host is None or parts.scheme not in _USUAL_PORTS:
        return None
    return parts.scheme, host if port in {None, _USUAL_PORTS[parts.scheme]} else f"{host}:{port}"


SiteSlug = Annotated[
    str,
    StringConstraints(max_length=64),
    FullMatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", "must be a-z and 0-9, joined by hyphens, like harbour-post"),
    AfterValidator(_slug),
]
Host = Annotated[str, StringConstraints(max_length=300), AfterValidator(_host)]
Origin = Annotated[str, StringConstraints(max_length=300), AfterValidator(_origin)]
FrameAncestor = Annotated[str, StringConstraints(max_length=300), AfterValidator(_framing)]
Category = Annotated[
    str,
    StringConstraints(max_length=32),
    FullMatch(r"[a-z]+(?:-[a-z0-9]+)*", "must be a category of embeds, like video or social"),
]
Theme = Annotated[
    str,
    StringConstraints(max_length=64),
    FullMatch(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*", "must be the name of a theme, like harbour"),
]


class _SiteFields(Request):
    logo: WebAddress | None = Field(None, description="The address of its logo.")
    theme: Theme | None = Field(None, description="The name of the theme of its pages.")
    language: Language | None = Field(None, description="Of its pages, and of new stories that say no other.")
    frame_ancestors: list[FrameAncestor] | None = Field(
        None, max_length=50, description="Who may show its pages in a frame; null: anybody, an empty list: nobody."
    )


class SiteDraft(_SiteFields):
    """A new site: a brand with hosts, a name and an address of its own."""

    slug: SiteSlug = Field(description="By which stories, people and addresses name it; it never changes.")
    name: Line
    url: WebAddress = Field(description="The brand's own address, to which its pages lead.")
    hosts: list[Host] = Field(
        default_factory=list,
        max_length=MAX_HOSTS,
        description="At which readers reach it; the first one stands in every absolute URL of its stories.",
    )
    consent: list[Category] = Field(
        default_factory=list, max_length=20, description="Categories of embeds that readers need not be asked about."
    )
    cors_origins: list[Origin] = Field(
        default_factory=list, max_length=50, description="Whose pages may write at its hosts, beside the operator's."
    )


class SitePatch(_SiteFields):
    """Changes to a site: what is left out stays as it is, null clears; lists are replaced as a whole."""

    name: Line | None = None
    url: WebAddress | None = None
    hosts: list[Host] | None = Field(None, max_length=MAX_HOSTS)
    consent: list[Category] | None = Field(None, max_length=20)
    cors_origins: list[Origin] | None = Field(None, max_length=50)

    @model_validator(mode="after")
    def _no_nulls(self) -> Self:
        for name in ("name", "url", "hosts", "consent", "cors_origins"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null; leave it out to keep it")
        return self
