"""The containers of running text in HTML, filled tag by tag: a list, a quote, a table, a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.content import builders
from app.content.block_limits import MAX_LIST_DEPTH, MAX_SPAN
from app.content.blocks import Block
from app.content.embeds.providers import find_embed
from app.content.html.inline import inline_text
from app.content.html.languages import NO_LANGUAGE, TextLanguage
from app.content.html.lexer import tags
from app.content.html_reader.languages import Piece, mark_pieces
from app.content.text_fields import clean_text, fit_text

_EMBED_CLASSES = tags(
    "twitter-tweet twitter-video instagram-media tiktok-embed bluesky-embed mastodon-embed reddit-embed-bq "
    "text-post-media"
)


def parse_number(text: str | None, *, most: int) -> int | None:
    """Return the whole number from 1 to `most` that `text` is, or None."""
    text = (text or "").strip().removesuffix("px")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return number if 0 < number <= most else None


def fit_fields(kind: str, **pieces: Sequence[str]) -> tuple[dict[str, Any], list[Block]]:
    """Return the plain-text fields of a block of this type, and paragraphs of what is too long for its field.

    Each field is given as pieces of inline HTML, which are lines of its text.
    """
    fields: dict[str, Any] = {}
    paragraphs: list[Block] = []
    for name, inner in pieces.items():
        text = fit_text(kind, name, "\n".join(map(inline_text, inner)))
        fields[name] = text or ""
        if text is None:
            paragraphs += map(builders.paragraph, inner)
    return fields, paragraphs


class ListReader:
    """The list being read. `after` are blocks that stood in it and cannot: they follow it."""

    def __init__(self) -> None:
        self._open: list[dict[str, Any]] = []
        self._deeper = 0
        self.after: list[Block] = []

    @property
    def is_open(self) -> bool:
        """Return whether text belongs to a list."""
        return bool(self._open)

    def open(self, *, ordered: bool, start: int = 1, language: TextLanguage = NO_LANGUAGE) -> None:
        """Begin a list, inside the last item of the one that is open. Below MAX_LIST_DEPTH it is the same list."""
        if len(self._open) >= MAX_LIST_DEPTH:
            self._deeper += 1
            return
        self._open.append({"ordered": ordered, "start": start, "items": [], "language": language})

    def item(self, language: TextLanguage | None = None) -> None:
        """Begin an item, with what is in effect in it; else what is in its list."""
        node = self._open[-1]
        node["items"].append({"pieces": [], "language": node["language"] if language is None else language})

    def add(self, inner: str, language: TextLanguage) -> None:
        """Add text to the last item, on a line of its own."""
        items = self._open[-1]["items"]
        if not items or items[-1].get("items"):
            self.item()
        items[-1]["pieces"].append((inner, language))

    def close(self) -> Block | None:
        """End the innermost list; return the block once the outermost has ended, if anything is in it."""
        if self._deeper:
            self._deeper -= 1
            return None
        node = self._open.pop()
        node["items"] = [item for item in node["items"] if item["pieces"] or item.get("items")]
        if not self._open:
            return _made_list(node) if node["items"] else None
        if node["items"]:
            self._nest(node)
        return None

    def _nest(self, node: dict[str, Any]) -> None:
        items = self._open[-1]["items"]
        if not items:
            self.item()
        items[-1].setdefault("ordered", node["ordered"])
        items[-1].setdefault("items", []).extend(node["items"])


def _made_list(node: dict[str, Any]) -> Block:
    marked = [mark_pieces(item["pieces"], item["language"]) for item in node["items"]]
    languages = {language for _, language in marked}
    around = languages.pop() if len(languages) == 1 else node["language"]
    items = [_made_item(item, around) for item in node["items"]]
    return builders.with_language(builders.list_block(items, ordered=node["ordered"], start=node["start"]), around)


def _made_item(item: dict[str, Any], around: TextLanguage) -> dict[str, Any]:
    """Build an item in a list or item of this language; recurses as deep as lists nest (MAX_LIST_DEPTH)."""
    lines, language = mark_pieces(item["pieces"], item["language"])
    made: dict[str, Any] = {"html": "<br>".join(lines), **language.within(around).members}
    if item.get("items"):
        within = language.over(around)
        made |= {"ordered": item["ordered"], "items": [_made_item(each, within) for each in item["items"]]}
    return made


class QuoteReader:
    """The quote being read; quotes within quotes are part of it."""

    def __init__(self) -> None:
        self._depth = 0
        self._paragraphs: list[Piece] = []
        self._language = NO_LANGUAGE
        self._attribution: list[str] = []
        self._url = ""
        self._is_embed = False
        self._page = ""

    @property
    def is_open(self) -> bool:
        """Return whether text belongs to a quote."""
        return self._depth > 0

    def open(self, attributes: Mapping[str, str], *, url: str, language: TextLanguage) -> None:
        """Begin a quote found at `url`."""
        self._depth += 1
        if self._depth == 1:
            self._url = url
            self._language = language
            self._is_embed = not _EMBED_CLASSES.isdisjoint(attributes.get("class", "").split())
            self._page = ""
            self.add_link(attributes.get("data-instgrm-permalink", ""))
            self.add_link(attributes.get("data-text-post-permalink", ""))
            self.add_link(attributes.get("cite", ""))

    def add(self, inner: str, language: TextLanguage) -> None:
        """Add a paragraph of quoted words."""
        self._paragraphs.append((inner, language))

    def add_attribution(self, inner: str) -> None:
        """Add a line to the name and role of who said them."""
        self._attribution.append(inline_text(inner))

    def add_link(self, address: str) -> None:
        """Record a link in the quote: the last one of a pasted social post is the post itself."""
        if self._is_embed and find_embed(address):
            self._page = address

    def close(self) -> list[Block]:
        """End the innermost quote; return the blocks once the outermost has ended."""
        self._depth -= 1
        return [] if self._depth else self.take()

    def take(self) -> list[Block]:
        """Return the words quoted so far as a block, or as an embed with its words, and begin another quote."""
        pieces, by = self._paragraphs, "\n".join(self._attribution)
        self._paragraphs, self._attribution = [], []
        paragraphs, language = mark_pieces(pieces, self._language)
        return [builders.with_language(block, language) for block in self._made(paragraphs, by)]

    def _made(self, paragraphs: list[str], by: str) -> list[Block]:
        if self._page:
            title = fit_text("embed", "title", "\n".join(map(inline_text, paragraphs)))
            return [
                builders.embed(self._page, title=title or ""),
                *([builders.quote(paragraphs)] if title is None else []),
            ]
        if not paragraphs:
            return [builders.paragraph(builders.escaped_lines(clean_text(by)))] if by else []
        return [builders.attributed_quote(paragraphs, by, url=self._url)]


class TableReader:
    """The table being read; tables within its cells are part of them."""

    def __init__(self) -> None:
        self._depth = 0
        self._rows: list[list[dict[str, Any]]] = []
        self._language = NO_LANGUAGE
        self._caption: list[str] = []
        self.after: list[Block] = []

    @property
    def is_open(self) -> bool:
        """Return whether text belongs to a table."""
        return self._depth > 0

    def open(self, language: TextLanguage) -> None:
        """Begin a table."""
        self._depth += 1
        if self._depth == 1:
            self._language = language

    def row(self) -> None:
        """Begin a row."""
        if self._depth == 1:
            self._rows.append([])

    def cell(self, tag: str, attributes: Mapping[str, str], language: TextLanguage) -> None:
        """Begin a cell (`td` or `th`)."""
        if self._depth > 1:
            return
        if not self._rows:
            self.row()
        cell: dict[str, Any] = {"pieces": [], "language": language, **({"header": True} if tag == "th" else {})}
        for name in ("colspan", "rowspan"):
            span = parse_number(attributes.get(name), most=MAX_SPAN)
            cell.update({name: span} if span and span > 1 else {})
        self._rows[-1].append(cell)

    def add(self, inner: str, language: TextLanguage) -> None:
        """Add text to the last cell, on a line of its own."""
        if not self._rows:
            self._rows.append([])
        if not self._rows[-1]:
            self._rows[-1].append({"pieces": [], "language": self._language})
        self._rows[-1][-1]["pieces"].append((inner, language))

    def add_caption(self, inner: str) -> None:
        """Add a line to the caption."""
        self._caption.append(inner)

    def close(self) -> list[Block]:
        """End the innermost table; return the blocks once the outermost has ended, if it has a cell with text."""
        self._depth -= 1
        if self._depth:
            return []
        rows = [[_made_cell(cell, self._language) for cell in row] for row in self._rows if row]
        caption, language = self._caption, self._language
        self._rows, self._caption = [], []
        if not any(cell["html"] for row in rows for cell in row):
            text = "\n".join(map(inline_text, caption))
            blocks = [builders.paragraph(builders.escaped_lines(clean_text(text)))] if text else []
        else:
            fields, paragraphs = fit_fields("table", caption=caption)
            blocks = [*paragraphs, builders.table(rows, **fields)]
        return [builders.with_language(block, language) for block in blocks]


def _made_cell(cell: dict[str, Any], around: TextLanguage) -> dict[str, Any]:
    lines, language = mark_pieces(cell.pop("pieces"), cell.pop("language"))
    return {"html": "<br>".join(lines), **cell, **language.within(around).members}


_NO_FIELDS = frozenset({"type", "url", "html", "consent", "lang", "dir"})
_CAPTIONED: Mapping[str, Callable[..., Block]] = {
    "image": builders.image,
    "video": builders.video,
    "audio": builders.audio,
}


@dataclass(slots=True)
class Figure:
    """The figure being read: its blocks, and the caption and credit that belong to the last that can have one.

    `url` is set in the figures this package writes for embeds and link cards. Texts are pieces of inline HTML;
    `language` is that of the first, or what is in effect in the figure.
    """

    url: str = ""
    language: TextLanguage = NO_LANGUAGE
    blocks: list[Block] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)

    def add(self, inner: str, into: list[str], language: TextLanguage) -> None:
        """Add text to the title, the captions or the credits."""
        if not (self.title or self.captions or self.credits):
            self.language = language
        into.append(inner)

    def close(self) -> list[Block]:
        """Return the blocks with their caption; a caption that no block can have is a paragraph."""
        if self.url:
            return [*self.blocks, *self._spoken(self._link())]
        pieces = [*self.captions, *self.credits]
        for index in range(len(self.blocks) - 1, -1, -1):
            captioned = self._captioned(self.blocks[index], pieces)
            if captioned:
                said = builders.language_of(self.blocks[index])
                return [*self.blocks[:index], *self._spoken(captioned, said), *self.blocks[index + 1 :]]
        return [*self.blocks, *self._spoken(list(map(builders.paragraph, pieces)))]

    def _spoken(self, blocks: Sequence[Block], said: TextLanguage = NO_LANGUAGE) -> list[Block]:
        """Return blocks made here with what was said of the one that they are made of, else of the captions."""
        language = said if any(said) or not (self.title or self.captions or self.credits) else self.language
        return [
            block if block.get("lang") or block.get("dir") else builders.with_language(block, language)
            for block in blocks
        ]

    def _link(self) -> list[Block]:
        kind = builders.link_type(self.url)
        fields, paragraphs = fit_fields(kind, title=self.title)
        captions, credits = ([*map(inline_text, pieces)] for pieces in (self.captions, self.credits))
        has_own_title, has_own_caption = builders.is_written_by_card(self.url, fields["title"], captions, credits)
        if has_own_title:
            fields["title"] = ""
        if kind == "link_card":
            description, more = fit_fields(kind, description=self.captions)
            fields, paragraphs = {**fields, **description}, [*paragraphs, *more]
        elif has_own_caption:
            return [builders.link_block(self.url, **fields), *paragraphs]
        else:
            paragraphs += map(builders.paragraph, self.captions)
        return [builders.link_block(self.url, **fields), *paragraphs, *map(builders.paragraph, self.credits)]

    def _captioned(self, block: Block, pieces: Sequence[str]) -> list[Block]:
        """Return `block` with the caption and the credit, and what is too long for them; nothing if it has neither."""
        kind = block["type"]
        own = {name: value for name, value in block.items() if name not in _NO_FIELDS}
        if kind in _CAPTIONED:
            fields, paragraphs = fit_fields(kind, caption=self.captions, credit=self.credits)
            return [_CAPTIONED[kind](block["url"], **{**own, **fields}), *paragraphs]
        if not pieces:
            return [block] if kind != "paragraph" else []
        if kind == "quote" and not block.get("who"):
            by, words = "\n".join(map(inline_text, pieces)), builders.quoted_paragraphs(block["html"])
            return [builders.attributed_quote(words, by, url=block.get("url", ""))]
        if kind == "table" and not block.get("caption"):
            fields, paragraphs = fit_fields(kind, caption=pieces)
            return [*paragraphs, builders.table(block["rows"], **fields)]
        if kind == "embed" and not block.get("title"):
            fields, paragraphs = fit_fields(kind, title=pieces)
            return [builders.embed(block["url"], **fields), *paragraphs]
        return []
