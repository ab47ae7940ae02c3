"""Remembers what was made of a text that a client sent, unless that is long: a client may send 64 KB in each head."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

LONGEST = 2_048
"""Characters or bytes: more than any address and header of a browser; a thousand of them are two megabytes."""


class ShortCache(Generic[P, R]):
    """A function with its last answers, but for those to a text longer than LONGEST."""

    __slots__ = ("__wrapped__", "_cached", "cache_clear", "cache_info")

    def __init__(self, function: Callable[P, R], maxsize: int) -> None:
        self.__wrapped__ = function
        self._cached = lru_cache(maxsize=maxsize)(function)
        self.cache_clear = self._cached.cache_clear
        self.cache_info = self._cached.cache_info

    def __call__(self, *args: P.args, **named: P.kwargs) -> R:
        """Answer from what is remembered, if it is there."""
        for each in args:
            if _is_long(each):
                return self.__wrapped__(*args, **named)
        return self._cached(*args, **named)  # type: ignore[arg-type]  # it takes what can be hashed; all of ours can


def cache_short(maxsize: int) -> Callable[[Callable[P, R]], ShortCache[P, R]]:
    """Decorate a function of positional texts so that it remembers its last `maxsize` answers to short ones."""

    def decorate(function: Callable[P, R]) -> ShortCache[P, R]:
        return ShortCache(function, maxsize)

    return decorate


def _is_long(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_is_long, value))
    return isinstance(value, (str, bytes)) and len(value) > LONGEST
