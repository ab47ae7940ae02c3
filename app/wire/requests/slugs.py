"""Slugs that a client chooses itself, and references to stories, which may be slugs in any spelling."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.domain.slugs import (
    MAX_REF_LENGTH,
    MAX_SLUG_ADDRESS_LENGTH,
    MAX_SLUG_LENGTH,
    MAX_TAG_SLUG_LENGTH,
    composed_slug,
    fits,
    is_folded,
    looks_like_uuid,
    slug_of,
)

_RULE = "must be lower-case letters and digits, of any script, joined by hyphens"
_SITE_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_TOO_LONG = f"must have at most {MAX_SLUG_ADDRESS_LENGTH} characters once it is percent-encoded in an address"


def _story_slug(value: str) -> str:
    slug = composed_slug(value)
    fault = _fault_of(slug, MAX_SLUG_LENGTH)
    if fault is None and looks_like_uuid(slug):
        fault = f"{_RULE}, and not look like a UUID"
    if fault is not None:
        raise ValueError(fault)
    return slug


def _tag_slug(value: str) -> str:
    slug = composed_slug(value)
    fault = _fault_of(slug, MAX_TAG_SLUG_LENGTH)
    if fault is not None:
        raise PydanticCustomError("string_pattern_mismatch", "{fault}", {"fault": fault})
    return slug


def _site_slug(value: str) -> str:
    if _SITE_SLUG.fullmatch(value) is None:
        raise ValueError("must be the slug of a site, like evening-post")
    return value


def _fault_of(slug: str, length: int) -> str | None:
    """Return what is wrong with a slug, with one that would be taken; None for nothing."""
    if not is_folded(slug):
        near = slug_of(slug)
        return f'{_RULE}, like "{near}"' if near and fits(near, length) and not looks_like_uuid(near) else _RULE
    if len(slug) > length:
        raise PydanticCustomError("string_too_long", "is too long", {"max_length": length})
    return None if fits(slug, length) else _TOO_LONG


_SENT = StringConstraints(max_length=MAX_REF_LENGTH)
"""Before it is composed; how long a slug may be is checked after."""

Slug = Annotated[str, _SENT, AfterValidator(_story_slug), Field(json_schema_extra={"maxLength": MAX_SLUG_LENGTH})]
"""A story's slug: folded, but that it may be decomposed (NFD), which nobody can see; it is returned composed."""

TagSlug = Annotated[str, _SENT, AfterValidator(_tag_slug), Field(json_schema_extra={"maxLength": MAX_TAG_SLUG_LENGTH})]
"""A tag's slug, alike."""

StoryRef = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_REF_LENGTH)]
"""A story's id or slug, in any spelling."""

SiteRef = Annotated[str, StringConstraints(max_length=64), AfterValidator(_site_slug)]
"""The slug of a site that there is."""
