"""Makes each type of block from values that were checked already, and writes its `html`.

The blocks made here have no `id` yet: `number_blocks` gives them one. Inline HTML handed in must come from this
room's InlineWriter; every other text is plain and escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from app.content.blocks import MAX_BLOCKS, Block, NewId
from app.content.inline import attribute, inline_text
from app.content.providers import provider_of
from app.content.sanitising import sanitise
from app.domain.errors import FieldError, InvalidInput


def number_blocks(blocks: Iterable[Block], *, new_id: NewId, pointer: str) -> list[Block]:
    """The blocks with an `id`, first of their fields. Raises InvalidInput once there are more than MAX_BLOCKS."""
    numbered: list[Block] = []
    for block in blocks:
        if len(numbered) == MAX_BLOCKS:
            raise InvalidInput([FieldError(pointer, "too_many_blocks", f"A body has at most {MAX_BLOCKS} blocks.")])
        numbered.append({"id": block.get("id") or new_id(), **{k: v for k, v in block.items() if k != "id"}})
    return numbered


def paragraph(inner: str) -> Block:
    """A paragraph of inline HTML."""
    return {"type": "paragraph", "html": sanitise(f"<p>{inner}</p>")}


def heading(level: int, inner: str) -> Block:
    """A subhead of level 2 to 4."""
    html = sanitise(f"<h{level}>{inner}</h{level}>")
    return {"type": "heading", "level": level, "text": inline_text(inner), "html": html}


def divider() -> Block:
    """A thematic break."""
    return {"type": "divider", "html": "<hr>"}


def list_block(items: list[dict[str, Any]], *, ordered: bool, start: int = 1) -> Block:
    """A list; each item has `html` and may have `items` and `ordered` of its own."""
    block = {"type": "list", "ordered": ordered, **({"start": start} if ordered and start != 1 else {}), "items": items}
    return {**block, "html": sanitise(_list_html(block))}


def _list_html(block: dict[str, Any]) -> str:
    """Recurses as deep as lists nest, which the readers bound (MAX_LIST_DEPTH)."""
    tag = "ol" if block.get("ordered") else "ul"
    start = attribute("start", block.get("start"))
    items = "".join(
        f"<li>{item['html']}{_list_html(item) if item.get('items') else ''}</li>" for item in block["items"]
    )
    return f"<{tag}{start if tag == 'ol' else ''}>{items}</{tag}>"


def quote(paragraphs: Sequence[str], *, who: str = "", role: str = "", url: str = "") -> Block:
    """Quoted words, as paragraphs of inline HTML, and who said them."""
    words = f"<blockquote{attribute('cite', url)}>{''.join(f'<p>{inner}</p>' for inner in paragraphs)}</blockquote>"
    by = escape(", ".join(part for part in (who, role) if part), quote=False)
    if by and url:
        by = f'<a href="{escape(url)}">{by}</a>'
    caption = f"<figcaption>— {by}</figcaption>" if by else ""
    fields = _present(who=who, role=role, url=url)
    return {"type": "quote", **fields, "html": sanitise(f'<figure class="lb-quote">{words}{caption}</figure>')}


def quoted_paragraphs(block: Block) -> list[str]:
    """The inline HTML of a quote's paragraphs, read back from a block made by `quote`."""
    words = str(block["html"]).partition("</blockquote>")[0]
    return [part.partition("<p>")[2] for part in words.split("</p>")[:-1]]


def image(
    url: str, *, alt: str = "", caption: str = "", credit: str = "", width: int | None = None, height: int | None = None
) -> Block:
    """A picture. A missing alt becomes the caption, so that the picture is at least named to those who do not see."""
    alt = alt.strip() or caption
    size = attribute("width", width) + attribute("height", height)
    # An empty alt must be written out: without the attribute a screen reader reads the file's name.
    tag = f'<img{attribute("src", url)} alt="{escape(alt)}"{size} loading="lazy" decoding="async">'
    fields = {**_present(width=width, height=height), "alt": alt, **_present(caption=caption, credit=credit)}
    return {"type": "image", "url": url, **fields, "html": _figure("lb-image", tag, caption, credit)}


def video(
    url: str,
    *,
    poster: str = "",
    caption: str = "",
    credit: str = "",
    width: int | None = None,
    height: int | None = None,
) -> Block:
    """A film, not loaded before the reader starts it."""
    size = attribute("width", width) + attribute("height", height)
    tag = f'<video{attribute("src", url)}{attribute("poster", poster)}{size} controls preload="none"></video>'
    fields = _present(poster=poster, width=width, height=height, caption=caption, credit=credit)
    return {"type": "video", "url": url, **fields, "html": _figure("lb-video", tag, caption, credit)}


def audio(url: str, *, caption: str = "", credit: str = "") -> Block:
    """A sound recording, not loaded before the reader starts it."""
    tag = f'<audio{attribute("src", url)} controls preload="none"></audio>'
    fields = _present(caption=caption, credit=credit)
    return {"type": "audio", "url": url, **fields, "html": _figure("lb-audio", tag, caption, credit)}


def link_block(url: str, *, title: str = "", description: str = "", image_url: str = "") -> Block:
    """An embed where a provider's player can show `url`, else a link card."""
    if provider_of(url):
        return embed(url, title=title)
    return link_card(url, title=title, description=description, image_url=image_url)


def embed(url: str, *, title: str = "") -> Block:
    """What another site's player shows; `url` must be one of which `provider_of` knows the provider."""
    provider = provider_of(url)
    if provider is None:
        raise ValueError(url)
    link = f'<a href="{escape(url)}">{escape(title or url, quote=False)}</a>'
    data = attribute("data-provider", provider.name) + attribute("data-url", url)
    html = sanitise(f'<figure class="lb-embed"{data}>{link}</figure>')
    fields = {"provider": provider.name, **_present(title=title, ratio=provider.ratio), "consent": provider.consent}
    return {"type": "embed", "url": url, **fields, "html": html}


def link_card(url: str, *, title: str = "", description: str = "", image_url: str = "") -> Block:
    """A link that stands alone."""
    title = title or url
    picture = f'<img{attribute("src", image_url)} alt="" loading="lazy" decoding="async">' if image_url else ""
    link = f'{picture}<a href="{escape(url)}">{escape(title, quote=False)}</a>'
    caption = f"<figcaption>{escaped_lines(description)}</figcaption>" if description else ""
    html = sanitise(f'<figure class="lb-link"{attribute("data-url", url)}>{link}{caption}</figure>')
    fields = _present(description=description, image=image_url)
    return {"type": "link_card", "url": url, "title": title, **fields, "html": html}


def table(rows: list[list[dict[str, Any]]], *, caption: str = "") -> Block:
    """Rows of cells, each with `html` and perhaps `header`, `colspan`, `rowspan`."""
    has_head = len(rows) > 1 and all(cell.get("header") for cell in rows[0])
    head = f"<thead>{_row_html(rows[0], 'col')}</thead>" if has_head else ""
    body = "".join(_row_html(row, "row") for row in rows[1 if has_head else 0 :])
    title = f"<caption>{escaped_lines(caption)}</caption>" if caption else ""
    html = sanitise(f"<table>{title}{head}<tbody>{body}</tbody></table>")
    return {"type": "table", **_present(caption=caption), "rows": rows, "html": html}


def _row_html(cells: list[dict[str, Any]], scope: str) -> str:
    return f"<tr>{''.join(_cell_html(cell, scope) for cell in cells)}</tr>"


def _cell_html(cell: dict[str, Any], scope: str) -> str:
    tag = "th" if cell.get("header") else "td"
    spans = attribute("colspan", cell.get("colspan")) + attribute("rowspan", cell.get("rowspan"))
    return f"<{tag}{attribute('scope', scope) if tag == 'th' else ''}{spans}>{cell['html']}</{tag}>"


def _figure(name: str, media: str, caption: str, credit: str) -> str:
    parts = [escaped_lines(caption)] if caption else []
    if credit:
        parts.append(f"<cite>{escape(credit, quote=False)}</cite>")
    below = f"<figcaption>{' '.join(parts)}</figcaption>" if parts else ""
    return sanitise(f'<figure class="{name}">{media}{below}</figure>')


def escaped_lines(text: str) -> str:
    """Plain text as inline HTML: escaped, its line ends as line breaks."""
    return escape(text, quote=False).replace("\n", "<br>")


def _present(**fields: str | int | None) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}
