"""The views of a story that are cached: those that most readers ask for, pages of its timeline, and of its changes."""

from __future__ import annotations

from typing import Literal, NamedTuple

from app.domain.cursor import Cursor
from app.reading.changes import PAGE_LIMIT_BYTES, encode_changes, read_changes
from app.reading.corrections import read_corrections
from app.reading.entries import EntryShape, shown_entry
from app.reading.feeds import FeedView, read_story_feed
from app.reading.markup import EntryView, MarkupView, read_entry_markup, read_story_markup
from app.reading.pages import PAGE_LIMIT, EntryPage, PageRequest, encode_comment_counts, encode_page, read_page
from app.reading.stories import encode_state, named_entries, require_story
from app.storage.database.transactions import ReadTransaction
from app.storage.public.reads import PublicStory, list_public_entries_by_id
from app.wire.encoding import BodyVariant
from app.wire.links import Links


class View(NamedTuple):
    """A story's state, or the first page of its entries or corrections alone, with bodies in one form."""

    name: Literal["state", "entries", "corrections"]
    variant: BodyVariant

    @property
    def tag(self) -> str:
        """Return the view's name for an ETag."""
        return f"{self.name}.{self.variant}"

    @property
    def shows_comments(self) -> bool:
        """Return whether its bytes tell how many comments there are."""
        return self.name != "corrections"

    @property
    def codings(self) -> tuple[Literal["gzip", "br"], ...]:
        """Return the compressed forms that are made of it."""
        return ("gzip", "br")


class PageView(NamedTuple):
    """One page of a story's timeline: filtered, from a position on, in any order or shape.

    `codings` are the compressed forms that are made of it: there are too many pages for each to have them all.
    """

    request: PageRequest
    shape: EntryShape
    codings: tuple[Literal["gzip", "br"], ...]

    @property
    def tag(self) -> str:
        """Return the view's name for an ETag: the address says which page it is."""
        return "page"

    @property
    def shows_comments(self) -> bool:
        """Return whether its bytes tell how many comments there are."""
        return True


class ChangesView(NamedTuple):
    """Everything after a cursor (None: from the beginning), up to a limit of events."""

    after: Cursor | None
    limit: int
    variant: BodyVariant
    codings: tuple[Literal["gzip", "br"], ...]

    @property
    def tag(self) -> str:
        """Return the view's name for an ETag."""
        return f"changes.{self.variant}"

    @property
    def shows_comments(self) -> bool:
        """Return whether its bytes tell how many comments there are."""
        return True


KeptView = View | PageView | ChangesView | FeedView | MarkupView | EntryView


class ReadView(NamedTuple):
    """The bytes of a view, and the URLs of the pages around the one it shows."""

    body: bytes
    next: str | None
    prev: str | None


def read_view(tx: ReadTransaction, story: PublicStory, view: KeptView, *, links: Links) -> ReadView:
    """Read the stored parts of a view and join them.

    A page raises InvalidInput, NotFound and Gone as `read_page`, an entry the last two, changes raise CursorUnusable.
    """
    links = links.for_site(story.head.site)
    if isinstance(view, ChangesView):
        changes = read_changes(tx, story, after=view.after, limit=view.limit, limit_bytes=PAGE_LIMIT_BYTES, links=links)
        return ReadView(encode_changes(changes, view.variant), None, None)
    if isinstance(view, FeedView):
        return ReadView(read_story_feed(tx, story, limit=view.limit, links=links), None, None)
    if isinstance(view, MarkupView):
        return ReadView(read_story_markup(tx, story, links=links), None, None)
    if isinstance(view, EntryView):
        return ReadView(read_entry_markup(tx, story, view.entry, links=links), None, None)
    if isinstance(view, PageView):
        page = read_page(tx, story, view.request, links=links)
        counts = encode_comment_counts(tx, story, page.items)
        return ReadView(encode_page(page, story, view.shape, comment_counts=counts), page.next, page.prev)
    if view.name == "corrections":
        corrections = read_corrections(tx, story, position=None, limit=PAGE_LIMIT, links=links)
        return ReadView(corrections.body, corrections.next, corrections.prev)
    kept = () if view.variant is BodyVariant.HTML else (("body", view.variant.value),)
    page = read_page(tx, story, PageRequest(parameters=kept), links=links)
    shape = EntryShape(body=view.variant)
    if view.name == "entries":
        body = encode_page(page, story, shape, comment_counts=encode_comment_counts(tx, story, page.items))
    else:
        body = _encode_state(tx, story, page, shape, links=links)
    return ReadView(body, page.next, page.prev)


def read_state_at(tx: ReadTransaction, ref: str, request: PageRequest, *, links: Links) -> ReadView:
    """Read a story's state with the page of the timeline that is asked for, for the reader's page.

    Raises NotFound, Gone, InvalidInput.
    """
    story = require_story(tx, ref)
    links = links.for_site(story.head.site)
    page = read_page(tx, story, request, links=links)
    shape = EntryShape()
    body = _encode_state(tx, story, page, shape, links=links)
    return ReadView(body, page.next, page.prev)


def _encode_state(
    tx: ReadTransaction, story: PublicStory, page: EntryPage, shape: EntryShape, *, links: Links
) -> bytes:
    """Encode a story's state, with the entries that pins and key points name and that are not on the page."""
    shown = {entry.id for entry in page.items}
    wanted = [entry for entry in named_entries(story) if entry not in shown]
    more = list_public_entries_by_id(tx, story.head.story, wanted) if wanted else []
    return encode_state(
        story,
        page.json_members(shape),
        included=b",".join(shape.encode(shown_entry(entry, links)) for entry in more),
        comment_counts=encode_comment_counts(tx, story, (*page.items, *more)),
        links=links,
    )
