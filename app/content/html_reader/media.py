"""The HTML tags of pictures, players, films and sounds → blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.content import builders
from app.content.addresses import media_address
from app.content.block_limits import MAX_PIXELS
from app.content.blocks import Block
from app.content.embeds.providers import find_embed, page_of_player
from app.content.html_reader.containers import fit_fields, parse_number
from app.content.text_fields import clean_text

_IMAGE_SOURCES = ("src", "data-src", "data-original", "data-lazy-src")


_CHART_ID = "datawrapper-vis-"
_MARKED = {
    "fb-post": ("", "data-href"),
    "fb-video": ("", "data-href"),
    "flourish-embed": ("https://public.flourish.studio/", "data-src"),
    "infogram-embed": ("https://infogram.com/", "data-id"),
}
"""What stands before an attribute of a `div` of that class in the address of what the provider's script shows there."""


def read_img(attributes: Mapping[str, str]) -> list[Block]:
    """Read the picture of an `img`; nothing if it has no usable address, or is a counting pixel or an emoji.

    An alternative text too long for one follows in a paragraph.
    """
    addresses = [_address(attributes.get(name)) for name in _IMAGE_SOURCES]
    addresses.append(_address(attributes.get("srcset", "").strip().partition(" ")[0]))
    url = next((address for address in addresses if address), None)
    size = _size(attributes)
    is_pixel = all((size[name] or 9) <= 2 for name in size)
    if url is None or is_pixel or "emoji" in attributes.get("class", "").split():
        return []
    fields, paragraphs = fit_fields("image", alt=[_inline(attributes.get("alt", ""))])
    return [builders.image(url, **fields, **size), *paragraphs]


def read_iframe(attributes: Mapping[str, str]) -> list[Block]:
    """Read the page that an `iframe` shows: an embed where its provider is known, else a link card."""
    page = page_of_player(attributes.get("src") or attributes.get("data-src", ""))
    if page is None:
        return []
    fields, paragraphs = fit_fields(builders.link_type(page), title=[_inline(attributes.get("title", ""))])
    return [builders.link_block(page, **fields), *paragraphs]


def read_marked(attributes: Mapping[str, str]) -> list[Block]:
    """Read the embed that a provider's script would make of a `div`, from its class or its id; else nothing."""
    name = attributes.get("id", "")
    if name.startswith(_CHART_ID):
        address = f"https://datawrapper.dwcdn.net/{name.removeprefix(_CHART_ID)}/"
    else:
        marks = [_MARKED[each] for each in attributes.get("class", "").split() if each in _MARKED]
        address = "".join(before + attributes.get(attribute, "") for before, attribute in marks[:1])
    return [builders.embed(address)] if find_embed(address) else []


def read_recording(tag: str, attributes: Mapping[str, str], sources: Sequence[str]) -> Block | None:
    """Read the film or sound of a `video` or `audio` with the addresses of its `source` tags; None if it has none."""
    url = next((found for found in map(_address, [attributes.get("src"), *sources]) if found), None)
    if url is None:
        return None
    if tag == "audio":
        return builders.audio(url)
    return builders.video(url, poster=_address(attributes.get("poster")) or "", **_size(attributes))


def _inline(text: str) -> str:
    return builders.escaped_lines(clean_text(text))


def _size(attributes: Mapping[str, str]) -> dict[str, Any]:
    return {name: parse_number(attributes.get(name), most=MAX_PIXELS) for name in ("width", "height")}


def _address(text: str | None) -> str | None:
    """Read a web address as HTML pages write them: white space around it, blanks in it, the scheme left out."""
    text = (text or "").strip(" \t\r\n\f").replace(" ", "%20")
    return media_address("https:" + text if text.startswith("//") else text)
