"""The words of the pages, in the language of their story: one catalogue for templates and scripts.

`catalogue/<language>.json` has each sentence once, under its key. A text has its placeholders in braces (`{time}`), one
that counts has a form for each plural category of its language (CLDR), `months` are twelve names as `date` needs them.
The scripts are sent the same, in the page and under `/static/<version>/words/<language>.json` (static/words.js).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup, escape
from pydantic_core import from_json

from app.domain.writing_direction import direction_of
from app.web.plural_rules import plural_category
from app.wire.encoding import encode_json

Message = str | list[str] | dict[str, str]

CATALOGUE_FOLDER = Path(__file__).parent / "catalogue"
FALLBACK = "en"
_ALIASES = {"iw": "he", "nn": "nb", "no": "nb"}
_SAME = {"iw": "he", "no": "nb"}
_SCRIPTS = {
    **dict.fromkeys(("ru", "uk"), ("cyrl",)),
    **{"ar": ("arab",), "he": ("hebr",), "ja": ("jpan",), "zh": ("hans", "hant")},
}
"""The scripts that the catalogue has words of a language in, where that is not Latin."""

_OF_THE_SERVER = ("receipt.", "refused.", "back.")
"""Texts of answers to a form, which no script says again (app/web/refusals.py has what one says of the second)."""
_OF_REPLIES = ("replies.", "report.", "reason.")

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_KEPT_LANGUAGES = 256
_KEPT_DATES = 500


@dataclass(frozen=True)
class Words:
    """The words of the pages of one language, `language` as its stories have it; they are those of `said_in`."""

    language: str
    said_in: str
    rules: str
    """The language by whose rules its forms are chosen."""
    messages: Mapping[str, Message]

    @cached_property
    def foreign(self) -> dict[str, str] | None:
        """Return `lang` and `dir` of words that are of another language than the page; None if they are of its own."""
        is_own = _primary(self.said_in) == _primary(self.language)
        return None if is_own else {"lang": self.said_in, "dir": direction_of(self.said_in)}

    def say(self, key: str, **values: object) -> Markup:
        """Return a text, escaped, with its placeholders filled; values that are Markup stand as they are."""
        if not values and key in self._plain:
            return self._plain[key]
        return _filled(self._text(key), values)

    def count(self, key: str, number: int) -> Markup:
        """Return a text that counts, in the form for `number`."""
        forms = self.messages[key]
        if not isinstance(forms, dict):
            raise TypeError(key)
        return _filled(forms[plural_category(self.rules, number)], {"count": number})

    def date(self, day: date) -> str:
        """Return a date in words; the year is that of the Gregorian calendar, its digits are 0 to 9."""
        place = (day.year, day.month, day.day)
        if place not in self._dates:
            if len(self._dates) >= _KEPT_DATES:
                self._dates.clear()
            months = self.messages["months"]
            name = months[day.month - 1] if isinstance(months, list) else ""
            self._dates[place] = str(self.say("date", day=day.day, month=name, year=day.year).unescape())
        return self._dates[place]

    def said(self, key: str) -> Markup:
        """Return the attributes of an element with this text: its key, by which scripts say it in another language."""
        return self._said[key]

    @cached_property
    def json(self) -> str:
        """Return what static/words.js needs: all but what the server alone says."""
        return self._json_without(_OF_THE_SERVER)

    @cached_property
    def json_without_replies(self) -> str:
        """Return what it needs on a page that has no replies."""
        return self._json_without((*_OF_THE_SERVER, *_OF_REPLIES))

    def _json_without(self, families: tuple[str, ...]) -> str:
        messages = {key: message for key, message in self.messages.items() if not key.startswith(families)}
        members = {"language": self.language, "rules": self.rules, "foreign": self.foreign, "messages": messages}
        return encode_json(members).decode()

    @cached_property
    def _dates(self) -> dict[tuple[int, int, int], str]:
        """Return the dates that were asked for: a page has few, each many times."""
        return {}

    @cached_property
    def _plain(self) -> dict[str, Markup]:
        """Return the texts without a placeholder, which a page says by the hundred."""
        texts = {key: text for key, text in self.messages.items() if isinstance(text, str)}
        return {key: escape(text) for key, text in texts.items() if not placeholders(text)}

    @cached_property
    def _said(self) -> dict[str, Markup]:
        foreign = Markup("").join(Markup(' {}="{}"').format(*each) for each in (self.foreign or {}).items())
        return {key: Markup(' data-say="{}"').format(key) + foreign for key in self.messages}

    def _text(self, key: str) -> str:
        text = self.messages[key]
        if not isinstance(text, str):
            raise TypeError(key)
        return text


class Catalogue:
    """The words of all languages, an operator's own over them."""

    def __init__(self, own: Mapping[str, Mapping[str, Message]] | None = None) -> None:
        self._built_in = read_catalogue()
        self._own = {tag.lower(): dict(messages) for tag, messages in (own or {}).items()}
        self._names = {tag.lower(): tag for tag in (*self._built_in, *(own or {}))}
        self.words_for = lru_cache(maxsize=_KEPT_LANGUAGES)(self._words_for)

    @cached_property
    def digest(self) -> str:
        """Return a digest of all words."""
        return sha256(encode_json([self._built_in, self._own])).hexdigest()

    def choose(self, accept_language: str) -> Words:
        """Return the words for an `Accept-Language`: of the first of its languages that there are words in."""
        for tag in _preferred(accept_language):
            if self._known(tag) != FALLBACK or _primary(tag) == FALLBACK:
                return self.words_for(tag)
        return self.words_for(FALLBACK)

    def words_in(self, language: str, *, about: str) -> Words:
        """Return the words for a language tag, to be said on a page that is in the language `about`."""
        return replace(self.words_for(language), language=about)

    def _words_for(self, language: str) -> Words:
        """Return the words for a language tag: its own, else those of the language without its region, else English."""
        known = self._known(language)
        rules = next((tag for tag in _ancestors(known) if tag in self._built_in), FALLBACK)
        return Words(language, self._names[known], rules, self._merged(known))

    def _known(self, language: str) -> str:
        tags = _ancestors(language.lower())
        return next((tag for tag in tags if tag in self._names), FALLBACK)

    def _merged(self, tag: str) -> dict[str, Message]:
        layers = [each for each in (*_ancestors(tag), FALLBACK) if each in self._names]
        merged: dict[str, Message] = {}
        for each in reversed(layers):
            merged |= self._built_in.get(each, {})
            merged |= self._own.get(each, {})
        return merged


def read_catalogue() -> dict[str, dict[str, Message]]:
    """Read the words that come with Liveblog, by language."""
    return {path.stem: from_json(path.read_bytes()) for path in sorted(CATALOGUE_FOLDER.glob("*.json"))}


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return set(_PLACEHOLDER.findall(text))


def _filled(text: str, values: Mapping[str, object]) -> Markup:
    parts = _split(text)
    return Markup("".join(str(escape(values[part]) if at % 2 else part) for at, part in enumerate(parts)))  # noqa: S704 - each is escaped


@lru_cache(maxsize=1_024)
def _split(text: str) -> list[Markup | str]:
    """Split a text into what stands in it, escaped, and the names of its placeholders, in turns."""
    return [part if at % 2 else escape(part) for at, part in enumerate(_PLACEHOLDER.split(text))]


def _primary(tag: str) -> str:
    first = tag.lower().partition("-")[0]
    return _SAME.get(first, first)


def _ancestors(tag: str) -> list[str]:
    """Return a tag and what it falls back to, the nearest first, English not among them.

    A language that is written in another script than its words here falls back to none of them.
    """
    subtags = tag.split("-")
    tags = ["-".join(subtags[:length]) for length in range(len(subtags), 0, -1)]
    script = next((each for each in subtags[1:] if len(each) == 4 and each.isalpha()), "")
    if script and script not in _SCRIPTS.get(subtags[0], ("latn",)):
        tags = [each for each in tags if script in each.split("-")]
    return [*tags, *([_ALIASES[tags[-1]]] if tags and tags[-1] in _ALIASES else [])]


def _preferred(accept_language: str) -> list[str]:
    """Return the languages of an `Accept-Language`, the preferred first; what cannot be read is left out."""
    weighted: list[tuple[float, str]] = []
    for part in accept_language[:1_000].split(","):
        tag, _, parameters = part.partition(";")
        match = re.fullmatch(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", parameters) if parameters else None
        weight = float(match[1]) if match else (0.0 if parameters else 1.0)
        if weight > 0 and re.fullmatch(r"\s*[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\s*", tag):
            weighted.append((-weight, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda each: each[0])]
