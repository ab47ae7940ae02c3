"""Which page of a timeline search engines are to keep, and the links by which they reach every entry.

Counted from the oldest, a page's address and what is on it stay as they are while a story grows: those are kept. From
the newest on, each new entry moves what is on every page behind the first: those are followed, and not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.reading.page_reads import WantedPage
from app.web.rendering import position_in
from app.web.timeline_parts import query_of


@dataclass(frozen=True, slots=True)
class Crawled:
    """The address that a page is found under, whether it is kept, and the pages before and after it."""

    canonical: str
    is_kept: bool
    prev: str | None
    next: str | None


def crawled(state: Mapping[str, Any], wanted: WantedPage) -> Crawled:
    """Return how search engines are to take a page of a story."""
    timeline, page = state["timeline"], str(state["url"])
    before, after = position_in(timeline["prev"]), position_in(timeline["next"])

    def at(position: str | None) -> str | None:
        return None if position is None else page + query_of(wanted, position=position)

    is_whole = not wanted.key_events and wanted.tag is None and wanted.around is None
    is_part_of_all = is_whole and (before is not None or after is not None) and not wanted.is_first
    canonical = page + query_of(wanted, position=wanted.position) if is_part_of_all else page
    return Crawled(
        canonical=state["canonical_url"] or canonical,
        is_kept=state["canonical_url"] is not None or not is_part_of_all or wanted.oldest_first,
        prev=at(before),
        next=at(after),
    )
