"""The requests measurements send: a newsroom's typical update, and plain reads."""

from __future__ import annotations

import json

from benchmarks.servers import TOKEN

PARAGRAPH = (
    "Counting has finished in {n} of 650 districts, the returning officer said. “We expect the last result before "
    "dawn,” she added – turnout stands at **67.{d} per cent**, the highest since 1992. Polls closed at 10 pm, and the "
    "first boxes reached the hall eleven minutes later; recounts are under way in three places."
)
"""About 320 characters in the typography of a newsroom; an entry of it is about 950 bytes as readers get it."""


def entry_text(number: int) -> str:
    """Return the text of the entry of that number."""
    return PARAGRAPH.format(n=number % 650, d=number % 10)


def post_entry(story: str, number: int) -> bytes:
    """Return a reporter's POST of one update, as any HTTP client sends it."""
    body = json.dumps({"text": entry_text(number)}, ensure_ascii=False).encode()
    head = (
        f"POST /v1/stories/{story}/entries HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nAccept: */*\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def live_path(story: str) -> str:
    """Return the path of a story's WebSocket."""
    return f"/v1/stories/{story}/live"


def get(path: str, headers: dict[str, str]) -> bytes:
    """Return a reader's GET."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n{lines}\r\n".encode()
