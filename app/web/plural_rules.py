"""The plural categories of whole numbers, as CLDR has them, for the languages of the catalogue.

`Intl.PluralRules` chooses the same in browsers; tests/web/test_words.py holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable

_MILLION = 1_000_000
"""Multiples of it are "many" in the Romance languages."""


def plural_category(language: str, number: int) -> str:
    """Return the category of `number` in a language; as in English where the language is none of the catalogue."""
    return _RULES.get(language, _one_other)(number)


def plural_categories(language: str) -> tuple[str, ...]:
    """Return the categories that a text that counts needs in a language, `other` the last."""
    return _CATEGORIES.get(_RULES.get(language, _one_other), ("one", "other"))


def _one_other(number: int) -> str:
    return "one" if number == 1 else "other"


def _other(number: int) -> str:
    return "other"


def _one_many(number: int) -> str:
    return "many" if number and number % _MILLION == 0 else _one_other(number)


def _none_and_one_many(number: int) -> str:
    return "one" if number == 0 else _one_many(number)


def _is_few(number: int) -> bool:
    return 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14


def _polish(number: int) -> str:
    return "one" if number == 1 else "few" if _is_few(number) else "many"


def _east_slavic(number: int) -> str:
    if number % 10 == 1 and number % 100 != 11:
        return "one"
    return "few" if _is_few(number) else "many"


def _hebrew(number: int) -> str:
    return {1: "one", 2: "two"}.get(number, "other")


def _arabic(number: int) -> str:
    if number <= 2:
        return ("zero", "one", "two")[number]
    rest = number % 100
    return "few" if 3 <= rest <= 10 else "many" if rest >= 11 else "other"


_RULES: dict[str, Callable[[int], str]] = {
    **{"fr": _none_and_one_many, "pt": _none_and_one_many, "es": _one_many, "it": _one_many},
    **{"pl": _polish, "ru": _east_slavic, "uk": _east_slavic},
    **{"ar": _arabic, "he": _hebrew, "ja": _other, "zh": _other},
}
_CATEGORIES: dict[Callable[[int], str], tuple[str, ...]] = {
    _other: ("other",),
    _one_many: ("one", "many", "other"),
    _none_and_one_many: ("one", "many", "other"),
    _polish: ("one", "few", "many", "other"),
    _east_slavic: ("one", "few", "many", "other"),
    _arabic: ("zero", "one", "two", "few", "many", "other"),
    _hebrew: ("one", "two", "other"),
}
