"""Blocks → Markdown for editing them."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from typing import Any

from app.content.addresses import lone_address
from app.content.blocks import TEXT_TYPES, Block
from app.content.builders import link_block, quoted_paragraphs
from app.content.html.appearance import look_the_same
from app.content.html.inline import inline_text
from app.content.html.lexer import Token, tokenise
from app.content.markdown.fences import write_fenced
from app.content.markdown.inline import ESCAPABLE
from app.content.markdown.reader import parse_markdown
from app.domain.errors import InvalidInput

_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~"}
_SPECIAL = re.compile("([" + re.escape(ESCAPABLE) + "])")
_LONG = 8_000
"""Characters of a paragraph above which it is tried only as it is and with all escapes: each reading costs time."""

_AROUND = re.compile(r"^<(?:p|h\d)(?: [^>]*)?>|</(?:p|h\d)>$")
"""The tags of a paragraph or a heading."""

_OPENING = re.compile(r"^(?:(?=(?:[-*>]|#{1,6})[ \t]|-{3,}$|\|)|([0-9]{1,9})(?=\.[ \t]))", re.MULTILINE)


def render_markdown(blocks: Sequence[Block]) -> tuple[str, bool]:
    """Render Markdown that a reporter can edit; return it, and whether parsing it returns blocks that look the same.

    Pictures, tables and all else that is no text stand as `[[block:<id>]]` on a line of their own. Formatting that
    Markdown has no sign for (`<u>`, `<mark>`…) is left out, its text is not.
    """
    written = [_block_markdown(block) for block in blocks]
    text = "\n\n".join(source for source, _ in written)
    is_exact = all(exact for _, exact in written)
    # Blocks that are exact each may still run into each other, as two lists do.
    return text, is_exact and (len(blocks) < 2 or _blocks_look_the_same(_parsed_again(text, blocks), blocks))


def keep_formatting(before: Sequence[Block], after: Sequence[Block]) -> list[Block]:
    """Return the blocks `after` an edit of the Markdown of `before`, with those that it left alone as they were.

    So only what was changed loses the formatting that Markdown has no sign for.
    """
    known: defaultdict[tuple[str, str], deque[Block]] = defaultdict(deque)
    for block in before:
        if block["type"] in TEXT_TYPES:
            parsed = _parsed_again(_block_markdown(block)[0], [])
            if len(parsed) == 1:
                known[parsed[0]["type"], parsed[0]["html"]].append(block)
    kept = []
    for block in after:
        same = known.get((block["type"], block["html"]))
        kept.append(dict(same.popleft()) if same else block)
    return kept


def _blocks_look_the_same(blocks: Sequence[Block], others: Sequence[Block]) -> bool:
    return len(blocks) == len(others) and all(map(_looks_like, blocks, others))


def _looks_like(block: Block, other: Block) -> bool:
    return bool(block["type"] == other["type"]) and look_the_same(block["html"], other["html"])


def _parsed_again(text: str, blocks: Sequence[Block]) -> list[Block]:
    try:
        return parse_markdown(text, new_id=lambda: "", kept={block["id"]: block for block in blocks})
    except InvalidInput:
        return []


def _block_markdown(block: Block) -> tuple[str, bool]:
    """Render the plainest Markdown that parses to what looks like the block, and whether there is any that does.

    Escapes are written only where they are needed.
    """
    is_link = block["type"] in {"embed", "link_card"}
    url = lone_address(block["url"]) if is_link else None
    if url is not None and _blocks_look_the_same([link_block(url)], [block]):
        return url, True
    if block["type"] not in TEXT_TYPES:
        return f"[[block:{block['id']}]]", True
    plain = _text_markdown(block, escaping=False)
    escaped = _text_markdown(block, escaping=True) if _SPECIAL.search(plain) else plain
    candidates = [plain, escaped]
    if block["type"] == "paragraph":
        both = _escape_openings(escaped)
        candidates = [plain, both] if len(plain) > _LONG else [plain, _escape_openings(plain), escaped, both]
    tried = dict.fromkeys(candidates)
    exact = next((source for source in tried if _blocks_look_the_same(_parsed_again(source, []), [block])), None)
    return candidates[-1] if exact is None else exact, exact is not None


def _text_markdown(block: Block, *, escaping: bool) -> str:
    kind = block["type"]
    if kind == "divider":
        return "---"
    if kind == "list":
        return "\n".join(_list_lines(block, "", int(block.get("start", 1)), escaping=escaping))
    if kind == "code":
        return write_fenced(block["text"], block.get("language", ""))
    if kind == "quote":
        return _quote_markdown(block, escaping=escaping)
    inner = _inline_markdown(_AROUND.sub("", block["html"]), escaping=escaping)
    if kind == "heading":
        return f"{'#' * block['level']} {inner.replace(chr(10), ' ')}"
    return inner


def _escape_openings(source: str) -> str:
    """Escape the beginnings of lines that would begin a list, quote, heading, table or divider."""
    return _OPENING.sub(r"\1\\", source)


def _list_lines(node: dict[str, Any], indent: str, start: int, *, escaping: bool) -> Iterator[str]:
    for number, item in enumerate(node["items"], start):
        marker = f"{number}. " if node.get("ordered") else "- "
        deeper = indent + " " * len(marker)
        yield indent + marker + _inline_markdown(item["html"], escaping=escaping).replace("\n", f"\n{deeper}")
        if item.get("items"):
            yield from _list_lines(item, deeper, 1, escaping=escaping)


def _quote_markdown(block: Block, *, escaping: bool) -> str:
    words = "\n\n".join(_inline_markdown(inner, escaping=escaping) for inner in quoted_paragraphs(block["html"]))
    by = ", ".join(block[name] for name in ("who", "role") if block.get(name))
    lines = [*words.split("\n"), *([f"— {by}"] if by else [])]
    return "\n".join(f"> {line}" if line else ">" for line in lines)


def _inline_markdown(html: str, *, escaping: bool) -> str:
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
            parts[position:] = [_link_markdown("".join(parts[position:]), opening)]
        elif token.value in _MARKS:
            _mark(parts, _MARKS[token.value], closing=token.kind == "end")
    return "".join(parts)


def _mark(parts: list[str], mark: str, *, closing: bool) -> None:
    """Append a mark. A closing one must follow a letter: blanks before it are put behind it."""
    text = parts.pop() if closing and parts else ""
    bare = text.rstrip(" ")
    parts += [bare, mark, text[len(bare) :]]


def _link_markdown(text: str, opening: Token) -> str:
    address, title = opening.attributes.get("href", ""), opening.attributes.get("title", "")
    if text.replace("\\", "") == address and not title:
        return address
    if address == f"mailto:{inline_text(text)}" and not title:
        return f"<{address}>"
    written = address if not re.search(r"[()\\]", address) else f"<{address}>"
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    return f'[{text}]({written} "{quoted}")' if title else f"[{text}]({written})"
