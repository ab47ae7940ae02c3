"""The reads of readers' pages: a story with a page of its timeline, and the list of stories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

from app.domain.errors import Gone, NotFound, Redirected, Unavailable
from app.domain.sites import DEFAULT_SITE
from app.reading.reading import Reading
from app.reading.views import View, read_state_at
from app.wire.encoding import BodyVariant


@dataclass(frozen=True, slots=True)
class PageStory:
    """A story as `GET /v1/stories/{story}` shows it, with the page of its timeline that was asked for.

    `redirect_slug` is set when the story was asked for by another name than its own. `site` is the slug of its site.
    `linked` has the fields of the stories before and after it, by id, as far as they can be read now.
    """

    state: dict[str, Any]
    redirect_slug: str | None = None
    site: str = DEFAULT_SITE
    linked: dict[str, dict[str, Any]] = field(default_factory=dict)


class PageReads:
    """The two reads that pages are made of. A page without position is answered from memory, as the API's read is."""

    def __init__(self, reading: Callable[[], Reading]) -> None:
        self._reading = reading

    async def read_story(self, ref: str, position: str | None, around: str | None) -> PageStory | None:
        """Read a public story by id or slug, at a position of its timeline or around an entry.

        Raises NotFound, Gone, InvalidInput.
        """
        reading = self._reading()
        if position is None and around is None:
            try:
                body = (await reading.representations.current(ref, View("state", BodyVariant.HTML))).plain
            except Redirected as redirected:
                body = (await reading.representations.current(redirected.slug, View("state", BodyVariant.HTML))).plain
        else:
            view = await reading.snapshots.read(
                lambda tx: read_state_at(tx, ref, position=position, around=around, links=reading.links)
            )
            body = view.body
        state = from_json(body)
        redirect_slug = None if ref == state["slug"] else state["slug"]
        linked, site = await _read_linked(reading, state), state.get("site", DEFAULT_SITE)
        return PageStory(state, redirect_slug=redirect_slug, site=site, linked=linked)

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
