"""HTML for what other systems keep apart from their HTML: plain text, pictures, quotes, links, films."""

from __future__ import annotations

import re
from html import escape

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|dd|details|div|dl|dt|figure|figcaption|footer|form|h[1-6]|header|hr|iframe|li|"
    r"ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul|video|audio)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[a-z/!][^<>]*>", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Return whether a text has tags in it."""
    return _TAG.search(text) is not None


def html_of_text(text: str) -> str:
    """Write plain text as HTML: a paragraph after each blank line, a line break at each line's end."""
    return html_of_lines(escape(text, quote=False))


def html_of_lines(html: str) -> str:
    """Write HTML whose paragraphs are blank lines, as WordPress keeps it, with tags for them.

    A piece that begins with a tag of a block is that block, and left as it is.
    """
    unified = html.replace("\r\n", "\n").replace("\r", "\n").strip()
    if "\n" not in unified:
        return unified if _BLOCK.match(unified) else f"<p>{unified}</p>" if unified else ""
    return "".join(_paragraph(piece) for piece in _BLANK_LINES.split(unified) if piece.strip())


def _paragraph(piece: str) -> str:
    if _BLOCK.match(piece.lstrip()):
        return piece
    return f"<p>{piece.strip().replace(chr(10), '<br>')}</p>"


def picture_html(url: str, *, alt: str = "", caption: str = "", credit: str = "") -> str:
    """Write a picture with its words; "" without an address."""
    if not url:
        return ""
    words = escape(caption, quote=False) + (f"<cite>{escape(credit, quote=False)}</cite>" if credit else "")
    below = f"<figcaption>{words}</figcaption>" if words else ""
    return f'<figure><img src="{escape(url)}" alt="{escape(alt)}">{below}</figure>'


def quote_html(words: str, *, who: str = "") -> str:
    """Write quoted words, given as HTML, and who said them; "" without words."""
    by = f"<footer>— {escape(who, quote=False)}</footer>" if who else ""
    return f"<blockquote>{words}{by}</blockquote>" if words.strip() else ""


def link_html(url: str, *, title: str = "") -> str:
    """Write a link that stands alone, which becomes an embed or a card; "" without an address."""
    return f'<p><a href="{escape(url)}">{escape(title or url, quote=False)}</a></p>' if url else ""


def recording_html(tag: str, url: str) -> str:
    """Write a film (`video`) or a sound (`audio`); "" without an address."""
    return f'<{tag} src="{escape(url)}"></{tag}>' if url else ""
