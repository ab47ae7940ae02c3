"""Renders the API's JSON as pages. Everything is escaped; only fields named `…_html` are HTML, made safe when written.

The browser draws the same entries from the same JSON (static/entries.js); a test holds the two against each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import Request
from jinja2 import Environment
from markupsafe import Markup

from app.content import truncate_text
from app.domain.icons import ICONS
from app.domain.time_zones import find_zone, zone_name
from app.domain.writing_direction import direction_of
from app.web.assets import Assets
from app.web.headers import FEED_TYPES
from app.web.scrollable_parts import scrollable
from app.web.themes.theme_templates import PAGES_WITHOUT_THEME, make_environment
from app.web.themes.themes import Themes
from app.web.words import FALLBACK, Catalogue, Words
from app.wire.encoding import encode_json
from app.wire.links import Links, Site

_SHORT = 200
_SIX_LINES = 240
"""Characters that six lines of a phone have room for."""


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


def briefly(entry: Mapping[str, Any], most: int = _SHORT) -> str:
    """Return an entry's headline, or the beginning of its text."""
    return str(entry["headline"]) if entry["headline"] else truncate_text(plain_text(entry["body_html"] or ""), most)


def is_long(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry is more than the six lines that it is shown in where it is pinned."""
    html = entry["body_html"] or ""
    return len(plain_text(html)) > _SIX_LINES or "<figure" in html


def plain_text(html: str) -> str:
    """Return the words of a body in one line."""
    spaced = re.sub(r"(<br>|</(?:p|li|h[2-4]|blockquote|pre|t[dh]|caption|figcaption)>)", r" \1", html)
    return " ".join(Markup(spaced).striptags().split())  # noqa: S704 - its tags are taken out, and it is escaped again


def readable_json(value: Any) -> str:
    """Return JSON for people to read."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def as_json(value: Any) -> str:
    """Return JSON for an attribute, where it is escaped like any text."""
    return encode_json(value).decode()


FILTERS: Mapping[str, Any] = {
    "when": when,
    "web_address": web_address,
    "place_name": place_name,
    "scrollable": scrollable,
    "path_part": partial(quote, safe=""),
    "briefly": briefly,
    "is_long": is_long,
    "json": as_json,
    "readable_json": readable_json,
    "direction": direction_of,
    "words_for": Catalogue().words_for,
}
"""The filters of all templates; `words_for` is that of the renderer's own catalogue."""


class Renderer:
    """The templates of all sites, in their themes."""

    def __init__(self, *, links: Links, assets: Assets, catalogue: Catalogue, themes: Themes | None = None) -> None:
        self.catalogue = catalogue
        self.links = links
        self._assets = assets
        self._themes = themes or Themes()
        self._ours = self._environment()
        self._of_themes = {
            name: self._environment(theme.templates) for name, theme in self._themes.known.items() if theme.templates
        }

    def _environment(self, overridden: Mapping[str, str] | None = None) -> Environment:
        environment = make_environment({**FILTERS, "words_for": self.catalogue.words_for}, overridden)
        environment.globals |= {
            "asset": self._assets.url,
            "preloads": self._assets.preloads,
            "feed_types": FEED_TYPES,
            "icons": ICONS,
        }
        return environment

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
        theme = self._themes.of(site)
        given = {**context, "words": known, "site": site, "theme": theme}
        themed = self._of_themes.get(theme.name)
        if themed is not None and template not in PAGES_WITHOUT_THEME:
            try:
                return themed.get_template(template).render(given)
            except Exception as error:  # noqa: BLE001 - whatever is wrong in it, readers get the page
                self._themes.record_failure(theme, error)
        return self._ours.get_template(template).render(given)
