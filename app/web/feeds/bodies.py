"""An entry's body for readers of feeds, which have neither our styles nor our scripts, and often no players."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from app.content import truncate_text
from app.web.discovery.entry_texts import corrections_of, reason_of, severity_said
from app.web.rendering import web_address
from app.web.words import Words

SUMMARY_LENGTH = 500

_PLAYER = re.compile(r'(<(video|audio)((?:[^<>"]|"[^"]*")*)>)(</\2>)')
"""A player in sanitised HTML, whose attributes are all in double quotes and may have any sign in them."""

_ADDRESS = re.compile(r' src="([^"]*)"')


def write_body(entry: Mapping[str, Any], story: Mapping[str, Any], words: Words) -> str:
    """Write the whole text as HTML in the story's language and direction, with its source and what was corrected."""
    parts: list[Markup] = []
    if entry["status"] == "retracted":
        parts.append(Markup("<p><strong>{}</strong></p>").format(words.say("mark.retracted")))
    parts.append(Markup(_PLAYER.sub(_with_link, entry["body_html"])))  # noqa: S704 - made safe when it was written
    parts += [
        Markup("<p><strong>{}:</strong> {}</p>").format(severity_said(each, words), each["text"])
        for each in corrections_of(entry)
    ]
    source = entry["source"]
    if source is not None and web_address(source["url"]):
        name = source.get("name") or ""
        parts.append(Markup('<p><a href="{}">{}</a> {}</p>').format(source["url"], words.say("source"), name))
    opening = Markup('<div lang="{}" dir="{}">').format(story["language"], story["direction"])
    lines = "\n".join(parts)
    return f"{opening}{lines}</div>"


def write_summary(entry: Mapping[str, Any], words: Words) -> str:
    """Write the beginning of the text without HTML; of a retracted entry the reason and none of what was struck out."""
    if entry["status"] == "retracted":
        said, reason = words.say("mark.retracted").unescape(), reason_of(entry)
        parts = [f"{said}: {reason}" if reason else said]
    else:
        parts = [truncate_text(" ".join(entry["body_text"].split()), SUMMARY_LENGTH)]
    parts += [f"{severity_said(each, words).unescape()}: {each['text']}" for each in corrections_of(entry)]
    return "\n\n".join(part for part in parts if part)


def _with_link(player: re.Match[str]) -> str:
    """Return the player with a link in it, which is all that is left where players are taken out."""
    address = _ADDRESS.search(player[3])
    link = "" if address is None else f'<a href="{address[1]}">{escape(Markup(address[1]).unescape())}</a>'  # noqa: S704
    return f"{player[1]}{link}{player[4]}"
