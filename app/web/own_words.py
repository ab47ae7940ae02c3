"""An operator's own words for the pages: a JSON file by language, checked against the catalogue at start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from app.web.plural_rules import plural_categories
from app.web.words import FALLBACK, Message, placeholders, read_catalogue

MAX_LENGTH = 300
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
_MAY_BE_A_WORD = frozenset({"zero", "one", "two"})
"""Forms of a single number, which may say it in words."""


class UnusableWords(Exception):
    """A file of words that cannot be used. The message has a line for each fault, with the file and the key."""


def read_own_words(path: Path) -> dict[str, dict[str, Message]]:
    """Read a file of words by language. Raises UnusableWords."""
    try:
        given = from_json(path.read_bytes(), allow_inf_nan=False)
    except OSError as error:
        raise UnusableWords(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UnusableWords(f"{path} is no JSON: {error}") from None
    faults = list(_faults(given))
    if faults:
        raise UnusableWords("\n".join(f"{path}: {fault}" for fault in faults))
    words: dict[str, dict[str, Message]] = given
    return words


def _faults(given: Any) -> Iterator[str]:
    if not isinstance(given, dict):
        yield 'has to be an object, by language: {"de": {"status.live": "Live-Ticker"}}'
        return
    known = read_catalogue()[FALLBACK]
    for language, messages in given.items():
        if not _LANGUAGE.fullmatch(language):
            yield f"{language!r} is no language tag, like de or pt-BR"
        elif not isinstance(messages, dict):
            yield f"{language} has to be an object of texts by their keys"
        else:
            for key, message in messages.items():
                fault = _fault(message, known[key], language) if key in known else "there is no such key"
                if fault:
                    yield f"{language}, {key}: {fault}"


def _fault(message: Any, english: Message, language: str) -> str:
    """Return what is wrong with a message that stands for the English one; "" if nothing is."""
    if isinstance(english, str):
        return _fault_of_text(message, required=placeholders(english), known=placeholders(english))
    if isinstance(english, list):
        is_list = isinstance(message, list) and len(message) == len(english)
        if not is_list or any(_fault_of_text(each, required=set(), known=set()) for each in message):
            return f"has to be a list of {len(english)} texts"
        return ""
    categories = plural_categories(language.lower().partition("-")[0])
    if not isinstance(message, dict) or set(message) != set(categories):
        return f"has to be an object with a text for each of {', '.join(categories)}"
    for category, text in message.items():
        required = set() if category in _MAY_BE_A_WORD else {"count"}
        if fault := _fault_of_text(text, required=required, known={"count"}):
            return f"{category} {fault}"
    return ""


def _fault_of_text(text: Any, *, required: set[str], known: set[str]) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_LENGTH:
        return f"has to be a text of 1 to {MAX_LENGTH} characters"
    found = placeholders(text)
    if missing := sorted(required - found):
        return f"lacks {{{missing[0]}}}"
    if unknown := sorted(found - known):
        return f"has {{{unknown[0]}}}, which there is not"
    return ""
