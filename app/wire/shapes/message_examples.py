"""An example of each live message, by the name of its shape; the story is that of examples.py."""

from __future__ import annotations

from typing import Any

from app.wire.shapes.comments import NEWSROOM_COMMENT
from app.wire.shapes.examples import CHANGES, ENTRY, ENTRY_ID, EVENT, HEAD, STORY_FIELDS, STORY_ID, STORY_STATE, TIME
from app.wire.shapes.newsroom import NEWSROOM_ENTRY
from app.wire.shapes.newsroom_stories import NEWSROOM_STORY

_OF_AN_ENTRY = {name: member for name, member in EVENT.items() if name not in {"type", "entry"}}
_OF_THE_STORY = {name: _OF_AN_ENTRY[name] for name in ("story", "seq", "cursor", "time")}
_ADA = {"person": "0f4b7a52-1c3d-4e5f-8a9b-0c1d2e3f4a5b", "name": "Ada Reporter"}
_BY_ADA = {"story": STORY_ID, "by": {**_ADA, "token": "5a1b7c20-3d4e-4f60-8172-93a4b5c6d7e8"}, "at": TIME}

MESSAGE_EXAMPLES: dict[str, dict[str, Any]] = {
    "Hello": {"type": "hello", "protocol": 1, "heartbeat_seconds": 25, "time": TIME},
    "Subscribed": {
        "type": "subscribed",
        "story": STORY_ID,
        "slug": STORY_FIELDS["slug"],
        "resume": "exact",
        "head": HEAD,
    },
    "CatchingUp": {"type": "catching_up", "story": STORY_ID},
    "CaughtUp": {"type": "caught_up", "story": STORY_ID, "cursor": HEAD, "entry_count": 1, "last_entry_at": TIME},
    "Snapshot": {"type": "snapshot", "story": STORY_ID, "reason": "too_far_behind", "state": STORY_STATE},
    "CommentNumbers": {"type": "comments", "story": STORY_ID, "count": 2, "counts": {ENTRY_ID: 2}},
    "Heartbeat": {"type": "heartbeat", "heads": {STORY_ID: HEAD}, "time": TIME},
    "Goodbye": {"type": "goodbye", "reason": "drain", "reconnect_after_ms": [0, 45000]},
    "Refused": {"type": "refused", "story": "election-nihgt", "status": 404, "code": "story_not_found"},
    "EntryPublished": EVENT,
    "EntryUpdated": {
        **EVENT,
        "type": "entry.updated",
        "changed": ["headline"],
        "material": True,
        "entry": {**ENTRY, "revision": 2, "headline": "Polls have closed everywhere", "updated_at": TIME},
    },
    "EntryRemoved": {**_OF_AN_ENTRY, "type": "entry.removed", "id": ENTRY_ID, "cause": "unpublished"},
    "StoryUpdated": {**_OF_THE_STORY, "type": "story.updated", "changed": ["title"], "fields": STORY_FIELDS},
    "StoryRemoved": {**_OF_THE_STORY, "type": "story.removed"},
    "Changes": CHANGES,
    "SubscribeMessage": {"type": "subscribe", "story": STORY_FIELDS["slug"], "after": HEAD},
    "UnsubscribeMessage": {"type": "unsubscribe", "story": STORY_FIELDS["slug"]},
    "PingMessage": {"type": "ping"},
    "AuthenticateMessage": {"type": "authenticate", "token": "lb_person_…"},
    "WatchMessage": {"type": "watch", "story": STORY_FIELDS["slug"]},
    "UnwatchMessage": {"type": "unwatch", "story": STORY_FIELDS["slug"]},
    "PresenceMessage": {"type": "presence", "story": STORY_ID, "doing": "editing", "entry": ENTRY_ID},
    "Welcome": {"type": "welcome", **_ADA, "role": "reporter"},
    "Watching": {"type": "watching", "story": STORY_ID, "slug": STORY_FIELDS["slug"], "people": []},
    "EntryNews": {"type": "entry", "action": "edit", **_BY_ADA, "entry": NEWSROOM_ENTRY},
    "StoryNews": {"type": "story", "action": "edit", **_BY_ADA, "fields": NEWSROOM_STORY},
    "CommentNews": {"type": "comment", "action": "approve", **_BY_ADA, "comment": NEWSROOM_COMMENT},
    "PresenceNews": {
        "type": "presence",
        "story": STORY_ID,
        "people": [{**_ADA, "doing": "editing", "entry": ENTRY_ID, "since": TIME}],
    },
    "CommentsWaiting": {"type": "comments", "story": STORY_ID, "pending": 12},
    "NewsroomHeartbeat": {"type": "heartbeat", "time": TIME},
}
