"""The HTML tags that stand for something to look at or listen to → blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.content import making
from app.content.addresses import media_address
from app.content.blocks import Block
from app.content.html_containers import number_in
from app.content.providers import page_of_player

MAX_PIXELS = 100_000

_IMAGE_SOURCES = ("src", "data-src", "data-original", "data-lazy-src")


def image_of(attributes: Mapping[str, str]) -> Block | None:
    """The picture of an `img`, or None: no usable address, a counting pixel, or an emoji drawn as a picture."""
    addresses = [_address(attributes.get(name)) for name in _IMAGE_SOURCES]
    addresses.append(_address(attributes.get("srcset", "").strip().partition(" ")[0]))
    url = next((address for address in addresses if address), None)
    width = number_in(attributes.get("width"), most=MAX_PIXELS)
    height = number_in(attributes.get("height"), most=MAX_PIXELS)
    is_pixel = (width or 9) <= 2 and (height or 9) <= 2
    if url is None or is_pixel or "emoji" in attributes.get("class", "").split():
        return None
    return making.image(url, alt=attributes.get("alt", ""), width=width, height=height)


def frame_of(attributes: Mapping[str, str]) -> Block | None:
    """What an `iframe` shows: an embed where its provider is known, else a link card."""
    page = page_of_player(attributes.get("src") or attributes.get("data-src", ""))
    return making.link_block(page, title=attributes.get("title", "").strip()) if page else None


def recording_of(tag: str, attributes: Mapping[str, str], sources: Sequence[str]) -> Block | None:
    """The film or sound of a `video` or `audio` with the addresses of its `source` tags."""
    url = next((found for found in map(_address, [attributes.get("src"), *sources]) if found), None)
    if url is None:
        return None
    if tag == "audio":
        return making.audio(url)
    return making.video(
        url,
        poster=_address(attributes.get("poster")) or "",
        width=number_in(attributes.get("width"), most=MAX_PIXELS),
        height=number_in(attributes.get("height"), most=MAX_PIXELS),
    )


def _address(text: str | None) -> str | None:
    """A web address as HTML pages write them: white space around it, blanks in it, the scheme left out."""
    text = (text or "").strip(" \t\r\n\f").replace(" ", "%20")
    return media_address("https:" + text if text.startswith("//") else text)
