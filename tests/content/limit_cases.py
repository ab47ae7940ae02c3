"""HTML in which each field of each block is as long, as large or as many as a test asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter

from app.content import Block, complete_blocks, parse_html
from app.content.block_limits import MAX_HEADING_LEVEL, MAX_LIST_START, MAX_PIXELS, MAX_SPAN
from app.wire.requests.blocks import WrittenBlock, written_block_json
from tests.content.oracle import counted_ids

WRITTEN: TypeAdapter[list[Any]] = TypeAdapter(list[WrittenBlock])
PICTURE = "https://e.org/a.jpg"
FILM = "https://youtu.be/dQw4w9WgXcQ"


def send_back(blocks: list[Block]) -> list[Block]:
    """Send blocks back unchanged, as a client does, and return what is stored."""
    written = WRITTEN.validate_python(blocks)
    return complete_blocks([written_block_json(block) for block in written], new_id=counted_ids())


def read(html: str) -> list[Block]:
    """Make blocks of HTML, with ids that are counted."""
    return parse_html(html, new_id=counted_ids())


def words(length: int) -> str:
    """Different words, so that a lost or a doubled one shows."""
    text = ""
    number = 0
    while len(text) < length:
        number += 1
        text += f"w{number} "
    return text[: length - 1] + "x"


def address(length: int) -> str:
    return "https://e.org/".ljust(length, "a")


def embed_page(length: int) -> str:
    return "https://youtu.be/".ljust(length, "a")


TEXT_CASES: dict[tuple[str, str], Callable[[str], str]] = {
    ("heading", "text"): lambda text: f"<h3>{text}</h3>",
    ("code", "text"): lambda text: f"<pre>{text}</pre>",
    ("quote", "who"): lambda text: f"<blockquote>q<footer>{text}</footer></blockquote>",
    ("quote", "role"): lambda text: f"<figure><blockquote>q</blockquote><figcaption>Jane, {text}</figcaption></figure>",
    ("image", "alt"): lambda text: f'<img src={PICTURE} alt="{text}">',
    ("image", "caption"): lambda text: f"<figure><img src={PICTURE} alt=x><figcaption>{text}</figcaption></figure>",
    ("image", "credit"): lambda text: (
        f"<figure><img src={PICTURE} alt=x><figcaption>c<cite>{text}</cite></figcaption></figure>"
    ),
    ("video", "caption"): lambda text: f"<figure><video src={PICTURE}></video><figcaption>{text}</figcaption></figure>",
    ("video", "credit"): lambda text: (
        f"<figure><video src={PICTURE}></video><figcaption>c<cite>{text}</cite></figcaption></figure>"
    ),
    ("audio", "caption"): lambda text: f"<figure><audio src={PICTURE}></audio><figcaption>{text}</figcaption></figure>",
    ("audio", "credit"): lambda text: (
        f"<figure><audio src={PICTURE}></audio><figcaption>c<cite>{text}</cite></figcaption></figure>"
    ),
    ("embed", "title"): lambda text: f'<iframe src="{FILM}" title="{text}"></iframe>',
    ("link_card", "title"): lambda text: f"<p><a href='https://e.org/x'>{text}</a></p>",
    ("link_card", "description"): lambda text: (
        f"<figure data-url=https://e.org/x><a href=https://e.org/x>t</a><figcaption>{text}</figcaption></figure>"
    ),
    ("table", "caption"): lambda text: f"<table><caption>{text}</caption><tr><td>x</table>",
}
"""HTML in which each plain-text field is `text`."""

OTHER_WAYS: list[Callable[[str], str]] = [
    lambda text: (
        f"<blockquote class=twitter-tweet><p>{text}</p><a href=https://x.com/a/status/12345>d</a></blockquote>"
    ),
    lambda text: f"<p><a href={FILM}>{text}</a></p>",
    lambda text: f"<figure data-url={FILM}>{text}<figcaption>{text}y</figcaption></figure>",
    lambda text: f"<figure><blockquote>q</blockquote><figcaption>{text}</figcaption></figure>",
    lambda text: f"<figure><iframe src={FILM}></iframe><figcaption>{text}</figcaption></figure>",
    lambda text: f"<figure><table><tr><td>x</table><figcaption>{text}</figcaption></figure>",
    lambda text: f'<iframe src="https://e.org/map" title="{text}"></iframe>',
    lambda text: f'<ul><li>a<img src={PICTURE} alt="{text}"></ul>',
    lambda text: f"<blockquote>q<cite>{text}</cite>r</blockquote>",
]

ADDRESS_CASES: dict[tuple[str, str], Callable[[int], str]] = {
    ("quote", "url"): lambda length: f"<blockquote cite={address(length)}>q</blockquote>",
    ("image", "url"): lambda length: f"<img src={address(length)}>",
    ("video", "url"): lambda length: f"<video src={address(length)}></video>",
    ("video", "poster"): lambda length: f"<video src={PICTURE} poster={address(length)}></video>",
    ("audio", "url"): lambda length: f"<audio src={address(length)}></audio>",
    ("embed", "url"): lambda length: f"<iframe src={embed_page(length)}></iframe>",
    ("link_card", "url"): lambda length: f"<p>{address(length)}</p>",
    # No HTML gives a card its picture.
    ("link_card", "image"): lambda length: f"<figure data-url={address(length)}><a>t</a></figure>",
}

NUMBER_CASES: dict[tuple[str, str], tuple[int, Callable[[int], str]]] = {
    ("heading", "level"): (MAX_HEADING_LEVEL, lambda number: f"<h{number}>x</h{number}>"),
    ("list", "start"): (MAX_LIST_START, lambda number: f"<ol start={number}><li>a<li>b</ol>"),
    ("image", "width"): (MAX_PIXELS, lambda number: f"<img src={PICTURE} width={number} height=9>"),
    ("image", "height"): (MAX_PIXELS, lambda number: f"<img src={PICTURE} height={number} width=9>"),
    ("video", "width"): (MAX_PIXELS, lambda number: f"<video src={PICTURE} width={number}></video>"),
    ("video", "height"): (MAX_PIXELS, lambda number: f"<video src={PICTURE} height={number}></video>"),
    ("table", "colspan"): (MAX_SPAN, lambda number: f"<table><tr><td colspan={number}>x</table>"),
    ("table", "rowspan"): (MAX_SPAN, lambda number: f"<table><tr><td rowspan={number}>x</table>"),
}

COUNT_CASES: dict[tuple[str, str], Callable[[int], str]] = {
    ("list", "items"): lambda count: f"<ol>{'<li>x' * count}</ol>",
    ("table", "rows"): lambda count: f"<table>{'<tr><td>x' * count}</table>",
}
