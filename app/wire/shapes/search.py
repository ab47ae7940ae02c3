"""Shapes of the newsroom's search, for the API's description."""

from __future__ import annotations

from app.domain.story import StoryStatus
from app.wire.shapes.answer import Answer
from app.wire.shapes.examples import STORY_FIELDS
from app.wire.shapes.newsroom import NEWSROOM_ENTRY, NewsroomEntry


class StoryInShort(Answer):
    """The story of a search result."""

    id: str
    slug: str
    title: str
    status: StoryStatus | str


class SearchResult(Answer):
    """A story that matches (then `entry` is null), or an entry and its story."""

    story: StoryInShort
    entry: NewsroomEntry | None


class SearchResults(Answer):
    """Part of the results, newest first; `next` is the position to go on from."""

    items: list[SearchResult]
    next: str | None


SEARCH_RESULTS = {
    "items": [
        {
            "story": {name: STORY_FIELDS[name] for name in ("id", "slug", "title", "status")},
            "entry": NEWSROOM_ENTRY,
        }
    ],
    "next": None,
}
