"""The addresses of media in the newsroom's answers: signed, so that they show what is not public, for an hour or two.

What is answered and stored names no host, but a mark (app/content/media_addresses.py); it becomes an address when the
answer is sent, so that a reply that is given again to a retry has addresses that are valid.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from app.content import MEDIA_MARK
from app.newsroom.context.newsroom import Newsroom
from app.wire.encoding import with_media_addresses

SIGNED_SECONDS = 3_600
"""An address is valid for this long at least, and for twice as long at most: for each hour there is one, so that a
browser loads a picture once."""

_SIGNED = re.compile(r"([0-9]{1,12})\.([0-9a-f]{64})")


def with_signed_media(newsroom: Newsroom, body: bytes) -> bytes:
    """Return an answer of the newsroom with signed addresses of the media in it."""
    return with_media_addresses(body, lambda name, file: signed_media(newsroom, name, file))


def signed_media(newsroom: Newsroom, name: str, file: str) -> str:
    """Make the signed address of one file."""
    until = (newsroom.clock() // 1_000_000 // SIGNED_SECONDS + 2) * SIGNED_SECONDS
    return newsroom.links.signed_media(f"{until}.{_signature(newsroom, name, until)}", name, file)


def is_signed(newsroom: Newsroom, signed: str, name: str) -> bool:
    """Return whether this was signed here, for the media of this name, and is still valid."""
    match = _SIGNED.fullmatch(signed)
    if match is None:
        return False
    until = int(match[1])
    is_genuine = hmac.compare_digest(_signature(newsroom, name, until), match[2])
    return is_genuine and bool(newsroom.signing_key) and newsroom.clock() < until * 1_000_000


def own_address(newsroom: Newsroom, url: str) -> str | None:
    """Return the stored form of an address of our own media, public or signed; None for any other address."""
    for links in newsroom.links.of_every_site():
        previews, public = f"{links.public_url}/media-previews/", links.media_base.decode()
        if url.startswith(previews):
            _, _, named = url[len(previews) :].partition("/")
            return f"{MEDIA_MARK}{named}"
        if url.startswith(public):
            return f"{MEDIA_MARK}{url[len(public) :]}"
    return None


def _signature(newsroom: Newsroom, name: str, until: int) -> str:
    return hmac.new(newsroom.signing_key.encode(), f"media {until} {name}".encode(), hashlib.sha256).hexdigest()
