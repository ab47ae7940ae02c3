"""Renders the API's JSON as pages. Everything is escaped; only fields named `…_html` are HTML, made safe when written.

The browser draws the same entries from the same JSON (static/entries.js); a test holds the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import Request
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from app.content import truncate_text
from app.domain.time_zones import find_zone, zone_name
from app.domain.writing_direction import direction_of
from app.web.assets import Assets
from app.web.headers import FEED_TYPES
from app.web.scrollable_parts import scrollable
from app.web.words import FALLBACK, Catalogue, Words
from app.wire.encoding import encode_json
from app.wire.links import Links, Site

_SHORT = 200
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class When:
    """A time as a page shows it, in the story's own zone."""

    date: str
    time: str


def when(moment: str, story: Mapping[str, Any], words: Words) -> When:
    """Return an RFC 3339 time in the story's time zone, the date in words."""
    local = datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(find_zone(story["time_zone"]))
    return When(date=words.date(local), time=f"{local:%H:%M}")


def web_address(address: object) -> str | None:
    """Return the address if a link may point there: http and https only, whatever has been stored."""
    return address if isinstance(address, str) and re.match(r"https?://", address, re.IGNORECASE) else None


def position_in(url: str | None) -> str | None:
    """Return the position that a list's `next` or `prev` names, or None."""
    return parse_qs(urlsplit(url).query).get("position", [None])[0] if url else None


def place_name(time_zone: str) -> str:
    """Return a time zone as a person reads it: "New York", "Lisbon", "UTC"."""
    return zone_name(time_zone).rpartition("/")[2].replace("_", " ")


def briefly(entry: Mapping[str, Any]) -> str:
    """Return an entry's headline, or the beginning of its text."""
    if entry["headline"]:
        return str(entry["headline"])
    spaced = re.sub(r"(</(?:p|li|h[2-4]|blockquote|pre)>)", r" \1", entry["body_html"] or "")
    text = " ".join(Markup(spaced).striptags().split())  # noqa: S704 - its tags are taken out, and it is escaped again
    return truncate_text(text, _SHORT)


def as_json(value: Any) -> str:
    """Return JSON for an attribute, where it is escaped like any text."""
    return encode_json(value).decode()


class Renderer:
    """The templates of all sites, with their filters."""

    def __init__(self, *, links: Links, assets: Assets, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.links = links
        # Members that are absent count as null: the API leaves out what an author or a source does not have.
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        filters = {"when": when, "web_address": web_address, "place_name": place_name, "scrollable": scrollable}
        self._environment.filters |= filters | {
            "path_part": lambda text: quote(text, safe=""),
            "briefly": briefly,
            "json": as_json,
            "direction": direction_of,
            "words_for": catalogue.words_for,
        }
        self._environment.globals |= {"asset": assets.url, "feed_types": FEED_TYPES}

    def site_at(self, request: Request) -> Site:
        """Return the site whose page is asked for."""
        return self.links.at_host(request.scope).site

    def words_at(self, request: Request) -> Words:
        """Return the words of a page that is about no story: in the site's language, else in the browser's."""
        language = self.site_at(request).language
        if language is not None:
            return self.catalogue.words_for(language)
        return self.catalogue.choose(request.headers.get("accept-language", ""))

    def render(self, template: str, *, site: Site, words: Words | None = None, **context: Any) -> str:
        """Render a template as HTML text of a site, with the words of a language; English ones if none are given."""
        known = words or self.catalogue.words_for(FALLBACK)
        return self._environment.get_template(template).render(words=known, site=site, **context)
