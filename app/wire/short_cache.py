"""Remembers what was made of a text that a client sent, unless that is long: a client may send 64 KB in each head."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Generic, Protocol, TypeVar, cast

T_contra = TypeVar("T_contra", bound="str | bytes | None", contravariant=True)
R_co = TypeVar("R_co", covariant=True)

LONGEST = 2_048
"""Characters or bytes: more than any address and header of a browser; a thousand of them are two megabytes."""


class ShortCache(Protocol, Generic[T_contra, R_co]):
    """A function of one text that remembers its last answers, but for those to a text longer than LONGEST."""

    __wrapped__: Callable[..., Any]

    def __call__(self, text: T_contra, /) -> R_co: ...

    def cache_clear(self) -> None: ...

    def cache_info(self) -> Any: ...


def cache_short(maxsize: int) -> Callable[[Callable[[T_contra], R_co]], ShortCache[T_contra, R_co]]:
    """Decorate a function of one text so that it remembers its last `maxsize` answers to short ones."""

    def decorate(function: Callable[[T_contra], R_co]) -> ShortCache[T_contra, R_co]:
        cached = lru_cache(maxsize=maxsize)(function)

        @wraps(function)
        def answer(text: T_contra) -> R_co:
            # A plain function, since a hot read calls three: an object with `__call__` takes twice as long.
            return cached(text) if text is None or len(text) <= LONGEST else function(text)

        answer.cache_clear, answer.cache_info = cached.cache_clear, cached.cache_info  # type: ignore[attr-defined]
        return cast("ShortCache[T_contra, R_co]", answer)

    return decorate
