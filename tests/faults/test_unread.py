"""Readers who ask for everything and read nothing: what they cost a real server's process, and what stays of it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.commands import EXECUTED
from tests.e2e.server import Server, make_story, serving
from tests.faults.listening import told_on_websocket
from tests.needs import require
from tests.waiting import await_true

READERS = 40
READER_BYTES = 64 * 1024
"""What each of them may cost; a thousand are then 64 MB."""

SHARED_BYTES = 8 * 2**20
"""What they share: the page that each has the beginning of, the threads and connections of its read."""

KEPT_BYTES = 32 * 2**20
"""What may stay of an answer of any size at once: the reads kept for those who lack the same, and freed memory."""

TEXT = "Counting has finished in {n} of 650 districts, the returning officer said. " * 40


def memory_bytes(server: Server) -> int:
    """Return the resident memory of the server's process."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/statm")
    require("/proc", found=status.exists(), reason="this is read from Linux's /proc")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def fill(server: Server, story: str, *, entries: int) -> None:
    """Publish entries of 3,000 characters."""
    with server.signed_in() as admin:
        for first in range(0, entries, 100):
            items = [{"text": TEXT.format(n=n)} for n in range(first, min(first + 100, entries))]
            answer = admin.post(f"/v1/stories/{story}/entries:batch", json={"items": items})
            assert answer.status_code in {200, 201, 207}, answer.text


@contextmanager
def unread(server: Server, story: str) -> Iterator[None]:
    """Ask for everything, half on WebSockets and half on event streams, with sockets that take next to nothing.

    None of them is read. An entry is published now and then, so that they do not all lack the same.
    """
    with ExitStack() as stack:
        for number in range(READERS):
            if number % 10 == 9:
                fill(server, story, entries=1)
            reader = stack.enter_context(closing(socket.socket()))
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", server.port))
            reader.sendall(_UPGRADE % story.encode() if number % 2 else _STREAM % story.encode())
        await_true(lambda: count_readers(server) == READERS, seconds=30, or_say=lambda: server.log)
        yield


_UPGRADE = (
    b"GET /v1/stories/%b/live?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
_STREAM = b"GET /v1/stories/%b/events?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def count_readers(server: Server) -> int:
    """Return the number of live connections, by the server's own count."""
    with server.reader() as reader:
        lines = reader.get("/metrics").text.splitlines()
    return sum(int(float(line.split()[-1])) for line in lines if line.startswith("liveblog_live_connections{"))


def settled_bytes(server: Server) -> int:
    """Return the most memory it had until it stopped growing for a second."""
    most, grown_at = memory_bytes(server), time.monotonic()
    while time.monotonic() - grown_at < 1:
        time.sleep(0.05)  # between two looks
        if memory_bytes(server) > most:
            most, grown_at = memory_bytes(server), time.monotonic()
    return most


def judge_unread(server: Server, *, entries: int) -> None:
    story = make_story(server)
    fill(server, story, entries=entries)
    told_on_websocket(server, story, after="0")
    before = memory_bytes(server)
    with unread(server, story):
        grown = settled_bytes(server) - before
    assert grown <= READERS * READER_BYTES + SHARED_BYTES
    await_true(lambda: count_readers(server) == 0, seconds=30, or_say=lambda: server.log)
    told = told_on_websocket(server, story, after="0")
    published = [message["seq"] for message in told if "seq" in message]
    assert published == list(range(1, entries + READERS // 10 + 2))


def test_a_reader_who_reads_nothing_of_what_awaits_it_costs_a_piece(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path, wrapper=EXECUTED) as server:
        judge_unread(server, entries=500)


@pytest.mark.slow
def test_a_reader_who_reads_nothing_costs_a_piece_on_the_portable_routes_too(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path, wrapper=EXECUTED, options=("--portable",)) as server:
        judge_unread(server, entries=3_000)


def test_an_answer_of_thousands_of_entries_leaves_little_in_the_process(sqlite_url: str, tmp_path: Path) -> None:
    entries = 2_500
    with serving(sqlite_url, tmp_path, wrapper=EXECUTED) as server:
        story = make_story(server)
        fill(server, story, entries=entries)
        told_on_websocket(server, story)
        before = memory_bytes(server)
        for _ in range(2):
            told = told_on_websocket(server, story, after="0")
            assert len(told) == entries + 3
        assert memory_bytes(server) - before <= KEPT_BYTES
