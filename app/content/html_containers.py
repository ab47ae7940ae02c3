"""What running text of HTML can stand in: a list, a quote, a table, a figure. Each is filled tag by tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.content import making
from app.content.blocks import Block
from app.content.inline import inline_text
from app.content.markdown_lists import MAX_LIST_DEPTH
from app.content.providers import provider_of
from app.content.tokens import tags

MAX_SPAN = 100
MAX_START = 999_999_999

_EMBED_CLASSES = tags(
    "twitter-tweet twitter-video instagram-media tiktok-embed bluesky-embed mastodon-embed reddit-embed-bq "
    "text-post-media"
)


def number_in(text: str | None, *, most: int) -> int | None:
    """The whole number from 1 to `most` that `text` is, or None."""
    text = (text or "").strip().removesuffix("px")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return number if 0 < number <= most else None


class ListReader:
    """The list being read. `after` are blocks that stood in it and cannot: they follow it."""

    def __init__(self) -> None:
        self._open: list[dict[str, Any]] = []
        self._deeper = 0
        self.after: list[Block] = []

    @property
    def is_open(self) -> bool:
        """Whether text belongs to a list."""
        return bool(self._open)

    def open(self, *, ordered: bool, start: int = 1) -> None:
        """Begin a list, inside the last item of the one that is open. Below MAX_LIST_DEPTH it is the same list."""
        if len(self._open) >= MAX_LIST_DEPTH:
            self._deeper += 1
            return
        self._open.append({"ordered": ordered, "start": start, "items": []})

    def item(self) -> None:
        """Begin an item."""
        self._open[-1]["items"].append({"html": ""})

    def add(self, inner: str) -> None:
        """Text of the last item, on a line of its own."""
        items = self._open[-1]["items"]
        if not items or items[-1].get("items"):
            self.item()
        items[-1]["html"] += ("<br>" if items[-1]["html"] else "") + inner

    def close(self) -> Block | None:
        """End the innermost list; the block, once the outermost has ended and if anything is in it."""
        if self._deeper:
            self._deeper -= 1
            return None
        node = self._open.pop()
        node["items"] = [item for item in node["items"] if item["html"] or item.get("items")]
        if not self._open:
            made = making.list_block(node["items"], ordered=node["ordered"], start=node["start"])
            return made if node["items"] else None
        if node["items"]:
            self._nest(node)
        return None

    def _nest(self, node: dict[str, Any]) -> None:
        items = self._open[-1]["items"]
        if not items:
            self.item()
        items[-1].setdefault("ordered", node["ordered"])
        items[-1].setdefault("items", []).extend(node["items"])


class QuoteReader:
    """The quote being read; quotes within quotes are part of it."""

    def __init__(self) -> None:
        self._depth = 0
        self._paragraphs: list[str] = []
        self._by: list[str] = []
        self._url = ""
        self._is_embed = False
        self._links: list[str] = []

    @property
    def is_open(self) -> bool:
        """Whether text belongs to a quote."""
        return self._depth > 0

    def open(self, attributes: Mapping[str, str], *, url: str) -> None:
        """Begin a quote found at `url`."""
        self._depth += 1
        if self._depth == 1:
            self._url = url
            self._is_embed = not _EMBED_CLASSES.isdisjoint(attributes.get("class", "").split())
            self._links = [attributes.get("data-instgrm-permalink", ""), attributes.get("cite", "")]

    def add(self, inner: str) -> None:
        """A paragraph of quoted words."""
        self._paragraphs.append(inner)

    def add_by(self, inner: str) -> None:
        """Who said them."""
        self._by.append(inline_text(inner))

    def link(self, address: str) -> None:
        """Note a link in the quote: the last one of a pasted social post is the post itself."""
        self._links.append(address)

    def close(self) -> Block | None:
        """End the innermost quote; the block, once the outermost has ended and if anything is in it."""
        self._depth -= 1
        return None if self._depth else self.take()

    def take(self) -> Block | None:
        """What was quoted so far, as a block."""
        paragraphs, by, self._paragraphs, self._by = self._paragraphs, self._by, [], []
        page = next((link for link in reversed(self._links) if provider_of(link)), None) if self._is_embed else None
        if page:
            return making.embed(page, title=" ".join(map(inline_text, paragraphs)))
        if not paragraphs:
            return making.paragraph(making.escaped_lines("\n".join(by))) if by else None
        return attributed(paragraphs, "\n".join(by), url=self._url)


def attributed(paragraphs: Sequence[str], by: str, *, url: str = "") -> Block:
    """A quote whose attribution is written `— Name, role`."""
    who, _, role = by.strip().lstrip("—–-").strip().partition(", ")
    return making.quote(paragraphs, who=who, role=role, url=url)


class TableReader:
    """The table being read; tables within its cells are part of them."""

    def __init__(self) -> None:
        self._depth = 0
        self._rows: list[list[dict[str, Any]]] = []
        self._caption: list[str] = []
        self.after: list[Block] = []

    @property
    def is_open(self) -> bool:
        """Whether text belongs to a table."""
        return self._depth > 0

    def open(self) -> None:
        """Begin a table."""
        self._depth += 1

    def row(self) -> None:
        """Begin a row."""
        if self._depth == 1:
            self._rows.append([])

    def cell(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin a cell (`td` or `th`)."""
        if self._depth > 1:
            return
        if not self._rows:
            self.row()
        cell: dict[str, Any] = {"html": "", **({"header": True} if tag == "th" else {})}
        for name in ("colspan", "rowspan"):
            span = number_in(attributes.get(name), most=MAX_SPAN)
            cell.update({name: span} if span and span > 1 else {})
        self._rows[-1].append(cell)

    def add(self, inner: str) -> None:
        """Text of the last cell, on a line of its own."""
        if not self._rows:
            self._rows.append([])
        if not self._rows[-1]:
            self._rows[-1].append({"html": ""})
        cell = self._rows[-1][-1]
        cell["html"] += ("<br>" if cell["html"] else "") + inner

    def add_caption(self, inner: str) -> None:
        """What the table is of."""
        self._caption.append(inline_text(inner))

    def close(self) -> Block | None:
        """End the innermost table; the block, once the outermost has ended and if it has a cell with text."""
        self._depth -= 1
        if self._depth:
            return None
        rows, caption = [row for row in self._rows if row], "\n".join(self._caption)
        self._rows, self._caption = [], []
        if any(cell["html"] for row in rows for cell in row):
            return making.table(rows, caption=caption)
        return making.paragraph(making.escaped_lines(caption)) if caption else None


@dataclass(slots=True)
class Figure:
    """The figure being read: its blocks, and the caption and credit that belong to the last that can have one.

    `url` is set in the figures this room writes for embeds and link cards.
    """

    url: str = ""
    blocks: list[Block] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)

    def close(self) -> list[Block]:
        """The blocks, captioned."""
        caption = "\n".join(map(inline_text, self.captions))
        credit = "\n".join(map(inline_text, self.credits))
        if self.url:
            title = "\n".join(map(inline_text, self.words))
            self.blocks.append(
                making.link_block(self.url, title="" if title == self.url else title, description=caption)
            )
            return self.blocks
        for index in range(len(self.blocks) - 1, -1, -1):
            captioned = _captioned(self.blocks[index], caption, credit)
            if captioned:
                self.blocks[index] = captioned
                return self.blocks
        left = [making.paragraph(inner) for inner in [*self.captions, *self.credits]]
        return [*self.blocks, *left]


def _captioned(block: Block, caption: str, credit: str) -> Block | None:
    kind = block["type"]
    fields = {name: value for name, value in block.items() if name not in {"type", "url", "html", "consent"}}
    if kind == "image":
        return making.image(block["url"], **{**fields, "caption": caption, "credit": credit})
    if kind == "video":
        return making.video(block["url"], **{**fields, "caption": caption, "credit": credit})
    if kind == "audio":
        return making.audio(block["url"], **{**fields, "caption": caption, "credit": credit})
    text = "\n".join(part for part in (caption, credit) if part)
    if kind == "quote" and text and not block.get("who"):
        return attributed(making.quoted_paragraphs(block), text, url=block.get("url", ""))
    if kind == "table" and text and not block.get("caption"):
        return making.table(block["rows"], caption=text)
    if kind == "embed" and text and not block.get("title"):
        return making.embed(block["url"], title=text)
    return block if not text and kind != "paragraph" else None
