"""The messages that processes send each other over a channel, signed with the key that they share in their database.

Three kinds. A *number* is a story and the cursor of its head, unsigned: whoever hears one reads the tables. An
*announcement* is a number with the signed events behind it. A *note* is a few signed bytes of one process.

What is not signed with our key, is old or cannot be read is never more than the number that it names.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from app.domain.clock import Clock
from app.domain.cursor import Cursor, MalformedCursor, parse_cursor
from app.domain.identifiers import StoryId
from app.wire.announcement import Announcement, MalformedAnnouncement, StoryHead

FRESH_SECONDS = 15.0
"""A signed message that is older, or from so far in the future, is one that somebody has kept: its number counts."""

_NOTE = b"note"


@dataclass(frozen=True, slots=True)
class HeardNumber:
    """The head of a story, as it was told."""

    story: StoryId
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Note:
    """A few bytes of another process, which counts its notes; a smaller number of the same kind is an older note."""

    kind: str
    process: str
    number: int
    body: bytes


Heard = HeardNumber | Announcement | Note


class SharedKey:
    """The key that the processes of one database sign with, and for a while the one before it.

    `refused` counts messages that said they were signed, and were not by either, or too old. `is_unknown` says that one
    was refused since the key was last looked for: perhaps there is a newer one.
    """

    def __init__(self, key: str, before: str | None = None) -> None:
        self.refused = 0
        self.is_unknown = False
        self._keys: tuple[bytes, ...] = ()
        self.replace(key, before)

    def replace(self, key: str, before: str | None) -> bool:
        """Sign with `key` from now on, and accept `before` beside it, in any thread; return whether that is news."""
        keys = tuple(each.encode() for each in (key, before) if each)
        is_news, self._keys, self.is_unknown = keys != self._keys, keys, False
        return is_news

    def sign(self, content: bytes) -> bytes:
        """Return the signature of these bytes, in hexadecimal."""
        return hmac.digest(self._keys[0], content, sha256).hex().encode()

    def accepts(self, signature: bytes, content: bytes) -> bool:
        """Return whether this is the signature of these bytes, by either key; count what is not."""
        made = (hmac.digest(key, content, sha256).hex().encode() for key in self._keys)
        if any([hmac.compare_digest(each, signature) for each in made]):
            return True
        self.is_unknown = True
        self.refuse()
        return False

    def refuse(self) -> None:
        """Count a message that is not taken for what it says."""
        self.refused += 1


class Messages:
    """Encodes what one process sends, and decodes what it hears. Pure but for its clock, so any thread may call."""

    def __init__(self, *, process: str, key: SharedKey, clock: Clock) -> None:
        self._process = process
        self._key = key
        self._clock = clock
        self._is_now: Callable[[int], bool] = lambda at: abs(self._clock() - at) <= FRESH_SECONDS * 1e6

    def encode_number(self, head: StoryHead) -> bytes:
        """Encode the number of a story's head."""
        return f"{head.story} {head.cursor}".encode()

    def encode_announcement(self, announcement: Announcement) -> bytes:
        """Encode an announcement, with its events."""
        return self._signed(self.encode_number(announcement.head), announcement.to_bytes())

    def encode_note(self, kind: str, number: int, body: bytes) -> bytes:
        """Encode a note; `kind` is a word of small letters and underscores."""
        return self._signed(b" ".join((_NOTE, kind.encode(), self._process.encode(), str(number).encode())), body)

    def decode(self, message: bytes) -> Heard | None:
        """Decode what was heard; None for what nobody who speaks as we do has sent. Never raises."""
        head, newline, body = message.partition(b"\n")
        words = head.split(b" ")
        if words[0] == _NOTE:
            return self._decode_note(words, head, body)
        number = _decode_number(words)
        if number is None or not newline:
            return number
        return self._decode_announcement(number, head, body) or number

    def _signed(self, head: bytes, body: bytes) -> bytes:
        content = head + b" " + str(int(self._clock())).encode()
        return b"".join((content, b" ", self._key.sign(content + b"\n" + body), b"\n", body))

    def _is_signed(self, head: bytes, body: bytes) -> bool:
        content, _, signature = head.rpartition(b" ")
        if not self._key.accepts(signature, content + b"\n" + body):
            return False
        if self._is_now(_decode_int(content.rpartition(b" ")[2])):
            return True
        self._key.refuse()
        return False

    def _decode_note(self, words: list[bytes], head: bytes, body: bytes) -> Note | None:
        if len(words) != 6 or not self._is_signed(head, body):
            return None
        _, kind, process, number, _, _ = words
        if process.decode() == self._process:  # one of ours, which somebody has sent back
            return None
        return Note(kind.decode(), process.decode(), _decode_int(number), body)

    def _decode_announcement(self, number: HeardNumber, head: bytes, body: bytes) -> Announcement | None:
        """Return the announcement, if it is signed and is what its number says."""
        if not self._is_signed(head, body):
            return None
        try:
            announcement = Announcement.from_bytes(body)
        except MalformedAnnouncement:  # another release's
            return None
        said = announcement.head
        return announcement if (said.story, said.cursor) == (number.story, number.cursor) else None


def _decode_number(words: list[bytes]) -> HeardNumber | None:
    if len(words) < 2:
        return None
    try:
        return HeardNumber(StoryId(words[0].decode()), parse_cursor(words[1].decode()))
    except (MalformedCursor, UnicodeDecodeError):
        return None


def _decode_int(digits: bytes) -> int:
    return int(digits) if digits.isdigit() and len(digits) < 20 else -1
