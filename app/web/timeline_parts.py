"""The parts of a timeline that a page can show: all of it, its key events, what has a tag, and from which end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from app.reading.page_reads import WantedPage

MAX_TAGS = 6
"""How many tags are offered to choose by: those that most entries of the page have."""


def wanted_page(asked: Mapping[str, str], *, position: str | None, entry: str | None) -> WantedPage:
    """Return what a page's query asks for. An entry is shown among all others, wherever it stands."""
    if entry:
        return WantedPage(around=entry)
    return WantedPage(
        position=position,
        key_events=asked.get("only") == "key",
        tag=asked.get("tag") or None,
        oldest_first=asked.get("order") == "oldest",
    )


def part_shown(wanted: WantedPage) -> str:
    """Return what alone is shown, as the scripts know it: `key`, `tag:<slug>`, or "" for everything."""
    if wanted.key_events:
        return "key"
    return f"tag:{wanted.tag_slug}" if wanted.tag is not None else ""


def query_of(wanted: WantedPage, **other: str | None) -> str:
    """Return the query of a page of the same part, with `other` parameters; None takes one out."""
    asked: dict[str, str | None] = {
        "only": "key" if wanted.key_events else None,
        "tag": wanted.tag_slug,
        "order": "oldest" if wanted.oldest_first else None,
    }
    query = urlencode({name: value for name, value in (asked | other).items() if value is not None})
    return f"?{query}" if query else ""


def offered_tags(entries: Sequence[Mapping[str, Any]], chosen: str | None) -> list[tuple[str, str]]:
    """List the tags (slug, label) that most of these entries have, the chosen one among them, by their labels."""
    labels = {tag["slug"]: str(tag["label"]) for entry in entries for tag in entry["tags"]}
    if chosen is not None:
        labels.setdefault(chosen, chosen)
    counts = Counter(tag["slug"] for entry in entries for tag in entry["tags"])
    often = sorted(labels, key=lambda slug: (slug != chosen, -counts[slug], slug))[:MAX_TAGS]
    return sorted(((slug, labels[slug]) for slug in often), key=lambda each: (each[1].casefold(), each[0]))
