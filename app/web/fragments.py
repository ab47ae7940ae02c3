"""A story's markup without a document around it, for pages of others: drawn by their server, or by <live-blog>."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from app.domain.identifiers import StoryId
from app.reading.positions import encode_position_behind
from app.wire.links import Links

MOST_ENTRIES = 20
"""As many as the first page of a timeline has."""
_TICKER_ENTRIES = 3
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")


@dataclass(frozen=True, slots=True)
class FragmentOptions:
    """The choices that a page of others makes; one in a form that there is not counts as not made."""

    mode: Literal["full", "ticker"]
    limit: int
    order: Literal["newest", "oldest"]
    ad_every: int | None
    """After each how many entries there is a place for an advertisement; None for no place."""
    language: str | None
    """The language of our own words; None for the story's."""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> FragmentOptions:
        """Parse the query of a fragment's address."""
        mode: Literal["full", "ticker"] = "ticker" if query.get("mode") == "ticker" else "full"
        language = query.get("lang", "")
        return cls(
            mode=mode,
            limit=_number(query.get("limit")) or (_TICKER_ENTRIES if mode == "ticker" else MOST_ENTRIES),
            order="oldest" if query.get("order") == "oldest" and mode == "full" else "newest",
            ad_every=_number(query.get("ad_every")),
            language=language if _LANGUAGE.fullmatch(language) else None,
        )


def shorten(state: dict[str, Any], limit: int, *, links: Links) -> dict[str, Any]:
    """Return a story's state with at most so many entries, whose timeline goes on behind them."""
    timeline = state["timeline"]
    items, left_out = timeline["items"][:limit], timeline["items"][limit:]
    if not left_out:
        return state
    named = {each.get("entry") for each in (*state["pinned"], *state["key_points"])}
    included = [*(entry for entry in left_out if entry["id"] in named), *state["included"]]
    following = (
        f"{links.story(StoryId(state['id']))}/entries?position={quote(encode_position_behind(items[-1]), safe='')}"
    )
    return state | {"timeline": timeline | {"items": items, "next": following}, "included": included}


def _number(text: str | None) -> int | None:
    """Return a whole number from 1 to as many as there are entries, or None."""
    return int(text) if text and re.fullmatch(r"[1-9][0-9]?", text) and int(text) <= MOST_ENTRIES else None
