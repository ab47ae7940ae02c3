"""If-Match: a change is made to the version its writer has seen, or not at all."""

from __future__ import annotations

import re

from app.domain.comments import Comment
from app.domain.entry import Entry
from app.domain.errors import MalformedInput, PreconditionFailed, PreconditionRequired
from app.domain.media import Media
from app.domain.sites import Site
from app.domain.story import Story

Versioned = Entry | Story | Media | Comment | Site

_ETAG = re.compile(r'(?:W/)?"([rv])([0-9]{1,15})(?:[^"]*)"')


def etag_of(thing: Versioned) -> str:
    """Return the newsroom's ETag: the version."""
    return f'"v{thing.version}"'


def require_match(if_match: str | None, thing: Versioned) -> None:
    """Raise PreconditionRequired `if_match_required` without the header, which PATCH needs; else as `honour_match`."""
    if if_match is None:
        raise PreconditionRequired(
            "if_match_required", f"Send If-Match with the ETag you have seen; today's is {etag_of(thing)}."
        )
    honour_match(if_match, thing)


def honour_match(if_match: str | None, thing: Versioned) -> None:
    """Raise PreconditionFailed `stale` unless the header is absent, `*`, or names today's state."""
    if if_match is None or if_match.strip() == "*":
        return
    named = _ETAG.findall(if_match)
    if not named:
        raise MalformedInput("bad_if_match", 'If-Match is an ETag like "v3", or *.')
    if not any(_is_current(kind, int(number), thing) for kind, number in named):
        raise _stale(etag_of(thing))


def honour_etag(if_match: str | None, etag: str) -> None:
    """Raise PreconditionFailed `stale` unless the header is absent, `*`, or names this ETag of what has no version."""
    if if_match is not None and if_match.strip() != "*" and etag not in if_match:
        raise _stale(etag)


def _stale(etag: str) -> PreconditionFailed:
    return PreconditionFailed("stale", "Somebody has changed it since you read it; read it again.", current_etag=etag)


def _is_current(kind: str, number: int, thing: Versioned) -> bool:
    if kind == "v":
        return number == thing.version
    if not isinstance(thing, Entry):
        return False
    # A reader's ETag holds only while the newsroom has nothing that the reader could not see.
    return number == thing.revision and thing.version == thing.public_version and thing.working is None
