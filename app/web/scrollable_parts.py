"""Makes what scrolls sideways in a body reachable by keyboard: tables and code are groups that can have the focus.

static/entries.js does the same to what it draws.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from app.web.words import Words

_TAG = re.compile(r'<(/?[a-z][a-z0-9]*)((?:[^<>"]|"[^"]*")*)>')
"""One tag of sanitised HTML, whose attributes are all in double quotes and may have any sign in them."""


def scrollable(html: str | None, words: Words) -> Markup:
    """Return sanitised HTML with a scrolling group around each table, and each `<pre>` one; both with their names."""

    def around(tag: re.Match[str]) -> str:
        name, attributes = tag[1], tag[2]
        if name == "table":
            return f'<div class="scroller"{_focusable("table", words)}><table{attributes}>'
        if name == "/table":
            return "</table></div>"
        return f"<pre{attributes}{_focusable('code', words)}>" if name == "pre" else tag[0]

    return Markup(_TAG.sub(around, html or ""))  # noqa: S704 - the API made it safe when it was written


def _focusable(key: str, words: Words) -> str:
    # No region: a page says the same name of many, and each region would be a landmark of it.
    return f' role="group" aria-label="{words.say(key)}" data-say-label="{key}" tabindex="0"'
