"""The example story of the API's description, from which all its examples are taken."""

from __future__ import annotations

from typing import Any

STORY_ID = "7d0e4a52-93c1-4b7f-8a56-1f2c3d4e5a6b"
ENTRY_ID = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"
HEAD = "k3Vq81Zt.1205.x7Q2ab"
TIME = "2026-11-03T21:04:05.123Z"

SITE: dict[str, Any] = {
    "name": "The Harbour Post",
    "url": "https://harbour.example",
    "logo": None,
    "public_url": "https://live.harbour.example",
}

INTRO: dict[str, Any] = {
    "html": "<p>Seven constituencies are counted by hand.</p>",
    "blocks": [{"id": "b1", "type": "paragraph", "html": "<p>Seven constituencies are counted by hand.</p>"}],
}

STORY_FIELDS: dict[str, Any] = {
    "id": STORY_ID,
    "slug": "election-night-x4k2",
    "url": "https://live.harbour.example/stories/election-night-x4k2",
    "entry_url_template": "https://live.harbour.example/stories/election-night-x4k2?entry={id}#entry-{id}",
    "title": "Live updates: election night",
    "standfirst": "Polls have closed along the coast; first results are expected before midnight.",
    "intro": INTRO,
    "authors": [{"name": "Ada Reporter"}],
    "sponsor": {"name": "Harbour Bank", "url": "https://bank.example", "label": "Supported by"},
    "seo": {"title": "Election results, live", "description": None, "image": None},
    "language": "en",
    "direction": "ltr",
    "time_zone": "Europe/Oslo",
    "publisher": {"name": "The Harbour Post", "url": "https://harbour.example", "logo": None},
    "about": None,
    "canonical_url": None,
    "section": "Politics",
    "tags": [],
    "image": None,
    "coverage_start": TIME,
    "coverage_end": None,
    "continues": None,
    "continued_by": None,
    "pinned": [{"entry": ENTRY_ID, "until": None}],
    "key_points": [{"text": "Polls have closed.", "entry": ENTRY_ID}],
    "comments": {"mode": "moderated", "url": None},
    "status": "live",
}

HEAD_AND_COUNTS: dict[str, Any] = {"head": HEAD, "entry_count": 1, "last_entry_at": TIME, "comment_count": 2}

ENTRY: dict[str, Any] = {
    "id": ENTRY_ID,
    "revision": 1,
    "status": "published",
    "kind": "update",
    "key_event": True,
    "importance": "major",
    "headline": "Polls have closed",
    "label": "22:00",
    "icon": "vote",
    "authors": [{"name": "Ada Reporter"}],
    "source": {"url": "https://agency.example/polls-closed", "name": "Agency"},
    "tags": [{"slug": "results", "label": "Results"}],
    "time": TIME,
    "published_at": TIME,
    "updated_at": None,
    "sort_key": "0065f1c2a3b4c500000004b5",
    "corrections": [],
    "body_html": "<p>Polls have closed. “We are counting,” the clerk said.</p>",
}

STORY_STATE: dict[str, Any] = {
    **STORY_FIELDS,
    "timeline": {"items": [ENTRY], "next": None, "prev": None},
    "included": [],
    **HEAD_AND_COUNTS,
    "comment_counts": {ENTRY_ID: 2},
}

STORY_LIST: dict[str, Any] = {"items": [{**STORY_FIELDS, **HEAD_AND_COUNTS}], "next": None, "prev": None}

PAGE: dict[str, Any] = {"items": [ENTRY], "next": None, "prev": None, "head": HEAD, "comment_counts": {}}

CORRECTIONS: dict[str, Any] = {
    "items": [
        {
            "entry": ENTRY_ID,
            "headline": "Polls have closed",
            "text": "They closed at eight, not at nine.",
            "at": TIME,
            "severity": "correction",
            "url": f"https://live.harbour.example/stories/election-night-x4k2?entry={ENTRY_ID}#entry-{ENTRY_ID}",
        }
    ],
    "next": None,
    "prev": None,
    "head": HEAD,
}

EVENT: dict[str, Any] = {
    "type": "entry.published",
    "story": STORY_ID,
    "seq": 1205,
    "cursor": HEAD,
    "time": TIME,
    "entry_count": 1,
    "last_entry_at": TIME,
    "entry": ENTRY,
}

CHANGES: dict[str, Any] = {"events": [EVENT], "cursor": HEAD, "head": HEAD, "more": False, "comment_count": 2}


def problem_example(status: int, *, title: str, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """Return a problem as it would be answered for the example story."""
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
        "instance": f"/v1/stories/{STORY_ID}",
        "request_id": "0f3c9a7e5b1d4c68a2e0",
    }
