"""Marks of the Liveblog plugin and of WordPress in an entry's text → HTML: commands, hashtags, shortcodes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape

from app.importers.markup import html_of_lines, link_html, picture_html

# Every repetition has a limit: a hostile text must not cost more than its length.
_COMMAND = re.compile(r'<span class="liveblog-command [^">]{0,100}?([\w-]{1,60})">[^<]{0,200}</span>', re.IGNORECASE)
_HASHTAG = re.compile(
    r'<(span|a)\b[^<>]{0,300}class="liveblog-hash [^">]{0,200}"[^<>]{0,300}>#?([^<]{0,200})</\1>', re.IGNORECASE
)
_EMOJI = re.compile(r'<img\b[^<>]{0,500}class="liveblog-emoji emoji-([\w+-]{1,60})"[^<>]{0,300}>', re.IGNORECASE)
_TYPED_KEY = re.compile(r"(?:^|(?<=\s)|(?<=>))/key\b", re.IGNORECASE)
_CAPTION = re.compile(r"\[caption\b[^\[\]]*\]([^\[\]]*)\[/caption\]", re.IGNORECASE)
_IMAGE = re.compile(r"(?:<a\b[^<>]{0,2000}>)?\s{0,9}<img\b([^<>]{0,4000})>\s{0,9}(?:</a>)?", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w-]{1,40})\s{0,5}=\s{0,5}(?:\"([^\"]*)\"|'([^']*)')")
_EMBED = re.compile(r"\[(embed|youtube|vimeo|tweet|instagram)\b([^\[\]]*)\](?:([^\[\]]*)\[/\1\])?", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s\"'\]<>]+")
_SHORTCODE = re.compile(r"\[/?([a-z][a-z0-9_-]{2,40})(?:\s[^\[\]]*)?/?\]", re.IGNORECASE)
_KNOWN_TO_US = frozenset({"caption", "embed", "youtube", "vimeo", "tweet", "instagram"})
_UNSHOWN = frozenset({"liveblog_key_events", "liveblog_key_event"})


@dataclass(frozen=True, slots=True)
class EntryText:
    """An entry's text without the plugin's own marks, and what those said."""

    html: str
    is_key: bool
    tags: tuple[str, ...]
    label: str
    unknown_kinds: tuple[str, ...]


def read_entry_text(content: str) -> EntryText:
    """Read the text of an entry: paragraphs by blank lines, and the plugin's commands taken out of it."""
    commands = [command.removeprefix("type-").lower() for command in _COMMAND.findall(content)]
    tags = tuple(dict.fromkeys(unescape(tag).strip() for _, tag in _HASHTAG.findall(content) if tag.strip()))
    html = _COMMAND.sub("", content)
    is_key = "key" in commands or _TYPED_KEY.search(html) is not None
    html = _TYPED_KEY.sub("", html)
    html = _HASHTAG.sub(lambda found: f"#{found[2]}", html)
    html = _EMOJI.sub(lambda found: f":{found[1]}:", html)
    html = _CAPTION.sub(lambda found: _captioned(found[1]), html)
    html = _EMBED.sub(lambda found: _embedded(found[2] or "", found[3] or ""), html)
    names = [name.lower() for name in _SHORTCODE.findall(html)]
    unknown = sorted({f"shortcode [{name}]" for name in names if name not in _KNOWN_TO_US | _UNSHOWN})
    html = _SHORTCODE.sub(lambda found: "" if found[1].lower() in _UNSHOWN else found[0], html)
    label = next((command.replace("-", " ") for command in commands if command != "key"), "")
    return EntryText(html_of_lines(html), is_key, tags, label, tuple(unknown))


def _captioned(inner: str) -> str:
    image = _IMAGE.search(inner)
    if image is None:
        return inner
    attributes = {name.lower(): unescape(one or two) for name, one, two in _ATTRIBUTE.findall(image[1])}
    words = unescape(re.sub(r"<[^<>]*>", "", inner[: image.start()] + inner[image.end() :])).strip()
    return f"\n\n{picture_html(attributes.get('src', ''), alt=attributes.get('alt', ''), caption=words)}\n\n"


def _embedded(attributes: str, inner: str) -> str:
    address = _ADDRESS.search(unescape(inner)) or _ADDRESS.search(unescape(attributes))
    return f"\n\n{link_html(address[0])}\n\n" if address else escape(inner, quote=False)
