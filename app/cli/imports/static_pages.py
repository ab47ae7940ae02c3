"""The pages of a story as files: a page's HTML with what needs a server taken out, and addresses made relative.

Scripts, forms and buttons go, for nothing answers them. Pictures, sounds and films of ours are files beside; those of
others are links, since a page on a disk asks nobody for anything. What `noscript` has is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

_DROPPED = frozenset({"script", "form", "button", "template", "iframe", "object", "dialog"})
"""Elements that go with all that is in them; data for search engines alone stays."""
_VOID = frozenset({"img", "link", "source", "meta", "input", "br", "hr", "track", "wbr"})
_KEPT_LINKS = frozenset({"canonical", "license", "author", "alternate"})
"""Relations of links that a browser does not follow by itself."""
_PLAYED = frozenset({"video", "audio"})


@dataclass(frozen=True, slots=True)
class StaticNames:
    """The files that a story's pages are kept in."""

    origin: str
    """Of the addresses on the page, without a path."""
    path: str
    """Of the story's page there."""
    pages: Mapping[str, str]
    """The file of each position of the timeline; that of the first page is named by an empty text."""
    entries: Mapping[str, str]
    """The file in which each entry stands."""


@dataclass(slots=True)
class StaticPage:
    """A page of HTML, and the addresses on our server of the files that it needs, each with its name beside."""

    html: str
    files: dict[str, str] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)


def static_page(html: str, names: StaticNames) -> StaticPage:
    """Return the page as a file that needs no server."""
    writer = _Writer(names)
    writer.feed(html)
    writer.close()
    return StaticPage("".join(writer.parts), writer.files, writer.styles)


def older_position(html: str) -> str | None:
    """Return the position of the page that goes on from this one; None where it is the last."""
    found = _Older()
    found.feed(html)
    return found.position


def entries_on(html: str) -> list[str]:
    """Return the ids of the entries that a page shows in the timeline."""
    found = _Entries()
    found.feed(html)
    return found.ids


def inline_urls(css: str, base: str, data_of: Callable[[str], str | None]) -> str:
    """Return a style sheet with what it names by address in it: a page on a disk may not read other files as masks.

    `data_of` is given an absolute address, and returns a `data:` address, or None for what is left out.
    """
    made: list[str] = []
    rest = css
    while (start := rest.find("url(")) >= 0:
        end = rest.find(")", start)
        if end < 0:
            break
        address = rest[start + 4 : end].strip().strip("\"'")
        data = address if address.startswith(("data:", "#")) else data_of(urljoin(base, address))
        made += [rest[:start], f'url("{data}")' if data is not None else "none"]
        rest = rest[end + 1 :]
    return "".join(made) + rest


class _Entries(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        identifier = dict(attrs).get("id") or ""
        if tag == "article" and identifier.startswith("entry-"):
            self.ids.append(identifier.removeprefix("entry-"))


class _Older(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.position: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("id") == "older" and "hidden" not in given:
            query = parse_qs(urlsplit(given.get("href") or "").query)
            self.position = next(iter(query.get("position", [])), None)


class _Writer(HTMLParser):
    """Writes a page anew, element by element; what it does not change stays to the letter."""

    def __init__(self, names: StaticNames) -> None:
        super().__init__(convert_charrefs=False)
        self._names = names
        self._dropping: list[str] = []
        """The open elements of one that goes with all that is in it."""
        self.parts: list[str] = []
        self.files: dict[str, str] = {}
        self.styles: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._dropping:
            if tag == self._dropping[0]:
                self._dropping.append(tag)
            return
        if self._goes(tag, given):
            if tag not in _VOID:
                self._dropping.append(tag)
            return
        if tag == "noscript":
            return
        if tag in _PLAYED and not self._is_ours(given.get("src")):
            self._dropping.append(tag)
            self._link(given.get("src"), given.get("src") or "")
        elif tag == "img" and not self._is_ours(given.get("src")):
            self._link(given.get("src"), given.get("alt") or given.get("src") or "")
        elif tag == "link":
            self._write_link(given)
        elif any(name in given for name in ("href", "src", "srcset", "poster")):
            self._write(tag, [(name, self._changed(tag, name, value)) for name, value in attrs])
        else:
            self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            if tag == self._dropping[0]:
                self._dropping.pop()
            return
        if tag != "noscript":
            self.parts.append(f"</{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._keep(f"<!{decl}>")

    def _keep(self, text: str) -> None:
        if not self._dropping:
            self.parts.append(text)

    def _goes(self, tag: str, given: Mapping[str, str | None]) -> bool:
        if tag == "script":
            return given.get("type") != "application/ld+json"
        if tag == "source":
            return not self._is_ours(given.get("src") or (given.get("srcset") or "").split(" ")[0])
        return tag in _DROPPED or (tag == "meta" and given.get("http-equiv") is not None)

    def _write(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
        self.parts.append(f"<{tag}{written}>")

    def _write_link(self, given: Mapping[str, str | None]) -> None:
        relations, address = (given.get("rel") or "").split(), given.get("href") or ""
        if "stylesheet" in relations and self._is_ours(address):
            name = f"assets/{urlsplit(address).path.strip('/').replace('/', '-')}"
            self.styles[urljoin(self._names.origin, address)] = name
            self._write("link", [("rel", "stylesheet"), ("href", name)])
        elif "icon" in relations and self._is_ours(address):
            self._write("link", [("rel", "icon"), ("href", self._file(address))])
        elif _KEPT_LINKS & set(relations):
            absolute = urljoin(self._names.origin, address)
            self._write("link", [(name, absolute if name == "href" else value) for name, value in given.items()])

    def _changed(self, tag: str, name: str, value: str | None) -> str | None:
        if value is None or name not in {"href", "src", "srcset", "poster"}:
            return value
        if name == "srcset":
            return self._srcset(value)
        if tag == "a":
            return self._linked(value)
        return self._file(value) if self._is_ours(value) else None

    def _srcset(self, value: str) -> str:
        candidates = [each.split() for each in value.split(",")]
        ours = [each for each in candidates if each and self._is_ours(each[0])]
        return ", ".join(" ".join([self._file(each[0]), *each[1:]]) for each in ours)

    def _linked(self, address: str) -> str:
        """Return where a link leads: within these files if that is what it means, else to where it is on the web."""
        absolute = urlsplit(urljoin(f"{self._names.origin}{self._names.path}", address))
        if f"{absolute.scheme}://{absolute.netloc}" != self._names.origin or absolute.path != self._names.path:
            return absolute.geturl()
        query = parse_qs(absolute.query)
        fragment = f"#{absolute.fragment}" if absolute.fragment else ""
        entry = next(iter(query.get("entry", [])), None) or absolute.fragment.removeprefix("entry-")
        if entry in self._names.entries:
            return f"{self._names.entries[entry]}#entry-{entry}"
        if not set(query) - {"position"}:
            file = self._names.pages.get(next(iter(query.get("position", [""]))))
            return absolute.geturl() if file is None else f"{file}{fragment}"
        return absolute.geturl()

    def _link(self, address: str | None, words: str) -> None:
        """Write a link in place of what another server would be asked for."""
        if address and address.startswith(("https://", "http://")):
            self.parts.append(f'<a href="{escape(address)}" rel="noopener">{escape(words, quote=False)}</a>')

    def _file(self, address: str) -> str:
        absolute = urljoin(self._names.origin, address)
        name = urlsplit(absolute).path.strip("/").replace("..", "")
        return self.files.setdefault(absolute, name)

    def _is_ours(self, address: str | None) -> bool:
        """Return whether the address is that of a file of our server."""
        if not address:
            return False
        absolute = urljoin(self._names.origin, unescape(address))
        path = urlsplit(absolute).path
        if {".", ".."} & set(unquote(path).split("/")):
            return False  # it is at another address than it seems to be
        return absolute.startswith(f"{self._names.origin}/") and path.startswith(("/media/", "/static/", "/theme"))
