"""The themes that a process knows, and which of them a site's pages are drawn in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import structlog

from app.wire.links import Site

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Logo:
    """A theme's logo: the end of its file's name, its bytes, and its width and height, which keep its place."""

    suffix: str
    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme as its folder has it; templates are texts by the names of ours."""

    name: str
    style: str | None = None
    logo: Logo | None = None
    templates: Mapping[str, str] = field(default_factory=dict)

    @property
    def style_name(self) -> str | None:
        """Return the name of its style sheet among the static files, or None."""
        return None if self.style is None else f"themes/{self.name}/theme.css"

    @property
    def element_style_name(self) -> str:
        """Return the name of the style sheet of `<live-blog>` in it."""
        return "live-blog.css" if self.style is None else f"themes/{self.name}/live-blog.css"

    @property
    def logo_name(self) -> str | None:
        """Return the name of its logo among the static files, or None."""
        return None if self.logo is None else f"themes/{self.name}/logo{self.logo.suffix}"


PLAIN = Theme("")
"""Our own look."""


class Themes:
    """All themes by name, and that of sites which name none. Troubles of any are kept, each logged once."""

    def __init__(self, known: Mapping[str, Theme] | None = None, *, default: Theme = PLAIN) -> None:
        self.known = known or {}
        self.default = default
        self.failures = 0
        """Pages that a theme's templates could not draw, and ours did."""
        self._unknown: dict[str, str] = {}
        self._broken: set[str] = set()

    def of(self, site: Site) -> Theme:
        """Return the theme of a site's pages: the server's for one that names none, or one that there is not."""
        # Without themes of the server's a site's name is for other front ends.
        if site.theme is None or not self.known:
            return self.default
        theme = self.known.get(site.theme)
        if theme is None:
            if self._unknown.get(site.slug) != site.theme:
                self._unknown[site.slug] = site.theme
                log.warning("theme_unknown", site=site.slug, theme=site.theme)
            return self.default
        self._unknown.pop(site.slug, None)
        return theme

    def record_failure(self, theme: Theme, error: Exception) -> None:
        """Record that a theme's templates could not draw a page, which was drawn in ours."""
        self.failures += 1
        if theme.name not in self._broken:
            self._broken.add(theme.name)
            log.error("theme_failed", theme=theme.name, exc_info=error)

    def are_well(self, sites: Iterable[Site]) -> bool:
        """Return whether every theme that these sites name is there, and none has failed to draw a page."""
        named = {site.theme for site in sites if site.theme is not None}
        return not self._broken and (not self.known or named <= self.known.keys())
