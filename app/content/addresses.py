"""The addresses that may stand in a body, read from hostile text."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from app.content.block_limits import MAX_ADDRESS_LENGTH

_FORBIDDEN = re.compile(r"[\s\x00-\x20\x7f-\xa0<>\"\\^`{|}\ufeff]")
_HOST = re.compile(r"(?:[\w\-.]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_OTHER = re.compile(r"(mailto|tel):[^/\s][^\s]*", re.IGNORECASE)

_AFTER_ADDRESSES = (
    # Quotation marks (single ones may be apostrophes) and brackets of every kind.
    "\u00ab\u00bb\u2039\u203a\u201a\u201c-\u201f\u2045\u2046\u207d\u207e\u208d\u208e\u2308-\u230b\u2329\u232a"
    "\u2768-\u2775\u27c5\u27c6\u27e6-\u27ef\u2983-\u2998\u29d8-\u29db\u29fc\u29fd\u2e02-\u2e05\u2e09\u2e0a\u2e0c\u2e0d"
    "\u2e1c\u2e1d\u2e20-\u2e29\u2e42\u2e55-\u2e5c\u3008-\u3011\u3014-\u301b\u301d-\u301f\ufd3e\ufd3f\ufe17\ufe18"
    "\ufe35-\ufe44\ufe47\ufe48\ufe59-\ufe5e\uff08\uff09\uff3b\uff3d\uff5b\uff5d\uff5f\uff60\uff62\uff63\u0f3a-\u0f3d\u169b\u169c"
    # Chinese and Japanese stops, commas and dashes, wide, narrow, small and upright.
    "\u3001\u3002\u301c\uff01\uff02\uff07\uff0c\uff0e\uff1a\uff1b\uff1f\uff5e\uff61\uff64\ufe10-\ufe19\ufe30\ufe50-\ufe58"
    # Those that are the same in many scripts: ellipses, long dashes, bullets, doubled and turned marks.
    "\u2014\u2015\u2022\u2025\u2026\u203c\u203d\u2047-\u2049\u2e2e\u2e3a\u2e3b\u00a1\u00bf"
    # Greek, Armenian, Hebrew, Arabic, Syriac, N'Ko, Samaritan.
    "\u037e\u0387\u055b-\u055e\u0589\u05c0\u05c3\u060c\u061b\u061d-\u061f\u06d4\u0700-\u070d\u07f8\u07f9\u0830-\u083e"
    # Indic, Thai, Tibetan, Burmese, Georgian, Ethiopic, Canadian, Khmer, Mongolian and their neighbours.
    "\u0964\u0965\u0df4\u0e5a\u0e5b\u0f0d-\u0f12\u104a\u104b\u10fb\u1361-\u1368\u166e\u16eb-\u16ed\u1735\u1736\u17d4-\u17d6\u17da"
    "\u1801-\u1805\u1808\u1809\u1944\u1945\u1aa8-\u1aab\u1b5a\u1b5b\u1b5d-\u1b5f\u1c3b-\u1c3f\u1c7e\u1c7f"
    "\ua4fe\ua4ff\ua60d-\ua60f\ua6f3-\ua6f7\ua876\ua877\ua8ce\ua8cf\ua92f\ua9c7-\ua9c9\uaa5d-\uaa5f\uaaf0\uaaf1\uabeb"
    # What nobody sees, but for the joiners that Persian and Indic words need.
    "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
)
"""Characters that end an address in a text: where they belong to it, a browser copies it with them percent-encoded.

Scripts without blanks have a sentence go on right behind them.
"""

_WRITTEN = rf"[^\s<>\"`\\^{{|}}{_AFTER_ADDRESSES}]"
ADDRESS_IN_TEXT = re.compile(rf"://{_WRITTEN}{{1,{MAX_ADDRESS_LENGTH}}}")
"""A web address in a text, from the end of its scheme on, and perhaps marks of the sentence around it."""

_LONE = re.compile(rf"https?://{_WRITTEN}+", re.IGNORECASE)
_TRAILING = ".,;:!?'*\u00b7\u2013\u2018\u2019\u30fb"


def media_address(text: str) -> str | None:
    """Return `text` if it is an absolute http or https address, as pictures and films have, else None."""
    return text if split_web_address(text) is not None else None


def link_address(text: str) -> str | None:
    """Return `text` if a link may point there (http, https, mailto, tel), else None.

    White space at both ends is dropped, since browsers drop it; anything else a browser would repair (control
    characters, backslashes, line ends inside) is refused rather than repaired.
    """
    text = text.strip(" \t\r\n\f")
    if split_web_address(text) is not None:
        return text
    fits = len(text) <= MAX_ADDRESS_LENGTH and not _FORBIDDEN.search(text) and _OTHER.fullmatch(text)
    return text if fits else None


def split_web_address(text: str) -> SplitResult | None:
    """Split an absolute http or https address into its parts; None if `text` is anything else.

    User info is refused: `http://site@other/` reads as an address of the site, and a password has no place in a body.
    """
    if len(text) > MAX_ADDRESS_LENGTH or _FORBIDDEN.search(text):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc) or port == 0:
        return None
    return parts


def lone_address(line: str) -> str | None:
    """Return `line` if it is a web address and nothing else; the caller decides about white space around it."""
    return media_address(line) if _LONE.fullmatch(line) else None


def without_trailing_punctuation(address: str) -> str:
    """Strip the marks that end the sentence around `address`; a closing bracket stays if it was opened."""
    end = len(address)
    excess = {")": address.count(")") - address.count("("), "]": address.count("]") - address.count("[")}
    while end:
        last = address[end - 1]
        if excess.get(last, 0) > 0:
            excess[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return address[:end]
