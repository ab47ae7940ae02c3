"""The limits on comments that arrive: of one address, of one story, of the whole site, and on saying it twice.

They are judged in memory before anything is read or parsed, so that a flood costs a look at three counters.
Each process counts for itself.
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from app.domain.errors import Conflict, TooManyRequests

MINUTE = 60.0
ADDRESSES_KEPT = 50_000
STORIES_KEPT = 2_000
TEXTS_KEPT = 10_000
_KEY_LENGTH = 128
"""Of what is called a story by who sends: no longer than any id or slug, so that nobody fills memory with long ones."""
REPEATED_SECONDS = 600.0
"""The same text from the same address under the same story is the same comment sent twice, for so long."""


@dataclass(frozen=True, slots=True)
class CommentLimits:
    """Comments a minute: from one address, in one story, in all. 0 switches one off."""

    per_address: int = 10
    per_story: int = 300
    per_site: int = 600


class _Bucket:
    """A minute's allowance, which fills up evenly."""

    __slots__ = ("at", "left")

    def __init__(self, size: int, now: float) -> None:
        self.left = float(size)
        self.at = now

    def refill(self, size: int, now: float) -> None:
        self.left = min(float(size), self.left + (now - self.at) * size / MINUTE)
        self.at = now


class CommentLimiter:
    """Counts what arrives. `monotonic` is in seconds."""

    def __init__(self, limits: CommentLimits, *, monotonic: Callable[[], float]) -> None:
        self.refused = {"address": 0, "story": 0, "site": 0}
        self._limits = limits
        self._monotonic = monotonic
        self._addresses: OrderedDict[str, _Bucket] = OrderedDict()
        self._stories: OrderedDict[str, _Bucket] = OrderedDict()
        self._site = _Bucket(limits.per_site, monotonic())
        self._texts: OrderedDict[tuple[str, bytes], tuple[str | None, float, str | None]] = OrderedDict()

    @property
    def known_stories(self) -> Collection[str]:
        """Return what is counted of as a story, in the order of use."""
        return self._stories.keys()

    def spend(self, story: str, address: str | None) -> None:
        """Count one comment. Raises TooManyRequests `too_many_comments` for one too many, which then costs no other."""
        now, limits = self._monotonic(), self._limits
        _trim(self._addresses, ADDRESSES_KEPT - 1)
        _trim(self._stories, STORIES_KEPT - 1)
        checked = []
        if address is not None and limits.per_address:
            mine = _bucket(self._addresses, counted_address(address), limits.per_address, now)
            checked.append(self._with_room("address", limits.per_address, mine, now))
        if limits.per_story:
            # Made only for who may send: a flood of names that no story has does not take the place of stories.
            its = _bucket(self._stories, story[:_KEY_LENGTH], limits.per_story, now)
            checked.append(self._with_room("story", limits.per_story, its, now))
        if limits.per_site:
            checked.append(self._with_room("site", limits.per_site, self._site, now))
        for bucket in checked:
            bucket.left -= 1

    def _with_room(self, name: str, size: int, bucket: _Bucket, now: float) -> _Bucket:
        bucket.refill(size, now)
        if bucket.left < 1:
            self.refused[name] += 1
            raise _too_many(name, seconds=(1 - bucket.left) * MINUTE / size)
        return bucket

    def is_repeated(self, story: str, address: str | None, text: str, *, client_key: str | None = None) -> bool:
        """Return whether others have sent the same text under the story lately, and remember this one.

        Raises Conflict `comment_repeated` if the same address has, under another key: a retry is no repetition.
        """
        now = self._monotonic()
        key = (story, hashlib.sha256(" ".join(text.split()).casefold().encode()).digest())
        known = self._texts.get(key)
        self._texts[key] = (address, now, client_key)
        self._texts.move_to_end(key)
        _trim(self._texts, TEXTS_KEPT)
        if known is None or now - known[1] > REPEATED_SECONDS:
            return False
        if client_key is not None and known[2] == client_key:
            return False
        if known[0] == address and address is not None:
            self._texts[key] = (address, now, known[2])
            raise Conflict("comment_repeated", "You have sent this reply already; it has arrived.")
        return True

    def forget(self, story: str, text: str) -> None:
        """Forget a text that was not taken after all, so that it may be sent again."""
        self._texts.pop((story, hashlib.sha256(" ".join(text.split()).casefold().encode()).digest()), None)


def counted_address(address: str) -> str:
    """Return what one client is counted by: an IPv4 address, or the first 64 bits of an IPv6 one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)


def _bucket(kept: OrderedDict[str, _Bucket], key: str, size: int, now: float) -> _Bucket:
    bucket = kept.get(key)
    if bucket is None:
        bucket = kept[key] = _Bucket(size, now)
    kept.move_to_end(key)
    return bucket


def _trim(
    kept: OrderedDict[str, _Bucket] | OrderedDict[tuple[str, bytes], tuple[str | None, float, str | None]], limit: int
) -> None:
    while len(kept) > limit:
        kept.popitem(last=False)


def _too_many(name: str, *, seconds: float) -> TooManyRequests:
    whose = {
        "address": "You have sent many replies",
        "story": "Many replies to this story are arriving",
        "site": "Many replies are arriving",
    }[name]
    after = max(1, math.ceil(seconds))
    detail = f"{whose} at this moment: send yours again in {after} second{'' if after == 1 else 's'}."
    return TooManyRequests("too_many_comments", detail, retry_after_seconds=after)
