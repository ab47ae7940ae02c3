"""The reads of readers' pages: a story with a page of its timeline and its key events, and the list of stories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

from app.domain.errors import Gone, NotFound, Redirected, Unavailable
from app.domain.sites import DEFAULT_SITE
from app.domain.slugs import canonical_slug
from app.reading.entries import EntryShape
from app.reading.pages import PageRequest
from app.reading.reading import Reading
from app.reading.views import PageView, View, read_state_at
from app.storage.public.reads import EntryFilter
from app.wire.encoding import BodyVariant

KEY_EVENTS = 20
"""How many key events a page lists, the newest; the rest is behind a link."""

_OVER = frozenset({"ended", "archived"})
_KEY_EVENTS = PageView(
    PageRequest(limit=KEY_EVENTS, only=EntryFilter(key_event=True)),
    EntryShape(fields=("id", "revision", "headline", "time", "sort_key", "body_html")),
    (),
)
_SUMMARY = PageView(PageRequest(limit=1, only=EntryFilter(kind="summary")), EntryShape(), ())


@dataclass(frozen=True, slots=True)
class WantedPage:
    """The part of a timeline that a page is to show: from a position on or around an entry, and of which entries."""

    position: str | None = None
    around: str | None = None
    key_events: bool = False
    tag: str | None = None
    oldest_first: bool = False

    @property
    def tag_slug(self) -> str | None:
        """Return the slug of its tag, however it is spelt."""
        return None if self.tag is None else canonical_slug(self.tag)

    @property
    def is_first(self) -> bool:
        """Return whether it is what everybody is shown who asks for nothing."""
        return self == WantedPage()

    def request(self) -> PageRequest:
        """Return the request for it, with the API's own parameters."""
        tag = self.tag_slug
        only = EntryFilter(key_event=True if self.key_events else None, labels=() if tag is None else (f"tag:{tag}",))
        kept = [("order", "oldest")] if self.oldest_first else []
        kept += [("key_event", "true")] if self.key_events else []
        kept += [("tag", tag)] if tag is not None else []
        return PageRequest(
            order="oldest" if self.oldest_first else "newest",
            position=self.position,
            around=self.around,
            only=only,
            parameters=tuple(kept),
        )


@dataclass(frozen=True, slots=True)
class PageStory:
    """A story as `GET /v1/stories/{story}` shows it, with the page of its timeline that was asked for.

    `redirect_slug` is set when the story was asked for by another name than its own. `site` is the slug of its site.
    `linked` has the fields of the stories before and after it, by id, and `key_events` its newest key events, as far as
    they can be read now; `summary` is the newest summary of a story that is over.
    """

    state: dict[str, Any]
    redirect_slug: str | None = None
    site: str = DEFAULT_SITE
    linked: dict[str, dict[str, Any]] = field(default_factory=dict)
    key_events: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] | None = None


class PageReads:
    """The two reads that pages are made of. A page without position is answered from memory, as the API's read is."""

    def __init__(self, reading: Callable[[], Reading]) -> None:
        self._reading = reading

    async def read_story(self, ref: str, wanted: WantedPage) -> PageStory | None:
        """Read a public story by id or slug, with the part of its timeline that is wanted.

        Raises NotFound, Gone, InvalidInput.
        """
        reading = self._reading()
        if wanted.is_first:
            try:
                body = (await reading.representations.current(ref, View("state", BodyVariant.HTML))).plain
            except Redirected as redirected:
                body = (await reading.representations.current(redirected.slug, View("state", BodyVariant.HTML))).plain
        else:
            view = await reading.snapshots.read(
                lambda tx: read_state_at(tx, ref, wanted.request(), links=reading.links)
            )
            body = view.body
        state = from_json(body)
        redirect_slug = None if ref == state["slug"] else state["slug"]
        linked, site = await _read_linked(reading, state), state.get("site", DEFAULT_SITE)
        key_events = await _read_entries(reading, state["id"], _KEY_EVENTS)
        summaries = await _read_entries(reading, state["id"], _SUMMARY) if state["status"] in _OVER else []
        return PageStory(
            state,
            redirect_slug=redirect_slug,
            site=site,
            linked=linked,
            key_events=key_events,
            summary=summaries[0] if summaries else None,
        )

    async def list_stories(self, site: str) -> list[dict[str, Any]]:
        """List the public stories of a site's first page, those that are live first."""
        reading = self._reading()
        page: dict[str, Any] = from_json((await reading.story_lists.first(reading.links.for_site(site))).plain)
        items: list[dict[str, Any]] = page["items"]
        return items


async def _read_linked(reading: Reading, state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Read the stories that this one continues and is continued by; a page is complete without what cannot be read."""
    linked: dict[str, dict[str, Any]] = {}
    for story in filter(None, (state["continues"], state["continued_by"])):
        try:
            linked[story] = from_json(
                (await reading.representations.current(story, View("state", BodyVariant.HTML))).plain
            )
        except (NotFound, Gone, Unavailable):
            continue
    return linked


async def _read_entries(reading: Reading, story: str, view: PageView) -> list[dict[str, Any]]:
    """Read the entries of a view; none where they cannot be read, as the page is complete without."""
    try:
        page: dict[str, Any] = from_json((await reading.pages.current(story, view)).plain)
    except (NotFound, Gone, Unavailable):
        return []
    items: list[dict[str, Any]] = page["items"]
    return items
