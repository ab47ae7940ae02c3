"""Blocks as a client writes them → blocks as they are stored: checked, sanitised, completed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.content import making
from app.content.addresses import media_address
from app.content.blocks import MAX_BLOCKS, Block, NewId
from app.content.html_blocks import read_blocks
from app.content.html_containers import MAX_SPAN, MAX_START
from app.content.html_media import MAX_PIXELS
from app.content.inline import inline_html, inline_text
from app.content.lines import MAX_PIECES, check_html
from app.content.markdown_lists import MAX_LIST_DEPTH
from app.content.providers import provider_of
from app.domain.errors import FieldError, InvalidInput

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def complete_blocks(blocks: Sequence[Mapping[str, Any]], *, new_id: NewId) -> list[Block]:
    """The blocks with `html`, `id` and defaults filled in, their inline HTML sanitised and their addresses checked.

    Where a text may have markup it is given as `html`, or as plain `text`; list items and cells may be plain strings.
    Their shape must have been checked before. Blocks that came out of here go in again unchanged. Raises InvalidInput
    with a pointer (`/blocks/3/url`) for each value that cannot be accepted.
    """
    if len(blocks) > MAX_BLOCKS:
        raise InvalidInput([FieldError("/blocks", "too_many_blocks", f"A body has at most {MAX_BLOCKS} blocks.")])
    _check_sizes(blocks)
    errors = _id_errors(blocks)
    made: list[Block] = []
    for index, written in enumerate(blocks):
        reader = _Written(written, f"/blocks/{index}")
        block = reader.block()
        errors += reader.errors
        made.append({"id": written.get("id"), **block})
    if errors:
        raise InvalidInput(errors)
    return making.number_blocks(made, new_id=new_id, pointer="/blocks")


def _check_sizes(blocks: Sequence[Mapping[str, Any]]) -> None:
    """Raise InvalidInput for too much text, too many tags or too many items, counted without recursion."""
    texts: list[str] = []
    waiting: list[Any] = [*blocks]
    pieces = 0
    while waiting:
        value = waiting.pop()
        pieces += 1
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, Sequence):
            waiting.extend(value)
    check_html("".join(texts), "/blocks")
    if pieces > MAX_PIECES:
        raise InvalidInput([FieldError("/blocks", "too_complex", f"Blocks have at most {MAX_PIECES} values.")])


def _id_errors(blocks: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        identifier = block.get("id")
        if identifier is None:
            continue
        if not _ID.fullmatch(identifier):
            detail = "A block's id is 1 to 64 letters, digits, hyphens and underscores."
            errors.append(FieldError(f"/blocks/{index}/id", "invalid_id", detail))
        elif identifier in seen:
            errors.append(FieldError(f"/blocks/{index}/id", "duplicate_id", "Another block has this id."))
        seen.add(identifier)
    return errors


class _Written:
    """One block as it was written, and what is wrong with it."""

    def __init__(self, block: Mapping[str, Any], pointer: str) -> None:
        self.given = block
        self.pointer = pointer
        self.errors: list[FieldError] = []

    def block(self) -> Block:
        """The completed block; of no use if there are errors."""
        makers: dict[str, Callable[[], Block]] = {
            "paragraph": lambda: making.paragraph(self._inner()),
            "heading": self._heading,
            "list": self._list,
            "quote": self._quote,
            "image": lambda: making.image(self._address("url"), **self._size(), **self._plain("alt caption credit")),
            "video": self._video,
            "audio": lambda: making.audio(self._address("url"), **self._plain("caption credit")),
            "embed": self._embed,
            "link_card": self._link_card,
            "table": self._table,
            "divider": making.divider,
        }
        maker = makers.get(str(self.given.get("type")))
        if maker is None:
            self.errors.append(FieldError(f"{self.pointer}/type", "unknown_type", "There is no such type of block."))
            return {}
        return maker()

    def _inner(self) -> str:
        inner = _inline(self.given)
        if not inline_text(inner).strip():
            field = "text" if self.given.get("text") is not None and self.given.get("html") is None else "html"
            self.errors.append(FieldError(f"{self.pointer}/{field}", "blank", "There is no text here."))
        return inner

    def _heading(self) -> Block:
        text, inner = self.given.get("text"), _inline(self.given)
        if text and inline_text(inner) != text:
            inner = making.escaped_lines(text.strip())
        if not inline_text(inner).strip():
            self.errors.append(FieldError(f"{self.pointer}/text", "blank", "There is no text here."))
        return making.heading(self._number("level", 2, least=2, most=4), inner)

    def _list(self) -> Block:
        ordered = bool(self.given.get("ordered", False))
        items = self._items(self.given.get("items", []), f"{self.pointer}/items", depth=1)
        return making.list_block(items, ordered=ordered, start=self._number("start", 1, least=0, most=MAX_START))

    def _items(self, written: Sequence[Any], pointer: str, *, depth: int) -> list[dict[str, Any]]:
        if depth > MAX_LIST_DEPTH:
            detail = f"Lists nest at most {MAX_LIST_DEPTH} deep."
            self.errors.append(FieldError(pointer, "too_deep", detail))
            return []
        if not written:
            self.errors.append(FieldError(pointer, "blank", "There is no item here."))
        items: list[dict[str, Any]] = []
        for index, given in enumerate(written):
            item: dict[str, Any] = {"html": _inline(given)}
            if isinstance(given, Mapping) and given.get("items"):
                item["ordered"] = bool(given.get("ordered", False))
                item["items"] = self._items(given["items"], f"{pointer}/{index}/items", depth=depth + 1)
            items.append(item)
        return items

    def _quote(self) -> Block:
        html = self.given.get("html") or making.escaped_lines(self.given.get("text") or "")
        is_whole = "<blockquote" in html.lower()
        paragraphs, by = _quoted(read_blocks(html if is_whole else f"<blockquote>{html}</blockquote>"))
        if not paragraphs:
            self.errors.append(FieldError(f"{self.pointer}/html", "blank", "There is no text here."))
        fields = self._plain("who role")
        if self.given.get("who") is None and self.given.get("role") is None:
            fields = by
        return making.quote(paragraphs, **fields, url=self._optional_address("url"))

    def _video(self) -> Block:
        poster = self._optional_address("poster")
        return making.video(self._address("url"), poster=poster, **self._size(), **self._plain("caption credit"))

    def _embed(self) -> Block:
        url = self._address("url")
        if url and provider_of(url) is None:
            detail = "No provider is known for this address; write it as a link_card."
            self.errors.append(FieldError(f"{self.pointer}/url", "unknown_provider", detail))
        return making.link_block(url, **self._plain("title"))

    def _link_card(self) -> Block:
        image_url = self._optional_address("image")
        return making.link_card(self._address("url"), image_url=image_url, **self._plain("title description"))

    def _table(self) -> Block:
        rows = [[_cell(cell) for cell in row] for row in self.given.get("rows", []) if row]
        if not any(inline_text(cell["html"]).strip() for row in rows for cell in row):
            self.errors.append(FieldError(f"{self.pointer}/rows", "blank", "There is no text here."))
        return making.table(rows, **self._plain("caption"))

    def _address(self, field: str) -> str:
        address = media_address(self.given.get(field) or "")
        if address is None:
            detail = "This must be an absolute http or https address."
            self.errors.append(FieldError(f"{self.pointer}/{field}", "invalid_address", detail))
        return address or ""

    def _optional_address(self, field: str) -> str:
        return self._address(field) if self.given.get(field) else ""

    def _plain(self, fields: str) -> dict[str, Any]:
        return {field: _one_kind_of_line_end(self.given.get(field) or "").strip() for field in fields.split()}

    def _size(self) -> dict[str, Any]:
        given = [name for name in ("width", "height") if self.given.get(name) is not None]
        return {name: self._number(name, 0, least=1, most=MAX_PIXELS) for name in given}

    def _number(self, field: str, default: int, *, least: int, most: int) -> int:
        number = self.given.get(field)
        if number is None:
            return default
        if not least <= number <= most:
            detail = f"This must be from {least} to {most}."
            self.errors.append(FieldError(f"{self.pointer}/{field}", "out_of_range", detail))
            return default
        return int(number)


def _inline(given: Any) -> str:
    """The inline HTML of an item, a cell or a block: its `html`, or its plain `text`, or a plain string."""
    if isinstance(given, str):
        return making.escaped_lines(_one_kind_of_line_end(given).strip())
    if given.get("html") is not None:
        return inline_html(given["html"])
    return making.escaped_lines(_one_kind_of_line_end(given.get("text") or "").strip())


def _cell(given: Any) -> dict[str, Any]:
    cell: dict[str, Any] = {"html": _inline(given)}
    if isinstance(given, Mapping):
        cell.update({"header": True} if given.get("header") else {})
        for name in ("colspan", "rowspan"):
            span = given.get(name) or 1
            cell.update({name: min(span, MAX_SPAN)} if span > 1 else {})
    return cell


def _quoted(blocks: Sequence[Block]) -> tuple[list[str], dict[str, str]]:
    """The quoted paragraphs in what was read from a quote's HTML, and the attribution that stood in it."""
    paragraphs: list[str] = []
    by: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "quote":
            paragraphs += making.quoted_paragraphs(block)
            by = {name: block[name] for name in ("who", "role") if name in block}
        else:
            inner = inline_html(block["html"])
            paragraphs += [inner] if inner else []
    return paragraphs, by


def _one_kind_of_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
