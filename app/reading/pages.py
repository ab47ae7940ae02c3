"""Pages of a story's timeline, in either order and either direction, or around one entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from app.domain.identifiers import StoryId
from app.reading.entries import EntryShape, require_entry, shown_entry
from app.reading.positions import encode_position, parse_position
from app.storage.database.transactions import ReadTransaction
from app.storage.public.reads import Boundary, EntryFilter, ListedEntry, Order, PublicStory, list_public_entries
from app.wire.encoding import encode_json
from app.wire.links import Links

PAGE_LIMIT = 20
MAX_PAGE_LIMIT = 100

Direction = Literal["older", "newer"]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for one page of a timeline. `parameters` are the query parameters that the neighbours' URLs keep."""

    order: Order = "newest"
    position: str | None = None
    around: str | None = None
    limit: int = PAGE_LIMIT
    only: EntryFilter = field(default_factory=EntryFilter)
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries in the order asked for, and the URLs of the pages after and before them."""

    items: tuple[ListedEntry, ...]
    next: str | None
    prev: str | None

    def json_members(self, shape: EntryShape) -> bytes:
        """Encode `"items":…,"next":…,"prev":…` without braces."""
        items = b",".join(shape.encode(entry) for entry in self.items)
        return b'"items":[%b],"next":%b,"prev":%b' % (items, encode_json(self.next), encode_json(self.prev))


def read_page(tx: ReadTransaction, story: PublicStory, request: PageRequest, *, links: Links) -> EntryPage:
    """Read one page of a story's timeline. Raises InvalidInput for a bad position, NotFound or Gone for `around`."""
    reader = _PageReader(tx, story.head.story, request, links)
    if request.around is not None:
        return reader.read_around(request.around)
    if request.position is None:
        return reader.read_forward(None)
    boundary = parse_position(request.position)
    if boundary.direction == reader.forward:
        return reader.read_forward(boundary)
    return reader.read_backward(boundary)


def encode_page(page: EntryPage, story: PublicStory, shape: EntryShape) -> bytes:
    """Encode the body of `GET /v1/stories/{story}/entries`."""
    return b'{%b,"head":%b}' % (page.json_members(shape), encode_json(str(story.head.cursor)))


class _PageReader:
    """Reads one page. `forward` is the direction of the list: to older entries if the newest come first."""

    def __init__(self, tx: ReadTransaction, story: StoryId, request: PageRequest, links: Links) -> None:
        self._tx = tx
        self._story = story
        self._request = request
        self._links = links
        newest_first = request.order == "newest"
        self.forward: Direction = "older" if newest_first else "newer"
        self.backward: Direction = "newer" if newest_first else "older"

    def read_forward(self, boundary: Boundary | None) -> EntryPage:
        found = self._list(boundary, self.forward, self._request.limit + 1)
        items = found[: self._request.limit]
        if boundary is None:
            before = None
        elif items:
            before = _beside(items[0], self.backward)
        else:
            before = _other_side(boundary)
        after = _beside(items[-1], self.forward) if len(found) > len(items) else None
        return self._page(items, after=after, before=self._unless_empty(before))

    def read_backward(self, boundary: Boundary) -> EntryPage:
        found = self._list(boundary, self.backward, self._request.limit + 1)
        items = found[: self._request.limit][::-1]
        after = _beside(items[-1], self.forward) if items else _other_side(boundary)
        before = _beside(items[0], self.backward) if len(found) > len(items) else None
        return self._page(items, after=self._unless_empty(after), before=before)

    def read_around(self, entry: str) -> EntryPage:
        """Read the page around an entry, even if a filter excludes it; near an end the other side is longer."""
        middle = require_entry(self._tx, self._story, entry)
        others = self._request.limit - 1
        before = self._list(_beside(middle, self.backward), self.backward, others)
        after = self._list(_beside(middle, self.forward), self.forward, others)
        behind = min(len(before), max(others // 2, others - len(after)))
        items = [*before[:behind][::-1], middle, *after[: others - behind]]
        return self._page(
            items,
            after=self._unless_empty(_beside(items[-1], self.forward)),
            before=self._unless_empty(_beside(items[0], self.backward)),
        )

    def _page(self, items: list[ListedEntry], *, after: Boundary | None, before: Boundary | None) -> EntryPage:
        shown = tuple(shown_entry(item, self._links) for item in items)
        return EntryPage(items=shown, next=self._url(after), prev=self._url(before))

    def _list(self, boundary: Boundary | None, direction: Direction, limit: int) -> list[ListedEntry]:
        """List at most `limit` entries from the boundary on, nearest first."""
        return list_public_entries(
            self._tx,
            self._story,
            boundary=boundary,
            only=self._request.only,
            limit=limit,
            older=direction == "older",
        )

    def _unless_empty(self, boundary: Boundary | None) -> Boundary | None:
        """Return the boundary if entries lie beyond it, else None."""
        return boundary if boundary is not None and self._list(boundary, boundary.direction, 1) else None

    def _url(self, boundary: Boundary | None) -> str | None:
        if boundary is None:
            return None
        parameters = [*self._request.parameters, ("position", encode_position(boundary))]
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters)
        return f"{self._links.story(self._story)}/entries?{query}"


def _beside(entry: ListedEntry, direction: Direction) -> Boundary:
    return Boundary(sort_key=entry.sort_key, id=entry.id, direction=direction)


def _other_side(boundary: Boundary) -> Boundary:
    """Return the same boundary in the other direction, for a page beyond which there is nothing."""
    back: Direction = "newer" if boundary.direction == "older" else "older"
    return Boundary(boundary.sort_key, boundary.id, direction=back, inclusive=not boundary.inclusive)
