"""Blocks as a client writes them → blocks as they are stored: checked, sanitised, completed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from app.content import builders
from app.content.addresses import media_address
from app.content.block_limits import (
    BLOCK_ID_PATTERN,
    MAX_HEADING_LEVEL,
    MAX_ID_LENGTH,
    MAX_LINE_LENGTH,
    MAX_LIST_DEPTH,
    MAX_LIST_START,
    MAX_PIXELS,
    MAX_SPAN,
    MIN_HEADING_LEVEL,
)
from app.content.blocks import Block, NewId
from app.content.code_text import clean_code, is_language
from app.content.embeds.providers import find_embed
from app.content.html.inline import inline_html, inline_text
from app.content.html.languages import NO_LANGUAGE, TextLanguage, read_language
from app.content.html.lexer import tokenise
from app.content.html.sanitising import DIRECTIONS, INLINE_TAGS, is_language_tag
from app.content.html_reader.languages import Piece, mark_pieces
from app.content.html_reader.reader import read_blocks
from app.content.media_addresses import MediaFacts
from app.content.size_checks import check_written_blocks
from app.content.text.lines import unify_line_ends
from app.content.text_fields import fit_text
from app.content.visible_text import shows_text
from app.domain.errors import FieldError, InvalidInput

_ID = re.compile(BLOCK_ID_PATTERN, re.ASCII)
_PARAGRAPH = re.compile(r"<p(?: [^>]*)?>([^\n]*)</p>")


_NO_MEDIA: Mapping[str, MediaFacts] = MappingProxyType({})


def complete_blocks(
    blocks: Sequence[Mapping[str, Any]], *, new_id: NewId, media: Mapping[str, MediaFacts] = _NO_MEDIA
) -> list[Block]:
    """Fill in `html`, `id` and defaults of the blocks, sanitise their inline HTML and check their addresses.

    A text that may have markup is given as `html`, or as plain `text`; list items and cells may be plain strings.
    Their shape must have been checked before. Every block that was stored, however it was written, is accepted
    unchanged. `media` are the uploads that blocks name, by id. Raises InvalidInput with a pointer (`/blocks/3/url`) for
    each value that cannot be accepted.
    """
    check_written_blocks(blocks)
    errors = _id_errors(blocks)
    made: list[Block] = []
    for index, written in enumerate(blocks):
        reader = _BlockReader(written, f"/blocks/{index}", media)
        block = reader.block()
        errors += reader.errors
        made.append({"id": written.get("id"), **block})
    if errors:
        raise InvalidInput(errors)
    return builders.finish_blocks(made, new_id=new_id, pointer="/blocks")


def _id_errors(blocks: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        identifier = block.get("id")
        if identifier is None:
            continue
        if not _ID.fullmatch(identifier):
            detail = f"A block's id is 1 to {MAX_ID_LENGTH} letters, digits, hyphens and underscores."
            errors.append(FieldError(f"/blocks/{index}/id", "invalid_id", detail))
        elif identifier in seen:
            errors.append(FieldError(f"/blocks/{index}/id", "duplicate_id", "Another block has this id."))
        seen.add(identifier)
    return errors


class _BlockReader:
    """Reader of one block as it was written; `errors` are the values that cannot be accepted.

    `said_in_html` is the language and direction that its HTML says, which its own members overrule.
    """

    def __init__(self, block: Mapping[str, Any], pointer: str, media: Mapping[str, MediaFacts]) -> None:
        self.given = block
        self.media = media
        self.pointer = pointer
        self.errors: list[FieldError] = []
        self.said_in_html = NO_LANGUAGE

    def block(self) -> Block:
        """Complete the block; the result is of no use if there are errors."""
        makers: dict[str, Callable[[], Block]] = {
            "paragraph": lambda: builders.paragraph(self._inner()),
            "heading": self._heading,
            "list": self._list,
            "quote": self._quote,
            "code": self._code,
            "image": self._image,
            "video": self._video,
            "audio": self._audio,
            "embed": self._embed,
            "link_card": self._link_card,
            "table": self._table,
            "divider": builders.divider,
        }
        maker = makers.get(str(self.given.get("type")))
        if maker is None:
            self.errors.append(FieldError(f"{self.pointer}/type", "unknown_type", "There is no such type of block."))
            return {}
        said, block = self._said(self.given, self.pointer), maker()
        return builders.with_language(block, said.over(self.said_in_html))

    def _said(self, given: Any, pointer: str) -> TextLanguage:
        """Read the `lang` and `dir` of a block, an item or a cell."""
        if not isinstance(given, Mapping):
            return NO_LANGUAGE
        lang, direction = given.get("lang"), given.get("dir")
        if lang and not is_language_tag(lang):
            detail = "A language is a BCP 47 tag, like en or ar-EG."
            self.errors.append(FieldError(f"{pointer}/lang", "invalid_value", detail))
        if direction and direction not in DIRECTIONS:
            detail = f"A direction is one of {', '.join(sorted(DIRECTIONS))}."
            self.errors.append(FieldError(f"{pointer}/dir", "invalid_value", detail))
        return read_language(given)

    def _inner(self) -> str:
        inner = _inner_of_paragraph(self.given)
        self.said_in_html = _said_by_first_tag(self.given)
        if not inline_text(inner).strip(" \t\n"):
            field = "text" if self.given.get("text") is not None and self.given.get("html") is None else "html"
            self.errors.append(FieldError(f"{self.pointer}/{field}", "blank", "There is no text here."))
        return inner

    def _heading(self) -> Block:
        text, inner = self.given.get("text"), _inline(self.given)
        self.said_in_html = _said_by_first_tag(self.given)
        if text and inline_text(inner).strip() != text.strip():
            inner = builders.escaped_lines(unify_line_ends(text).strip())
        fitting = fit_text("heading", "text", inline_text(inner))
        if fitting is None:
            detail = f"A heading has at most {MAX_LINE_LENGTH} characters."
            self.errors.append(FieldError(f"{self.pointer}/{'text' if text else 'html'}", "too_long", detail))
        elif not fitting:
            self.errors.append(FieldError(f"{self.pointer}/text", "blank", "There is no text here."))
        level = self._number("level", MIN_HEADING_LEVEL, least=MIN_HEADING_LEVEL, most=MAX_HEADING_LEVEL)
        return builders.heading(level, inner)

    def _list(self) -> Block:
        ordered = bool(self.given.get("ordered", False))
        items = self._items(self.given.get("items", []), f"{self.pointer}/items", depth=1)
        return builders.list_block(items, ordered=ordered, start=self._number("start", 1, least=0, most=MAX_LIST_START))

    def _items(self, written: Sequence[Any], pointer: str, *, depth: int) -> list[dict[str, Any]]:
        if depth > MAX_LIST_DEPTH:
            detail = f"Lists nest at most {MAX_LIST_DEPTH} deep."
            self.errors.append(FieldError(pointer, "too_deep", detail))
            return []
        if not written:
            self.errors.append(FieldError(pointer, "blank", "There is no item here."))
        items: list[dict[str, Any]] = []
        for index, given in enumerate(written):
            item: dict[str, Any] = {"html": _inline(given), **self._said(given, f"{pointer}/{index}").members}
            if isinstance(given, Mapping) and given.get("items"):
                item["ordered"] = bool(given.get("ordered", False))
                item["items"] = self._items(given["items"], f"{pointer}/{index}/items", depth=depth + 1)
            items.append(item)
        return items

    def _quote(self) -> Block:
        html = self.given.get("html") or builders.escaped_lines(self.given.get("text") or "")
        stored = self._stored_quote(html)
        if stored is not None:
            return stored
        is_whole = "<blockquote" in html.lower()
        pieces, by = _quoted(read_blocks(html if is_whole else f"<blockquote>{html}</blockquote>"))
        paragraphs, self.said_in_html = mark_pieces(pieces, NO_LANGUAGE)
        if not paragraphs:
            self.errors.append(FieldError(f"{self.pointer}/html", "blank", "There is no text here."))
        fields = self._plain("who role")
        if self.given.get("who") is None and self.given.get("role") is None:
            fields = by
        return builders.quote(paragraphs, **fields, url=self._optional_address("url"))

    def _stored_quote(self, html: str) -> Block | None:
        """Return the quote if its HTML is what we write ourselves for its words and fields, else None."""
        url = media_address(self.given.get("url") or "") or ""
        inner = [inline_html(paragraph) for paragraph in builders.quoted_paragraphs(html)]
        made = builders.quote(inner, **self._plain("who role"), url=url) if inner else None
        said = _said_by_first_tag({"html": html})
        if made is None or builders.with_language(made, said)["html"] != html:
            return None
        self.said_in_html = said
        return made

    def _code(self) -> Block:
        text, language = clean_code(self.given.get("text") or ""), self.given.get("language") or ""
        if not shows_text(text):
            self.errors.append(FieldError(f"{self.pointer}/text", "blank", "There is no text here."))
        if language and not is_language(language):
            detail = "A language is one word of letters, digits, + # . _ and -."
            self.errors.append(FieldError(f"{self.pointer}/language", "invalid_value", detail))
        return builders.code(text, language=language)

    def _image(self) -> Block:
        if self.given.get("media") is None:
            return builders.image(self._address("url"), **self._size(), **self._plain("alt caption credit"))
        found = self._media("image")
        if found is None:
            return {}
        focal = self.given.get("focal") or found.focal
        made = builders.media_image(found, **self._words(found, "alt caption credit"), focal=focal)
        return self._emptied(made)

    def _audio(self) -> Block:
        if self.given.get("media") is None:
            return builders.audio(self._address("url"), **self._plain("caption credit"))
        found = self._media("audio")
        if found is None:
            return {}
        return self._emptied(builders.media_audio(found, **self._words(found, "caption credit")))

    def _media(self, kind: str) -> MediaFacts | None:
        """Return the upload that the block names; None, with an error, for one that cannot be shown in it."""
        found = self.media.get(self.given["media"])
        if found is not None and found.kind == kind:
            return found
        pointer = f"{self.pointer}/media"
        if found is None:
            self.errors.append(FieldError(pointer, "unknown_media", "There is no such upload."))
            return None
        detail = f"This upload is of the kind {found.kind}: write a block of that type."
        self.errors.append(FieldError(pointer, "wrong_media_kind", detail))
        return None

    def _words(self, media: MediaFacts, fields: str) -> dict[str, str]:
        """Return the words that stand beside an upload here: the block's own, else those that are kept with it.

        What is left out or null is not the block's own; an empty text is, and says that there are none.
        """
        own = self._plain(fields)
        return {name: getattr(media, name) if self.given.get(name) is None else own[name] for name in own}

    def _emptied(self, made: Block) -> Block:
        """Return the block of an upload with the words that were emptied, so that it can be sent back unchanged."""
        empty = {name: "" for name in ("caption", "credit") if self._says_none(name)}
        return {**{name: value for name, value in made.items() if name != "html"}, **empty, "html": made["html"]}

    def _says_none(self, field: str) -> bool:
        return self.given.get(field) is not None and not self._plain(field)[field]

    def _video(self) -> Block:
        if self.given.get("media") is not None:
            found = self._media("video")
            if found is None:
                return {}
            return self._emptied(builders.media_video(found, **self._words(found, "caption credit")))
        poster = self._optional_address("poster")
        return builders.video(self._address("url"), poster=poster, **self._size(), **self._plain("caption credit"))

    def _embed(self) -> Block:
        url = self._address("url")
        if url and find_embed(url) is None:
            detail = "No provider is known for this address; write it as a link_card."
            self.errors.append(FieldError(f"{self.pointer}/url", "unknown_provider", detail))
        return builders.link_block(url, **self._plain("title"))

    def _link_card(self) -> Block:
        image_url = self._optional_address("image")
        return builders.link_card(self._address("url"), image_url=image_url, **self._plain("title description"))

    def _table(self) -> Block:
        rows = [
            [self._cell(cell, f"{self.pointer}/rows/{at}/{column}") for column, cell in enumerate(row)]
            for at, row in enumerate(self.given.get("rows", []))
            if row
        ]
        if not any(inline_text(cell["html"]).strip() for row in rows for cell in row):
            self.errors.append(FieldError(f"{self.pointer}/rows", "blank", "There is no text here."))
        return builders.table(rows, **self._plain("caption"))

    def _cell(self, given: Any, pointer: str) -> dict[str, Any]:
        cell: dict[str, Any] = {"html": _inline(given)}
        if isinstance(given, Mapping):
            cell.update({"header": True} if given.get("header") else {})
            for name in ("colspan", "rowspan"):
                span = given.get(name) or 1
                cell.update({name: min(span, MAX_SPAN)} if span > 1 else {})
        return cell | self._said(given, pointer).members

    def _address(self, field: str) -> str:
        address = media_address(self.given.get(field) or "")
        if address is None:
            detail = "This must be an absolute http or https address."
            self.errors.append(FieldError(f"{self.pointer}/{field}", "invalid_address", detail))
        return address or ""

    def _optional_address(self, field: str) -> str:
        return self._address(field) if self.given.get(field) else ""

    def _plain(self, fields: str) -> dict[str, Any]:
        return {field: unify_line_ends(self.given.get(field) or "").strip() for field in fields.split()}

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
    """Read the inline HTML of an item, a cell or a block: its `html`, or its plain `text`, or a plain string."""
    if isinstance(given, str):
        return builders.escaped_lines(unify_line_ends(given).strip())
    if given.get("html") is not None:
        return inline_html(given["html"])
    return builders.escaped_lines(unify_line_ends(given.get("text") or "").strip())


def _inner_of_paragraph(given: Mapping[str, Any]) -> str:
    """Read the inline HTML of a paragraph; the blanks at the ends of one that was stored are as they were typed."""
    inner, match = _inline(given), _PARAGRAPH.fullmatch(given.get("html") or "")
    return match[1] if match and match[1].strip(" \t") == inner else inner


def _said_by_first_tag(given: Mapping[str, Any]) -> TextLanguage:
    """Read what the HTML of a paragraph, heading or quote says of all of it, in its first tag."""
    html = (given.get("html") or "").lstrip(" \t\n")
    tag = next(tokenise(html), None) if html.startswith("<") and " " in html else None
    is_all = tag is not None and tag.kind == "start" and tag.value not in INLINE_TAGS
    return read_language(tag.attributes) if tag is not None and is_all else NO_LANGUAGE


def _quoted(blocks: Sequence[Block]) -> tuple[list[Piece], dict[str, str]]:
    """Return the quoted paragraphs in the blocks read from a quote's HTML, and the attribution that was in it."""
    paragraphs: list[Piece] = []
    by: dict[str, str] = {}
    for block in blocks:
        said = builders.language_of(block)
        if block["type"] == "quote":
            paragraphs += [(inner, said) for inner in builders.quoted_paragraphs(block["html"])]
            by = {name: block[name] for name in ("who", "role") if name in block}
        else:
            inner = inline_html(block["html"])
            paragraphs += [(inner, said)] if inner else []
    return paragraphs, by
