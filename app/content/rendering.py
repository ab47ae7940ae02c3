"""Blocks → the three forms an entry is read in: HTML, struck-through HTML, plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from app.content.blocks import Block
from app.content.html.inline import attribute, inline_text
from app.content.html.lexer import Token, tokenise
from app.content.html.sanitising import INLINE_TAGS, sanitise
from app.content.text.lines import unify_line_ends
from app.content.visible_text import shows_text


def render_html(blocks: Sequence[Block]) -> str:
    """Render the body as one piece of sanitised HTML."""
    return "\n".join(str(block["html"]) for block in blocks)


def render_retracted_html(blocks: Sequence[Block], reason: str) -> str:
    """Render the body of a retracted entry: the reason first, then the text struck through, piece by piece.

    `<s>` stands inside the innermost blocks, never around one, as HTML demands. `reason` is plain text.
    """
    lines = escape(unify_line_ends(reason), quote=False).replace("\n", "<br>")
    opening = f'<p class="lb-retraction">{lines}</p>'
    return sanitise("\n".join([opening, *map(strike_html, blocks)]))


def strike_html(block: Block) -> str:
    """Strike the text of a block through, in its HTML."""
    return "".join(_struck(str(block["html"])))


def _struck(html: str) -> Iterator[str]:
    striking = False
    for token in tokenise(html):
        is_inline = token.kind == "text" or token.value in INLINE_TAGS
        if is_inline != striking and (striking or token.kind != "text" or token.value.strip()):
            yield "<s>" if is_inline else "</s>"
            striking = is_inline
        yield _written(token)
    if striking:
        yield "</s>"


def _written(token: Token) -> str:
    if token.kind == "text":
        return escape(token.value, quote=False)
    if token.kind == "end":
        return f"</{token.value}>"
    attributes = "".join(
        attribute(name, value) or f' {name}=""' for name, value in token.attributes.items() if name != "rel"
    )
    return f"<{token.value}{attributes}>"


def render_text(blocks: Sequence[Block]) -> str:
    """Render the body as plain text: one blank line between blocks; captions, credits and attributions included."""
    return "\n\n".join(text for text in map(_text, blocks) if text)


def _text(block: Block) -> str:
    kind = block.get("type")
    if kind == "list":
        return "\n".join(_list_lines(block, "", int(block.get("start", 1))))
    if kind == "quote":
        return _quote_text(str(block["html"]))
    if kind == "table":
        return _table_text(block)
    if kind == "divider":
        return "---"
    if kind == "code":
        return str(block["text"])
    names = {
        "image": ("caption", "credit") if block.get("caption") else ("alt", "credit"),
        "video": ("caption", "credit"),
        "audio": ("caption", "credit"),
        "embed": ("title", "url"),
        "link_card": ("title", "description", "url"),
    }.get(str(kind))
    if names is None:
        return inline_text(str(block["html"]))
    return "\n".join(dict.fromkeys(str(block[name]) for name in names if block.get(name)))


def _list_lines(node: dict[str, Any], indent: str, start: int) -> Iterator[str]:
    for number, item in enumerate(node["items"], start):
        marker = f"{number}. " if node.get("ordered") else "- "
        deeper = indent + " " * len(marker)
        yield indent + marker + inline_text(item["html"]).replace("\n", f"\n{deeper}")
        if item.get("items"):
            yield from _list_lines(item, deeper, 1)


def _quote_text(html: str) -> str:
    """Render paragraphs and attribution each on lines of their own, with a blank line between paragraphs."""
    parts: list[str] = []
    current = ""
    for token in tokenise(html):
        if token.kind == "text":
            current += token.value
        elif token.value == "br":
            current += "\n"
        elif token.kind == "end" and token.value in {"p", "figcaption"}:
            parts.append(("\n" if token.value == "figcaption" and parts else "\n\n" if parts else "") + current)
            current = ""
    return "".join(parts) + current


def _table_text(block: Block) -> str:
    rows = ["\t".join(inline_text(cell["html"]).replace("\n", " ") for cell in row) for row in block["rows"]]
    return "\n".join([*([str(block["caption"])] if block.get("caption") else []), *rows])


def warnings_of(blocks: Sequence[Block]) -> list[str]:
    """Return warnings for the editor: `alt_missing` if a picture has no description but its caption, or none at all."""
    pictures = (block for block in blocks if block.get("type") == "image")
    is_without = any(b.get("alt", "") == b.get("caption", "") or not shows_text(b.get("alt", "")) for b in pictures)
    return ["alt_missing"] if is_without else []
