"""The preformatted text of an HTML page, read as code."""

from __future__ import annotations

from collections.abc import Mapping

from app.content import builders
from app.content.addresses import link_address
from app.content.blocks import Block
from app.content.code_text import fit_code, is_language
from app.content.html.lexer import Token, tags

_LINES = tags("div p li tr br")
"""Tags that end a line of code, as editors write it."""

_VERSE = tags("wp-block-verse verse poem poetry")
_PREFIXES = ("language-", "lang-", "highlight-source-", "brush:")


class CodeReader:
    """The `pre` being read, beside which its text is written as a paragraph: for verse, and where there is a link."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self._parts: list[str] = []
        self._language = _language(attributes)
        self._is_code = _VERSE.isdisjoint(attributes.get("class", "").split())

    def text(self, text: str) -> None:
        """Add text as it is."""
        self._parts.append(text)

    def reads(self, token: Token) -> bool:
        """Read a tag within the code; return whether it is a line of code, and so no block of the page."""
        if token.kind == "start" and token.value == "code":
            self._language = self._language or _language(token.attributes)
        if token.kind == "start" and token.value == "a" and link_address(token.attributes.get("href", "")):
            self._is_code = False
        if token.value not in _LINES:
            return False
        if token.value == "br" or (self._parts and not self._parts[-1].endswith("\n")):
            self._parts.append("\n")
        return True

    def take(self) -> Block | None:
        """Return the code read so far, and begin anew; None if it is none, or too long for a block of code."""
        text = fit_code("".join(self._parts)) if self._is_code else None
        self._parts = []
        return None if text is None else builders.code(text, language=self._language)


def _language(attributes: Mapping[str, str]) -> str:
    named = [attributes.get("data-language", ""), attributes.get("data-lang", "")]
    for each in attributes.get("class", "").split():
        named += [each.removeprefix(prefix) for prefix in _PREFIXES if each.startswith(prefix)]
    return next((name for name in named if is_language(name)), "")
