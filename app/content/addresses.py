"""The addresses that may stand in a body, read from hostile text."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from app.content.block_limits import MAX_ADDRESS_LENGTH

_FORBIDDEN = re.compile(r"[\s\x00-\x20\x7f-\xa0<>\"\\^`{|}\ufeff]")
_HOST = re.compile(r"(?:[\w\-.]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_OTHER = re.compile(r"(mailto|tel):[^/\s][^\s]*", re.IGNORECASE)
_LONE = re.compile(r"https?://\S+", re.IGNORECASE)


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
