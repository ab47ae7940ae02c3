"""Builders of each type of block from values that were checked already; they write its `html`.

The blocks built here have no `id` yet: `finish_blocks` gives them one. Inline HTML handed in must come from an
InlineWriter; every other text is plain and escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from app.content.blocks import Block, NewId
from app.content.embeds.providers import find_embed
from app.content.html.inline import attribute, inline_text
from app.content.html.languages import NO_LANGUAGE, TextLanguage, read_language
from app.content.html.sanitising import IMAGE_SIZES, sanitise
from app.content.media_addresses import MediaFacts, MediaFile
from app.content.size_checks import check_block_count, check_made_blocks
from app.content.text_fields import clean_text, fit_text, one_line

_FIRST_TAG = re.compile(r"\A<[a-z0-9]+")
_WITHOUT_LANGUAGE = frozenset({"code", "divider"})
FALLBACK_WIDTH = 1_280
"""Pixels of the picture that `src` names: clients without `srcset` are feeds, mails and old browsers."""


def finish_blocks(blocks: Iterable[Block], *, new_id: NewId, pointer: str) -> list[Block]:
    """Give each block an `id`, first of its fields. Raises InvalidInput for too many or too complex blocks.

    No more than MAX_BLOCKS + 1 of `blocks` are read.
    """
    numbered: list[Block] = []
    for block in blocks:
        check_block_count(len(numbered) + 1, pointer)
        numbered.append({"id": block.get("id") or new_id(), **{k: v for k, v in block.items() if k != "id"}})
    check_made_blocks(numbered, pointer)
    return numbered


def with_language(block: Block, language: TextLanguage) -> Block:
    """Return the block with the language and direction of its words; code and dividers have none."""
    if not any(language) or block["type"] in _WITHOUT_LANGUAGE:
        return block
    members = {name: value for name, value in block.items() if name != "html"}
    html = sanitise(_FIRST_TAG.sub(rf"\g<0>{language.attributes}", str(block["html"]), count=1))
    return {**members, **language.members, "html": html}


def language_of(block: Block) -> TextLanguage:
    """Return what a block says of the language and direction of its words."""
    return read_language(block) if "lang" in block or "dir" in block else NO_LANGUAGE


def paragraph(inner: str) -> Block:
    """Build a paragraph of inline HTML."""
    return {"type": "paragraph", "html": sanitise(f"<p>{inner}</p>")}


def heading(level: int, inner: str) -> Block:
    """Build a subhead of level 2 to 4."""
    html = sanitise(f"<h{level}>{inner}</h{level}>")
    return {"type": "heading", "level": level, "text": inline_text(inner), "html": html}


def heading_or_paragraph(level: int, inner: str) -> Block:
    """Build a subhead, or a paragraph if the text is too long for one or shows nothing."""
    return heading(level, inner) if fit_text("heading", "text", inline_text(inner)) else paragraph(inner)


def code(text: str, *, language: str = "") -> Block:
    """Build a block of code from a text of `clean_code`, and the name of its language, if that is known."""
    language = language.lower()
    html = sanitise(f"<pre{attribute('data-language', language)}><code>{escape(text, quote=False)}</code></pre>")
    return {"type": "code", "text": text, **_present(language=language), "html": html}


def divider() -> Block:
    """Build a thematic break."""
    return {"type": "divider", "html": "<hr>"}


def list_block(items: list[dict[str, Any]], *, ordered: bool, start: int = 1) -> Block:
    """Build a list; each item has `html` and may have `items` and `ordered` of its own."""
    block = {"type": "list", "ordered": ordered, **({"start": start} if ordered and start != 1 else {}), "items": items}
    return {**block, "html": sanitise(_list_html(block))}


def _list_html(block: dict[str, Any]) -> str:
    """Write a list; recurses as deep as lists nest, which the readers bound (MAX_LIST_DEPTH)."""
    tag = "ol" if block.get("ordered") else "ul"
    start = attribute("start", block.get("start"))
    items = "".join(
        f"<li{language_of(item).attributes}>{item['html']}{_list_html(item) if item.get('items') else ''}</li>"
        for item in block["items"]
    )
    return f"<{tag}{start if tag == 'ol' else ''}>{items}</{tag}>"


def quote(paragraphs: Sequence[str], *, who: str = "", role: str = "", url: str = "") -> Block:
    """Build a quote from paragraphs of inline HTML and the name and role of who said them."""
    words = f"<blockquote{attribute('cite', url)}>{''.join(f'<p>{inner}</p>' for inner in paragraphs)}</blockquote>"
    by = escape(", ".join(part for part in (who, role) if part), quote=False)
    if by and url:
        by = f'<a href="{escape(url)}">{by}</a>'
    caption = f"<figcaption>— {by}</figcaption>" if by else ""
    fields = _present(who=who, role=role, url=url)
    return {"type": "quote", **fields, "html": sanitise(f'<figure class="lb-quote">{words}{caption}</figure>')}


def attributed_quote(paragraphs: Sequence[str], by: str, *, url: str = "") -> Block:
    """Build a quote whose attribution is written `— Name, role`; one that is too long is its last paragraph."""
    names = split_attribution(by.strip().lstrip("—–-"))
    if names is None:
        return quote([*paragraphs, escaped_lines(clean_text(by))], url=url)
    return quote(paragraphs, who=names[0], role=names[1], url=url)


def split_attribution(by: str) -> tuple[str, str] | None:
    """Return the name and the role in `Name, role`, or None if one of them is too long."""
    name, _, title = one_line(by).partition(", ")
    who, role = fit_text("quote", "who", name), fit_text("quote", "role", title)
    return None if who is None or role is None else (who, role)


def quoted_paragraphs(html: str) -> list[str]:
    """Return the inline HTML of a quote's paragraphs, read back from the HTML that `quote` wrote."""
    words = html.partition("</blockquote>")[0]
    return [part.partition("<p>")[2] for part in words.split("</p>")[:-1]]


def image(
    url: str, *, alt: str = "", caption: str = "", credit: str = "", width: int | None = None, height: int | None = None
) -> Block:
    """Build a picture. A missing alt becomes the caption, so that the picture is at least named to the blind."""
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
    """Build a film, not loaded before the reader starts it."""
    size = attribute("width", width) + attribute("height", height)
    tag = f'<video{attribute("src", url)}{attribute("poster", poster)}{size} controls preload="none"></video>'
    fields = _present(poster=poster, width=width, height=height, caption=caption, credit=credit)
    return {"type": "video", "url": url, **fields, "html": _figure("lb-video", tag, caption, credit)}


def audio(url: str, *, caption: str = "", credit: str = "") -> Block:
    """Build a sound recording, not loaded before the reader starts it."""
    tag = f'<audio{attribute("src", url)} controls preload="none"></audio>'
    fields = _present(caption=caption, credit=credit)
    return {"type": "audio", "url": url, **fields, "html": _figure("lb-audio", tag, caption, credit)}


def media_block(media: MediaFacts) -> Block:
    """Build the block of an upload with the words that are kept with it."""
    if media.kind == "image":
        return media_image(media, alt=media.alt, caption=media.caption, credit=media.credit, focal=media.focal)
    make = media_video if media.kind == "video" else media_audio
    return make(media, caption=media.caption, credit=media.credit)


def media_image(media: MediaFacts, *, alt: str, caption: str, credit: str, focal: Mapping[str, float] | None) -> Block:
    """Build an uploaded picture: `url` is the JPEG for those who know no `srcset`, which has the WebP of each width."""
    pictures = [each for each in media.files if each.content_type.startswith("image/")]
    small = [each for each in pictures if each.content_type == "image/webp"]
    shown = _middle(small if media.animated else [each for each in pictures if each not in small] or pictures)
    alt = alt.strip() or caption
    candidates = ", ".join(f"{media.address(each.file)} {each.width}w" for each in small)
    size = attribute("width", media.width) + attribute("height", media.height)
    sizes = attribute("srcset", candidates) + (attribute("sizes", IMAGE_SIZES) if candidates else "")
    source = attribute("src", media.address(shown.file))
    colour = attribute("data-placeholder", media.placeholder or "")
    tag = f'<img{source}{sizes} alt="{escape(alt)}"{size} loading="lazy" decoding="async"{colour}>'
    fields = {
        "media": media.id,
        **_present(width=media.width, height=media.height),
        "alt": alt,
        **_present(caption=caption, credit=credit),
        **({} if focal is None else {"focal": dict(focal)}),
        **_present(placeholder=media.placeholder),
        "renditions": renditions_json(media, media.files),
    }
    html = _figure("lb-image", tag, caption, credit)
    return {"type": "image", "url": media.address(shown.file), **fields, "html": html}


def media_video(media: MediaFacts, *, caption: str, credit: str) -> Block:
    """Build an uploaded video, with a picture of it for as long as it does not play."""
    film = next(each for each in media.files if each.content_type.startswith("video/"))
    stills = [each for each in media.files if each.content_type == "image/jpeg"]
    poster = media.address(_middle(stills).file) if stills else ""
    made = video(
        media.address(film.file),
        poster=poster,
        caption=caption,
        credit=credit,
        width=media.width,
        height=media.height,
    )
    more = _present(duration_ms=media.duration_ms, placeholder=media.placeholder)
    return _with_media(made, media, {**more, "renditions": renditions_json(media, media.files)})


def media_audio(media: MediaFacts, *, caption: str, credit: str) -> Block:
    """Build an uploaded sound."""
    sound = next(each for each in media.files if each.content_type.startswith("audio/"))
    made = audio(media.address(sound.file), caption=caption, credit=credit)
    return _with_media(
        made, media, {**_present(duration_ms=media.duration_ms), "renditions": renditions_json(media, media.files)}
    )


def _with_media(made: Block, media: MediaFacts, more: dict[str, Any]) -> Block:
    html = made.pop("html")
    return {"type": made.pop("type"), "url": made.pop("url"), "media": media.id, **made, **more, "html": html}


def _middle(files: Sequence[MediaFile]) -> MediaFile:
    """Return the largest of those that are not larger than a column on a sharp screen, else the smallest."""
    fitting = [each for each in files if (each.width or 0) <= FALLBACK_WIDTH]
    return max(fitting, key=_width) if fitting else min(files, key=_width)


def _width(file: MediaFile) -> int:
    return file.width or 0


def renditions_json(media: MediaFacts, files: Sequence[MediaFile]) -> list[Block]:
    """Return files of an upload, as blocks and bylines list them."""
    return [
        {
            "url": media.address(each.file),
            "type": each.content_type,
            **_present(width=each.width, height=each.height),
            "size": each.size,
        }
        for each in files
    ]


def link_block(url: str, *, title: str = "", description: str = "", image_url: str = "") -> Block:
    """Build an embed where a provider's player can show `url`, else a link card."""
    if find_embed(url):
        return embed(url, title=title)
    return link_card(url, title=title, description=description, image_url=image_url)


def link_type(url: str) -> str:
    """Return the type of block that `link_block` builds for `url`."""
    return "embed" if find_embed(url) else "link_card"


def embed(url: str, *, title: str = "") -> Block:
    """Build an embed of another site's page; `url` must be one that `find_embed` knows.

    Its HTML is a card that reads well without scripts, and has what a page needs to show the frame in its place.
    """
    known = find_embed(url)
    if known is None:
        raise ValueError(url)
    provider = known.provider
    link = f'<a href="{escape(url)}">{escape(title or shown_address(url), quote=False)}</a>'
    shape = {"data-frame": known.frame, "data-ratio": known.ratio, "data-height": known.height} if known.frame else {}
    data = {"data-provider": provider.name, "data-category": provider.category, "data-url": url, **shape}
    author = f" {escape(known.author, quote=False)}" if known.author else ""
    caption = f"<figcaption><cite>{escape(provider.label, quote=False)}</cite>{author}</figcaption>"
    attributes = "".join(attribute(name, value) for name, value in data.items())
    html = sanitise(f'<figure class="lb-embed"{attributes}>{link}{caption}</figure>')
    fields = {
        "provider": provider.name,
        "provider_name": provider.label,
        **_present(author=known.author, title=title),
        "category": provider.category,
        **_present(frame=known.frame, ratio=known.ratio, height=known.height),
        "consent": provider.sets_cookies,
    }
    return {"type": "embed", "url": url, **fields, "html": html}


def shown_address(url: str) -> str:
    """Return an address as a card shows it that has no title: without its scheme, and `www.`."""
    return url.partition("://")[2].removeprefix("www.").removesuffix("/")


def is_written_by_card(url: str, title: str, captions: Sequence[str], credits: Sequence[str]) -> tuple[bool, bool]:
    """Return whether the title, and the caption, of an embed's card are those that `embed` writes of itself."""
    known = find_embed(url)
    own_captions = [known.author] if known and known.author else []
    own_credits = [known.provider.label] if known else []
    return title in {url, shown_address(url)}, (list(captions), list(credits)) == (own_captions, own_credits)


def link_card(url: str, *, title: str = "", description: str = "", image_url: str = "") -> Block:
    """Build a card of a link that stands alone."""
    title = title or url
    picture = f'<img{attribute("src", image_url)} alt="" loading="lazy" decoding="async">' if image_url else ""
    link = f'{picture}<a href="{escape(url)}">{escape(title, quote=False)}</a>'
    caption = f"<figcaption>{escaped_lines(description)}</figcaption>" if description else ""
    html = sanitise(f'<figure class="lb-link"{attribute("data-url", url)}>{link}{caption}</figure>')
    fields = _present(description=description, image=image_url)
    return {"type": "link_card", "url": url, "title": title, **fields, "html": html}


def table(rows: list[list[dict[str, Any]]], *, caption: str = "") -> Block:
    """Build a table from rows of cells, each with `html` and perhaps `header`, `colspan`, `rowspan`."""
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
    said = spans + language_of(cell).attributes
    return f"<{tag}{attribute('scope', scope) if tag == 'th' else ''}{said}>{cell['html']}</{tag}>"


def _figure(name: str, media: str, caption: str, credit: str) -> str:
    parts = [escaped_lines(caption)] if caption else []
    if credit:
        parts.append(f"<cite>{escape(credit, quote=False)}</cite>")
    below = f"<figcaption>{' '.join(parts)}</figcaption>" if parts else ""
    return sanitise(f'<figure class="{name}">{media}{below}</figure>')


def escaped_lines(text: str) -> str:
    """Write plain text as inline HTML: escaped, its line ends as line breaks."""
    return escape(text, quote=False).replace("\n", "<br>")


def _present(**fields: str | int | None) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}
