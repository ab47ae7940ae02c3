"""An independent reading of what may stand in a body: its own lists, its own parser, nothing of ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import count

INLINE = {"a", "b", "strong", "i", "em", "u", "s", "sub", "sup", "code", "br", "mark", "span"}
TEXT = {"p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "cite", "hr", "pre"}
MEDIA = {"figure", "figcaption", "img", "video", "audio"}
TABLE = {"table", "caption", "thead", "tbody", "tr", "th", "td"}
ALLOWED = INLINE | TEXT | MEDIA | TABLE
VOID = {"br", "hr", "img"}
SPOKEN = {*(INLINE - {"br"}), "p", "h2", "h3", "h4", "ul", "ol", "li", "figure", "table", "th", "td"}
DIRECTIONS = {"ltr", "rtl", "auto"}
ATTRIBUTES = {
    "a": {"href", "title", "rel"},
    "p": {"class"},
    "ol": {"start"},
    "pre": {"data-language"},
    "blockquote": {"cite"},
    "figure": {"class", "data-provider", "data-category", "data-url", "data-frame", "data-ratio", "data-height"},
    "img": {"src", "alt", "width", "height", "loading", "decoding"},
    "video": {"src", "poster", "width", "height", "controls", "preload"},
    "audio": {"src", "controls", "preload"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = {"href": ("http:", "https:", "mailto:", "tel:")} | dict.fromkeys(
    ("src", "poster", "cite", "data-url"), ("http:", "https:")
)
FRAME_HOSTS = {
    *("www.youtube-nocookie.com", "player.vimeo.com", "geo.dailymotion.com", "www.tiktok.com", "platform.twitter.com"),
    *("embed.bsky.app", "mastodon.social", "mastodon.online", "mstdn.social", "mas.to", "www.threads.com", "t.me"),
    *("www.instagram.com", "www.facebook.com", "embed.reddit.com", "open.spotify.com", "w.soundcloud.com"),
    *("embed.podcasts.apple.com", "datawrapper.dwcdn.net", "flo.uri.sh", "e.infogram.com", "www.openstreetmap.org"),
    "www.google.com",
}
"""The only hosts that anything of a body may be framed from."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.found.append(f"<{tag}>")
        if tag not in INLINE and any(outer in INLINE or outer == "p" for outer in self.open):
            self.found.append(f"<{tag}> inside {self.open}")
        for name, value in attrs:
            self._attribute(tag, name, value or "")
        if tag not in VOID:
            self.open.append(tag)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name in {"lang", "dir"} and tag in SPOKEN:
            is_known = value in DIRECTIONS if name == "dir" else re.fullmatch(r"[A-Za-z0-9-]+", value)
            if not is_known:
                self.found.append(f"{name}={value!r}")
        elif name not in ATTRIBUTES.get(tag, set()):
            self.found.append(f"<{tag} {name}>")
        if name == "data-frame" and re.match(r"https://([a-z0-9.-]+)/", value + "/") is None:
            self.found.append(f"{name}={value!r}")
        elif name == "data-frame" and value.split("/")[2] not in FRAME_HOSTS:
            self.found.append(f"a frame of {value!r}")
        # As browsers read an address: control characters and blanks around it do not count, those within vanish.
        address = re.sub(r"[\x00-\x20]", "", value).lower()
        if name in SCHEMES and not address.startswith(SCHEMES[name]):
            self.found.append(f"{name}={value!r}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.found.append(f"</{tag}> does not close what is open")

    def handle_comment(self, data: str) -> None:
        self.found.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.found.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.found.append("an instruction")


def violations(html: str) -> list[str]:
    """List what in `html` is not allowed, not closed, or nested as HTML does not nest."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found + [f"<{tag}> is not closed" for tag in reader.open]


def counted_ids() -> Callable[[], str]:
    """A maker of ids: b1, b2, b3…"""
    numbers = count(1)
    return lambda: f"b{next(numbers)}"
