"""Blocks → Markdown for editing them, and what an edit keeps of the blocks that were there before."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.content.addresses import lone_address
from app.content.blocks import TEXT_TYPES, Block
from app.content.inline import inline_text
from app.content.lines import mentioned_block, split_lines
from app.content.making import link_block, quoted_paragraphs
from app.content.markdown import parse_markdown
from app.content.markdown_inline import ESCAPABLE
from app.content.tokens import Token, tokenise
from app.domain.errors import InvalidInput

_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~"}
_SPECIAL = re.compile("([" + re.escape(ESCAPABLE) + "])")
_OPENING = re.compile(r"^(?:(?=(?:[-*>]|#{1,6})[ \t]|-{3,}$|\|)|([0-9]{1,9})(?=\.[ \t]))", re.MULTILINE)


def render_source(blocks: Sequence[Block]) -> tuple[str, bool]:
    """Markdown that a reporter can edit, and whether reading it gives these very blocks back.

    Pictures, tables and whatever else is no text stand as `[[block:<id>]]` on a line of their own. Formatting that
    Markdown has no sign for (`<u>`, `<mark>`…) is left out, its text is not.
    """
    text = "\n\n".join(_source(block) for block in blocks)
    return text, _signs(_reparsed(text, blocks)) == _signs(blocks)


def dropped_blocks(text: str, blocks: Iterable[Block]) -> list[str]:
    """The ids of blocks other than text that `text`, written to replace `blocks`, no longer mentions.

    An embed or link card is also mentioned by its address alone on a line.
    """
    lines = [line.strip(" \t") for line in split_lines(text)]
    mentioned = {mentioned_block(line) for line in lines if line.startswith("[[block:")}
    addresses = {lone_address(line) for line in lines if line.startswith("http")}
    return [
        block["id"]
        for block in blocks
        if block["type"] not in TEXT_TYPES
        and block["id"] not in mentioned
        and not (block["type"] in {"embed", "link_card"} and block["url"] in addresses)
    ]


def reuse_ids(old: Iterable[Block], new: Iterable[Block]) -> list[Block]:
    """`new` with the ids of the `old` blocks that are the same (type and HTML), each used once."""
    new = list(new)
    taken = {block["id"] for block in new}
    free: defaultdict[tuple[str, str], deque[str]] = defaultdict(deque)
    old_ids = set()
    for block in old:
        old_ids.add(block["id"])
        if block["id"] not in taken:
            free[block["type"], block["html"]].append(block["id"])
    return [{**block, "id": _reused(block, free, old_ids)} for block in new]


def _reused(block: Block, free: defaultdict[tuple[str, str], deque[str]], old_ids: set[str]) -> str:
    candidates = free.get((block["type"], block["html"]))
    return candidates.popleft() if candidates and block["id"] not in old_ids else str(block["id"])


def _signs(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    return [(block["type"], block["html"]) for block in blocks]


def _reparsed(text: str, blocks: Sequence[Block]) -> list[Block]:
    try:
        return parse_markdown(text, new_id=lambda: "", kept={block["id"]: block for block in blocks})
    except InvalidInput:
        return []


def _source(block: Block) -> str:
    """The plainest source that gives the block back; escapes are written only where it takes them."""
    if block["type"] in {"embed", "link_card"} and _signs([link_block(block["url"])]) == _signs([block]):
        return str(block["url"])
    if block["type"] not in TEXT_TYPES:
        return f"[[block:{block['id']}]]"
    plain, escaped = _block_source(block, escaping=False), _block_source(block, escaping=True)
    candidates = [plain, escaped]
    if block["type"] == "paragraph":
        candidates = [plain, _escape_openings(plain), escaped, _escape_openings(escaped)]
    exact = (source for source in candidates if _signs(_reparsed(source, [])) == _signs([block]))
    return next(exact, candidates[-1])


def _block_source(block: Block, *, escaping: bool) -> str:
    kind = block["type"]
    if kind == "divider":
        return "---"
    if kind == "list":
        return "\n".join(_list_lines(block, "", int(block.get("start", 1)), escaping=escaping))
    if kind == "quote":
        return _quote_source(block, escaping=escaping)
    inner = _inline_source(re.sub(r"^<(?:p|h\d)>|</(?:p|h\d)>$", "", block["html"]), escaping=escaping)
    if kind == "heading":
        return f"{'#' * block['level']} {inner.replace(chr(10), ' ')}"
    return inner


def _escape_openings(source: str) -> str:
    """What would begin a list, quote, heading, table or divider begins a line of text instead."""
    return _OPENING.sub(r"\1\\", source)


def _list_lines(node: dict[str, Any], indent: str, start: int, *, escaping: bool) -> Iterator[str]:
    for number, item in enumerate(node["items"], start):
        marker = f"{number}. " if node.get("ordered") else "- "
        deeper = indent + " " * len(marker)
        yield indent + marker + _inline_source(item["html"], escaping=escaping).replace("\n", f"\n{deeper}")
        if item.get("items"):
            yield from _list_lines(item, deeper, 1, escaping=escaping)


def _quote_source(block: Block, *, escaping: bool) -> str:
    words = "\n\n".join(_inline_source(inner, escaping=escaping) for inner in quoted_paragraphs(block))
    by = ", ".join(block[name] for name in ("who", "role") if block.get(name))
    lines = [*words.split("\n"), *([f"— {by}"] if by else [])]
    return "\n".join(f"> {line}" if line else ">" for line in lines)


def _inline_source(html: str, *, escaping: bool) -> str:
    parts: list[str] = []
    links: list[tuple[int, Token]] = []
    for token in tokenise(html):
        if token.kind == "text":
            parts.append(_SPECIAL.sub(r"\\\1", token.value) if escaping else token.value)
        elif token.value == "br":
            parts.append("\n")
        elif token.value == "code":
            parts.append("`")
        elif token.value == "a" and token.kind == "start":
            links.append((len(parts), token))
        elif token.value == "a" and links:
            position, opening = links.pop()
            parts[position:] = [_link_source("".join(parts[position:]), opening)]
        elif token.value in _MARKS:
            _mark(parts, _MARKS[token.value], closing=token.kind == "end")
    return "".join(parts)


def _mark(parts: list[str], mark: str, *, closing: bool) -> None:
    """A closing mark must follow a letter: blanks before it go behind it."""
    text = parts.pop() if closing and parts else ""
    bare = text.rstrip(" ")
    parts += [bare, mark, text[len(bare) :]]


def _link_source(text: str, opening: Token) -> str:
    address, title = opening.attributes.get("href", ""), opening.attributes.get("title", "")
    if text.replace("\\", "") == address and not title:
        return address
    if address == f"mailto:{inline_text(text)}" and not title:
        return f"<{address}>"
    written = address if not re.search(r"[()\\]", address) else f"<{address}>"
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    return f'[{text}]({written} "{quoted}")' if title else f"[{text}]({written})"
