"""Announcements as bytes: exact, checked, and of a version."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json, to_json

from app.domain.clock import Micros
from app.domain.cursor import MAX_SEQ, Cursor
from app.domain.identifiers import EntryId, StoryId
from app.wire.announcement import VERSION, Announcement, AnnouncementBytes, MalformedAnnouncement, StoryHead
from app.wire.encoding import EncodedEntry, EncodedEvent, StoryCounts

PREFIX = struct.Struct("!2sBII")
TEXT = st.text(max_size=20)
BYTES = st.binary(max_size=60)
NUMBERS = st.integers(min_value=0, max_value=MAX_SEQ)
CURSORS = st.builds(Cursor, TEXT, NUMBERS, TEXT)
HEADS = st.builds(
    StoryHead,
    story=TEXT.map(StoryId),
    slug=TEXT,
    cursor=CURSORS,
    counts=st.builds(StoryCounts, NUMBERS, st.none() | NUMBERS.map(Micros)),
    closing=st.sampled_from((None, "ended", "withdrawn")),
)
EVENTS = st.builds(
    EncodedEvent,
    story=TEXT.map(StoryId),
    cursor=CURSORS,
    type=TEXT,
    entry_id=st.none() | TEXT.map(EntryId),
    head=BYTES,
    entry=st.none() | st.builds(EncodedEntry, BYTES, BYTES, BYTES, BYTES),
)
ANNOUNCEMENTS = st.builds(Announcement, HEADS, st.lists(EVENTS, max_size=4).map(tuple), st.none() | CURSORS)

CURSOR = Cursor("epoch001", 7, "abc123")
ENTRY = EncodedEntry(b"{}", b'"<p>text</p>"', b"[]", b'"text"')
EVENT = EncodedEvent(StoryId("one"), CURSOR, "entry.published", EntryId("e1"), b'{"seq":7', ENTRY)
EXAMPLE = Announcement(StoryHead(StoryId("one"), "slug", CURSOR, StoryCounts(1, Micros(5))), (EVENT,), CURSOR)


@given(ANNOUNCEMENTS)
def test_an_announcement_comes_back_from_its_bytes_as_it_was(announcement: Announcement) -> None:
    assert Announcement.from_bytes(announcement.to_bytes()) == announcement
    assert AnnouncementBytes.check(announcement.to_bytes()).story() == announcement.head.story


@given(st.binary(max_size=200))
def test_other_bytes_raise_one_error(data: bytes) -> None:
    with pytest.raises(MalformedAnnouncement):
        Announcement.from_bytes(data)
    with pytest.raises(MalformedAnnouncement):
        AnnouncementBytes.check(data).story()


@pytest.mark.parametrize(
    "index", [b"{}", b'{"slug":"a","story":"one"}', b'{"story":7}', b'{"story":"\xff"}', b'{"story":"\n"}']
)
def test_an_index_that_begins_otherwise_is_nobodys(index: bytes) -> None:
    with pytest.raises(MalformedAnnouncement):
        AnnouncementBytes.check(PREFIX.pack(b"LB", VERSION, zlib.crc32(index), len(index)) + index).story()


def test_every_byte_that_is_changed_or_missing_is_noticed() -> None:
    data = EXAMPLE.to_bytes()
    for at in range(len(data)):
        for damaged in (data[:at], data[:at] + bytes([data[at] ^ 0x01]) + data[at + 1 :], data[:at] + data[at + 1 :]):
            with pytest.raises(MalformedAnnouncement):
                Announcement.from_bytes(damaged)


def test_another_version_is_refused_by_its_number() -> None:
    data = bytearray(EXAMPLE.to_bytes())
    data[2] = VERSION + 1
    with pytest.raises(MalformedAnnouncement, match=f"version {VERSION + 1}"):
        Announcement.from_bytes(bytes(data))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("story", 1), ("closing", "paused"), ("cursor", ["epoch001", "7", "abc123"]), ("events", {}), ("more", True),
        ("events", [{"story": "one", "cursor": ["e", 1, "c"], "type": "t", "entry_id": None, "sizes": [-1]}]),
        ("events", [{"story": "one", "cursor": ["e", 1, "c"], "type": "t", "entry_id": None, "sizes": [1, 2]}]),
        ("events", [{"story": "one", "cursor": ["e", 1, "c"], "type": "t", "entry_id": None, "sizes": [10**9]}]),
        ("events", []),
    ],
)  # fmt: skip
def test_an_index_that_does_not_fit_is_refused_even_with_its_checksum(member: str, value: object) -> None:
    data = EXAMPLE.to_bytes()
    magic, version, _, size = PREFIX.unpack_from(data)
    index = from_json(data[PREFIX.size : PREFIX.size + size])
    encoded = to_json({**index, member: value})
    content = encoded + data[PREFIX.size + size :]
    with pytest.raises(MalformedAnnouncement):
        Announcement.from_bytes(PREFIX.pack(magic, version, zlib.crc32(content), len(encoded)) + content)


def test_the_bytes_grow_with_the_content_alone() -> None:
    small, large = ENTRY, EncodedEntry(b"{}", b"x" * 1_000_000, b"[]", b'"text"')
    sizes = []
    for entry in (small, large):
        event = EncodedEvent(StoryId("one"), CURSOR, "entry.published", EntryId("e1"), b"{", entry)
        sizes.append(len(Announcement(EXAMPLE.head, (event,)).to_bytes()))
    assert 0 <= sizes[1] - sizes[0] - 1_000_000 + len(small.body_html) <= 8
