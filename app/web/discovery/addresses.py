"""The addresses under which stories and entries are found: those of a host's page, where the story names one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urldefrag

from app.domain.identifiers import EntryId
from app.wire.links import Links

Members = Mapping[str, Any]


def page_of(story: Members) -> str:
    """Return the page that shows a story: the host's own, if it has one."""
    return story["canonical_url"] or str(story["url"])


def place_of(entry: Members, story: Members) -> str:
    """Return where a story's page shows an entry; of ours too it is the anchor alone, which no server sees."""
    return f"{urldefrag(page_of(story)).url}#entry-{entry['id']}"


def address_of(entry: Members, story: Members) -> str:
    """Return the address that leads to an entry on the page of its story: with a query where that page is ours."""
    if story["canonical_url"]:
        return place_of(entry, story)
    return str(story["entry_url_template"]).replace("{id}", entry["id"])


def entry_page_of(entry: Members, story: Members, links: Links) -> str:
    """Return the address of an entry's own page, on our host even where the story is on another's."""
    return links.entry_page(story["slug"], EntryId(entry["id"]))
