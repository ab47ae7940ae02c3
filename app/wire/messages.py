"""Control messages: the live messages that are not events, on a WebSocket and an event stream.

None is numbered. Those about a story's events have its id; `snapshot` and `caught_up` also move the reader's
cursor. Each function returns one compact JSON object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from app.domain.clock import Micros, format_time
from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId, StoryId
from app.wire.announcement import StoryHead
from app.wire.encoding import encode_json

PROTOCOL_VERSION = 1
SUBPROTOCOL = "liveblog.v1"

Resume = Literal["live", "exact", "snapshot", "reset"]
SnapshotReason = Literal["too_far_behind", "epoch", "fork", "requested"]
GoodbyeReason = Literal["drain", "overload", "ended"]


def encode_hello(*, heartbeat_seconds: float, time: Micros) -> bytes:
    """Encode the first message of a connection. Silence for twice `heartbeat_seconds` means the connection is dead."""
    return encode_json(
        {
            "type": "hello",
            "protocol": PROTOCOL_VERSION,
            "heartbeat_seconds": heartbeat_seconds,
            "time": format_time(time),
        }
    )


def encode_subscribed(head: StoryHead, *, resume: Resume) -> bytes:
    """Encode the start of a subscription. The events up to `caught_up` need not be consecutive."""
    return encode_json(
        {
            "type": "subscribed",
            "story": head.story,
            "slug": head.slug,
            "resume": resume,
            "head": str(head.cursor),
        }
    )


def encode_catching_up(story: StoryId) -> bytes:
    """Encode the announcement of events that need not be consecutive, up to `caught_up`."""
    return encode_json({"type": "catching_up", "story": story})


def encode_caught_up(head: StoryHead) -> bytes:
    """Encode the end of a catch-up: the reader now has the story as it was at this cursor."""
    start = encode_json({"type": "caught_up", "story": head.story, "cursor": str(head.cursor)})
    return start[:-1] + b"," + head.counts.json_members() + b"}"


def encode_snapshot(story: StoryId, *, reason: SnapshotReason, state: bytes) -> bytes:
    """Encode a new start: the reader replaces its story by `state`, the body of `GET /v1/stories/{story}`."""
    start = encode_json({"type": "snapshot", "story": story, "reason": reason})
    return start[:-1] + b',"state":' + state + b"}"


def encode_comments(story: StoryId, count: int, counts: Mapping[EntryId, int]) -> bytes:
    """Encode how many comments a story has, and those of its entries whose number has changed; not numbered."""
    return encode_json({"type": "comments", "story": story, "count": count, "counts": dict(counts)})


def encode_heartbeat(heads: Mapping[StoryId, Cursor], *, time: Micros) -> bytes:
    """Encode a heartbeat with the head of each caught-up story of this connection."""
    cursors = {story: str(cursor) for story, cursor in heads.items()}
    return encode_json({"type": "heartbeat", "heads": cursors, "time": format_time(time)})


def encode_goodbye(
    *,
    reason: GoodbyeReason,
    story: StoryId | None = None,
    reconnect_after_ms: tuple[int, int] | None = None,
    poll_seconds: int | None = None,
) -> bytes:
    """Encode the end of this connection, or with `story` the end of that subscription only.

    The client reconnects after a time drawn uniformly from the window, in milliseconds; with `poll_seconds` it asks
    for changes that often until then, or without a window until the story is live again.
    """
    members: dict[str, Any] = {"type": "goodbye", "reason": reason}
    if story is not None:
        members["story"] = story
    if reconnect_after_ms is not None:
        members["reconnect_after_ms"] = list(reconnect_after_ms)
    if poll_seconds is not None:
        members |= {"use": "poll", "poll_seconds": poll_seconds}
    return encode_json(members)


def encode_refused(story: str | None, *, status: int, code: str) -> bytes:
    """Encode the refusal of one story (None: of the request); `status` and `code` as in a problem body."""
    return encode_json({"type": "refused", "story": story, "status": status, "code": code})
