"""Rows for every table, with every kind of value a column may have."""

from __future__ import annotations

import json
from typing import Any

STORY = "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
ENTRIES = ("0b0e7a52-3c0f-4a45-9d7b-111111111111", "0b0e7a52-3c0f-4a45-9d7b-222222222222")
MEDIA = "7a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
MEDIA_NAME = "k3J9xQ2vT7mW5zR8bN4cL6pY"
TEXT = "“Late,” she said — 19:07, ½ done · مرحبا · 🙂"


def rows_by_table() -> dict[str, list[dict[str, Any]]]:
    """Return at least one row for each table, with every kind of value: text, bytes, JSON, NULL, true and false."""
    blocks = [{"id": "b1", "type": "paragraph", "html": f"<p>{TEXT}</p>"}]
    content = {"kind": "update", "headline": None, "blocks": blocks, "text": TEXT, "authors": [], "tags": []}
    entry = {
        "story_id": STORY, "status": "published", "version": 2, "content": content, "created_at": 1_760_000_000_000_001,
        "status_at": 1_760_000_000_000_002, "created_by": None, "created_by_token": "admin",
        "creation_fingerprint": "f", "revision": 1, "public_version": 2, "working": None, "external_id": None,
        "external_version": None, "edited_by_hand": False, "published_at": 1_760_000_000_000_002, "updated_at": None,
        "sort_key": "00", "corrections": [],
    }  # fmt: skip
    event = {
        "story_id": STORY, "revision": 1, "changed": None, "material": None, "cause": None, "time": 1,
        "entry_count": 1, "last_entry_at": None,
    }  # fmt: skip
    public = {"story_id": STORY, "revision": 1, "sort_key": "00", "encoder": 1}
    nothing = dict.fromkeys(("published_at", "kind", "key_event", "importance", "fields", "body_html", "blocks"))
    return {
        "stories": [
            {"id": STORY, "slug": "flood", "status": "live", "version": 1, "fields": {"title": TEXT}, "settings": {},
             "created_at": 1},
        ],
        "people": [
            {"id": "p1", "name": "Ada Lind", "email": None, "role": "editor", "byline": None, "created_at": 1},
        ],
        "former_slugs": [{"slug": "high-water", "story_id": STORY}],
        "story_versions": [
            {"story_id": STORY, "version": 1, "at": 1, "person_id": None, "token_id": "admin", "action": "create",
             "slug": "flood", "status": "live", "fields": {"title": TEXT}, "settings": {}, "pinned": [],
             "key_points": []},
        ],
        "memberships": [{"story_id": STORY, "person_id": "p1", "role": "editor"}],
        "invites": [
            {"id": "i1", "person_id": "p1", "secret_sha256": "b" * 64, "created_at": 1, "expires_at": 2,
             "used_at": None},
        ],
        "tickets": [{"secret_sha256": "c" * 64, "token_id": "t1", "expires_at": 2}],
        "control": [{"id": 1, "frozen": True, "signing_key": "key", "admin_token_sha256": None, "sites_version": 3}],
        "sites": [
            {"slug": "evening", "name": TEXT, "url": "https://evening.example", "logo": None,
             "hosts": ["live.evening.example"], "theme": None, "language": "nb", "consent": [], "frame_ancestors": None,
             "cors_origins": ["https://desk.example"], "version": 2, "created_at": 1},
        ],
        "entries": [
            {**entry, "id": ENTRIES[0]},
            {**entry, "id": ENTRIES[1], "external_id": "x", "external_version": 2**53, "edited_by_hand": True,
             "working": {"status": "draft", "material": True, "content": content}},
        ],
        "entry_versions": [
            {"story_id": STORY, "entry_id": ENTRIES[0], "version": 1, "at": 1, "person_id": None, "token_id": "admin",
             "action": "create", "status": "draft", "content": content, "working": None, "note": None,
             "particulars": {"sort_key": "00", "corrections": []}},
        ],
        "entry_aliases": [{"story_id": STORY, "alias": "#x", "entry_id": ENTRIES[1]}],
        "imports": [
            {"story_id": STORY, "source": "oldblog", "external_id": "x", "state": "showing", "status": "ended",
             "fingerprint": "", "public_since": 1, "shown_to_at": 2, "shown_to_id": ENTRIES[0]},
        ],
        "tokens": [
            {"id": "t1", "label": "Desk", "person_id": "p1", "role": None, "scopes": [], "secret_sha256": "a" * 64,
             "created_at": 1, "expires_at": None, "revoked_at": None},
        ],
        "audit": [
            {"id": 7, "at": 1, "person_id": None, "token_id": "admin", "action": "create", "object_kind": "story",
             "object_id": STORY, "story_id": STORY, "before": None, "after": {"title": TEXT}, "request_id": None},
        ],
        "replies": [
            {"scope": "admin", "key": "k", "fingerprint": "f", "status": 201, "headers": {"etag": "v1"},
             "body": b'{"id":1}', "story_id": STORY, "at": 1},
            {"scope": "admin", "key": "blank", "fingerprint": "f", "status": None, "headers": {}, "body": None,
             "story_id": None, "at": 1},
            {"scope": "admin", "key": "approve", "fingerprint": "f", "status": 200, "headers": {}, "story_id": STORY,
             "body": b'{"id":"c1","email":"ann@mail.example","address":"192.0.2.7"}', "at": 1},
        ],
        "reply_entries": [
            {"scope": "admin", "key": "k", "entry_id": ENTRIES[0], "story_id": STORY},
            {"scope": "admin", "key": "approve", "entry_id": "c1", "story_id": STORY},
        ],
        "public_stories": [
            {"story_id": STORY, "slug": "flood", "epoch": "OldEpoch", "head_seq": 4, "head_check": "c4", "head_time": 1,
             "last_seq": 1, "entry_count": 1, "last_entry_at": None, "public_since": 1,
             "fields": json.dumps({"title": TEXT}, ensure_ascii=False).encode(), "encoder": 1},
        ],
        "comments": [
            {"id": "c1", "story_id": STORY, "entry_id": ENTRIES[0], "parent_id": None, "status": "approved",
             "version": 2, "name": TEXT, "email": "ann@mail.example", "text": TEXT, "address": "192.0.2.7",
             "created_at": 1, "client_key": "k", "fingerprint": "f", "flags": ["hold_word"], "by_newsroom": False,
             "reason": None, "note": None, "decided_at": 2, "decided_by": "p1", "decided_by_token": "t1",
             "appeal": None, "appealed_at": None, "made_entry": None},
            {"id": "c2", "story_id": STORY, "entry_id": None, "parent_id": "c1", "status": "rejected",
             "version": 1, "name": TEXT, "email": None, "text": TEXT, "address": None, "created_at": 2,
             "client_key": None, "fingerprint": None, "flags": [], "by_newsroom": True, "reason": "off_topic",
             "note": TEXT, "decided_at": None, "decided_by": None, "decided_by_token": None, "appeal": TEXT,
             "appealed_at": 3, "made_entry": ENTRIES[1]},
        ],
        "comment_reports": [
            {"id": "r1", "story_id": STORY, "comment_id": "c1", "category": "illegal", "text": TEXT, "name": None,
             "email": None, "address": "192.0.2.7", "created_at": 1, "closed_at": None, "outcome": None},
        ],
        "comment_blocks": [
            {"id": "b1", "network": "192.0.2.0/24", "note": TEXT, "created_at": 1, "expires_at": 2},
        ],
        "comment_words": [{"word": "lottery", "created_at": 1}],
        "public_comments": [
            {"story_id": STORY, "id": "c1", "entry_id": ENTRIES[0], "parent_id": None, "at": 1,
             "item": TEXT.encode()},
        ],
        "public_comment_totals": [
            {"story_id": STORY, "approved": 1, "elsewhere": None, "shown": 1, "version": 1, "shown_at": 1,
             "is_stale": True},
        ],
        "public_comment_counts": [
            {"story_id": STORY, "entry_id": ENTRIES[0], "approved": 1, "shown": 1, "version": 1},
        ],
        "public_slugs": [{"slug": "high-water", "story_id": STORY}],
        "public_aliases": [{"story_id": STORY, "alias": "?id=x", "entry_id": ENTRIES[0]}],
        "public_entries": [
            {**public, "id": ENTRIES[0], "visible": True, "last_seq": 2, "published_at": 2, "kind": "update",
             "key_event": False, "importance": "normal", "fields": TEXT.encode(), "body_html": b"<p>",
             "blocks": b"[]", "body_text": TEXT.encode()},
            {**public, "id": ENTRIES[1], "visible": False, "last_seq": 4, **nothing, "body_text": None},
        ],
        "public_corrections": [
            {"story_id": STORY, "entry_id": ENTRIES[0], "number": 0, "at": 1, "item": TEXT.encode()},
        ],
        "media": [
            {"id": MEDIA, "name": MEDIA_NAME, "version": 1, "kind": "image", "content_type": "image/jpeg", "width": 640,
             "height": 480, "animated": False, "duration_ms": None, "placeholder": "#aabbcc",
             "renditions": [{"file": "320.webp", "type": "image/webp", "width": 320, "height": 240, "size": 9}],
             "alt": TEXT, "caption": "", "credit": "", "rights": "", "focal": {"x": 0.5, "y": 0.25}, "words": " late",
             "created_at": 1, "created_by": None, "created_by_token": "admin", "size_bytes": 9, "sha256": "d" * 64},
        ],
        "media_uses": [
            {"name": MEDIA_NAME, "story_id": STORY, "entry_id": ENTRIES[0], "person_id": "", "is_current": True},
            {"name": MEDIA_NAME, "story_id": "", "entry_id": "", "person_id": "p1", "is_current": False},
        ],
        "public_media": [{"name": MEDIA_NAME, "story_id": STORY, "entry_id": ENTRIES[0]}],
        "public_labels": [{"story_id": STORY, "entry_id": ENTRIES[0], "label": "tag:river"}],
        "events": [
            {**event, "seq": 1, "check": "c1", "type": "story.updated", "entry_id": None},
            {**event, "seq": 2, "check": "c2", "type": "entry.published", "entry_id": ENTRIES[0]},
            {**event, "seq": 3, "check": "c3", "type": "entry.published", "entry_id": ENTRIES[1], "changed": ["body"],
             "material": True},
            {**event, "seq": 4, "check": "c4", "type": "entry.removed", "entry_id": ENTRIES[1], "cause": "removed"},
        ],
    }  # fmt: skip
