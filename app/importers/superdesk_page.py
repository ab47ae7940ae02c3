"""Superdesk Live Blog's embed as it is drawn: the posts of a saved page, and the blog's document in its script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

_POST = re.compile(r'<article\b([^<>]{0,2000})data-post-id="([^"<>]{1,300})"([^<>]{0,2000})>', re.IGNORECASE)
_TIME = re.compile(r'data-js-timestamp="([^"<>]{1,60})"')
_AUTHOR = re.compile(r'class="lb-author__name">([^<>]{0,300})<')
_BLOG = re.compile(r"window\.LB\s{0,9}=\s{0,9}\{\s{0,99}blog:\s{0,9}(?=\{)")
_BODY, _BELOW = 'class="items-container">', 'class="lb-post-bottom"'


@dataclass(frozen=True, slots=True)
class DrawnPost:
    """A post as a page shows it. `updated` is "" where the page does not say that it was."""

    id: str
    line: int
    html: str
    published: str
    updated: str
    author: str
    is_highlighted: bool
    is_sticky: bool


def drawn_posts(page: str) -> Iterator[DrawnPost]:
    """Yield the posts of a page but for advertisements, in the order in which it shows them."""
    found = list(_POST.finditer(page))
    line, counted = 1, 0
    for number, post in enumerate(found):
        line, counted = line + page.count("\n", counted, post.start()), post.start()
        end = found[number + 1].start() if number + 1 < len(found) else len(page)
        body, below = page.find(_BODY, post.end(), end), page.find(_BELOW, post.end(), end)
        attributes = post[1] + post[3]
        if body < 0 or "advertisement" in attributes.lower():
            continue
        end_of_body = page.rfind("<", body, below) if below > body else end
        times = _TIME.findall(page, post.end(), end)
        author = _AUTHOR.search(page, post.end(), end)
        yield DrawnPost(
            id=unescape(post[2]),
            line=line,
            html=page[body + len(_BODY) : end_of_body],
            published=times[0] if times else "",
            updated=times[1] if len(times) > 1 else "",
            author=unescape(author[1]).strip() if author else "",
            is_highlighted="lb-post--highlighted" in attributes,
            is_sticky='data-post-sticky="true"' in attributes.lower(),
        )


def blog_of_page(page: str) -> Mapping[str, Any]:
    """Return the blog's document in a page's script; an empty one where there is none."""
    found = _BLOG.search(page)
    if found is None:
        return {}
    try:
        blog, _ = json.JSONDecoder().raw_decode(page, found.end())
    except (ValueError, RecursionError):
        return {}
    return blog if isinstance(blog, Mapping) else {}
