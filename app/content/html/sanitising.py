"""The last sanitiser: HTML leaves this package only after the allow-list here has rewritten it.

Everything before it already builds HTML from escaped text and known tags; the sanitiser makes that true even where
the code before it is wrong. It is only ever given HTML this package wrote itself, shallow and well formed: the parser
behind it needs quadratic time for deeply nested input.
"""

from __future__ import annotations

import functools
import re

import nh3

from app.content.block_limits import LANGUAGE_TAG_PATTERN
from app.content.html.lexer import tags
from app.content.media_addresses import is_stored_media, is_stored_srcset

INLINE_TAGS: frozenset[str] = tags("a b strong i em u s sub sup code br mark span")
BLOCK_TAGS: frozenset[str] = tags(
    "p h2 h3 h4 ul ol li blockquote pre figure figcaption cite img hr table caption thead tbody tr th td video audio"
)
WITH_LANGUAGE: frozenset[str] = (INLINE_TAGS - {"br"}) | tags("p h2 h3 h4 ul ol li figure table th td")
"""The tags that may say the language and the direction of what is in them."""
_OWN_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "ol": {"start"},
    "blockquote": {"cite"},
    "pre": {"data-language"},
    "figure": {"data-provider", "data-category", "data-url", "data-frame", "data-ratio", "data-height"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding", "data-placeholder"},
    "video": {"src", "poster", "width", "height", "controls", "preload"},
    "audio": {"src", "controls", "preload"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
ATTRIBUTES: dict[str, set[str]] = {
    **_OWN_ATTRIBUTES,
    **{tag: _OWN_ATTRIBUTES.get(tag, set()) | {"lang"} for tag in WITH_LANGUAGE},
}
DIRECTIONS: frozenset[str] = frozenset({"ltr", "rtl", "auto"})
CLASSES: dict[str, set[str]] = {
    "p": {"lb-retraction"},
    "figure": {"lb-image", "lb-video", "lb-audio", "lb-embed", "lb-link", "lb-quote"},
}
LINK_SCHEMES: frozenset[str] = frozenset({"http", "https", "mailto", "tel"})
LINK_REL = "noopener"

IMAGE_SIZES = "(min-width: 720px) 720px, 100vw"
"""The width at which a picture of ours is shown: the reader's page's, and close to that of any article's column."""

_STAND_INS = {"\u00a0": "\uf8d5", "&amp;": "\uf8d6"}
"""Characters for private use, which no text is likely to have, and which nh3 reads and writes as any letter."""

_OUTSIDE_TAGS = re.compile(r"(?:\A|>)[^<>]+")

_LANGUAGE_TAG = re.compile(LANGUAGE_TAG_PATTERN, re.ASCII)

_COLOUR = re.compile(r"#[0-9a-f]{6}")

_RATIO = re.compile(r"[0-9]{1,4}/[0-9]{1,4}")

_WEB_ADDRESSES = frozenset({"src", "poster", "cite", "data-url"})
_OWN_ADDRESSES = frozenset({"src", "poster"})
_OWN_SCHEME = "media"
"""That of the stored addresses of our own media; in any other address it is refused below."""


_UNPRINTABLE = "".join(map(chr, range(33)))


def is_language_tag(text: str) -> bool:
    """Return whether `text` is spelt as a BCP 47 tag, as `en` or `zh-Hant-TW`."""
    return _LANGUAGE_TAG.fullmatch(text) is not None


def _kept_attribute(tag: str, name: str, value: str) -> str | None:
    """Keep only web addresses outside links, stored ones of our own media, and languages that are some.

    Of `srcset` and `sizes` only ours are kept.

    nh3 itself takes neither `data-url` nor `cite` nor `srcset` for an address.
    """
    if name == "lang":
        return value if is_language_tag(value) else None
    if name == "srcset":
        return value if is_stored_srcset(value) else None
    if name == "sizes":
        return value if value == IMAGE_SIZES else None
    if name == "data-placeholder":
        return value if _COLOUR.fullmatch(value) else None
    if name == "data-frame":
        return value if value.startswith("https://") else None
    if name in {"data-ratio", "data-height"}:
        return value if _RATIO.fullmatch(value if name == "data-ratio" else f"{value}/1") else None
    if name == "href" and _is_of_scheme(value, _OWN_SCHEME):
        return None
    if name not in _WEB_ADDRESSES or value.lower().startswith(("http://", "https://")):
        return value
    return value if name in _OWN_ADDRESSES and is_stored_media(value) else None


def _is_of_scheme(address: str, scheme: str) -> bool:
    """Return whether a browser reads this scheme in an address: it drops what is unprintable before it."""
    return address.lstrip(_UNPRINTABLE).lower().startswith(f"{scheme}:")


@functools.cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(INLINE_TAGS | BLOCK_TAGS),
        attributes=ATTRIBUTES,
        tag_attribute_values={tag: {"dir": set(DIRECTIONS)} for tag in WITH_LANGUAGE},
        allowed_classes=CLASSES,
        url_schemes={*LINK_SCHEMES, _OWN_SCHEME},
        url_relative="deny",
        attribute_filter=_kept_attribute,
        link_rel=LINK_REL,
        strip_comments=True,
    )


def sanitise(html: str) -> str:
    """Return the same HTML with only allowed tags, attributes and schemes; sanitising twice changes nothing more.

    nh3 takes the square of the number of non-breaking spaces and ampersands, so that other characters stand for them;
    in a text that has those too it reads what they stand for, and is slower.
    """
    replaced = {text: letter for text, letter in _STAND_INS.items() if text in html and letter not in html}
    if not replaced:
        return _cleaner().clean(html).replace("&nbsp;", "\u00a0")
    html = _OUTSIDE_TAGS.sub(lambda text: _replace(text[0], replaced), html)
    cleaned = _cleaner().clean(html).replace("&nbsp;", "\u00a0")
    return _replace(cleaned, {letter: text for text, letter in replaced.items()})


def _replace(text: str, replaced: dict[str, str]) -> str:
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text
