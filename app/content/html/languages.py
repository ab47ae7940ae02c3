"""The language and direction of a text, as HTML says them in `lang` and `dir`."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from app.content.html.sanitising import DIRECTIONS, is_language_tag


class TextLanguage(NamedTuple):
    """The `lang` and `dir` of a text; "" where nothing is said."""

    lang: str = ""
    dir: str = ""

    def over(self, outer: TextLanguage) -> TextLanguage:
        """Return what is in effect where this is said inside of `outer`."""
        return TextLanguage(self.lang or outer.lang, self.dir or outer.dir)

    def within(self, outer: TextLanguage) -> TextLanguage:
        """Return what has to be said inside of `outer` so that this is in effect."""
        lang = "" if self.lang == outer.lang else self.lang
        return TextLanguage(lang, "" if self.dir == outer.dir else self.dir)

    @property
    def members(self) -> dict[str, str]:
        """Return what is said, as members of a block."""
        return {name: value for name, value in self._asdict().items() if value}

    @property
    def attributes(self) -> str:
        """Return what is said, as attributes to stand in a tag."""
        return "".join(f' {name}="{escape(value)}"' for name, value in self.members.items())


NO_LANGUAGE = TextLanguage()


def read_language(attributes: Mapping[str, str]) -> TextLanguage:
    """Read the `lang` and `dir` of a tag or a block; values that are none are left out."""
    lang, direction = attributes.get("lang") or "", (attributes.get("dir") or "").strip().lower()
    return TextLanguage(lang if is_language_tag(lang) else "", direction if direction in DIRECTIONS else "")
