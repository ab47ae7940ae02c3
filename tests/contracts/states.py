"""The calls that bring stories and entries into each of their states, and what each row of the matrix sends."""

from __future__ import annotations

from typing import Any

FAR = "2126-01-01T00:00:00Z"
HOLD_SECONDS = 3_600

BODIES: dict[str, Any] = {
    "POST /v1/stories": {"title": "Another"},
    "PATCH /v1/stories/{story}": {"title": "Another name"},
    "PATCH /v1/stories/{story} settings": {"settings": {"hold_seconds": 0, "require_alt": True}},
    "PATCH /v1/stories/{story} withdraw": {"status": "withdrawn"},
    "PUT /v1/stories/{story}/pinned": {"items": []},
    "PUT /v1/stories/{story}/pinned it": {"items": [{"entry": "{entry}"}]},
    "PUT /v1/stories/{story}/key-points": {"items": []},
    "PUT /v1/stories/{story}/key-points it": {"items": [{"text": "Closed.", "entry": "{entry}"}]},
    "POST /v1/stories/{story}/retract-last": {"reason": "Wrong."},
    "POST /v1/stories/{story}/retract-last theirs": {"reason": "Wrong.", "person": "{own}"},
    "POST /v1/stories/{story}/entries": {"text": "New."},
    "POST /v1/stories/{story}/entries again": {"text": "New.", "id": "{entry}"},
    "POST /v1/stories/{story}/entries:batch": {"items": [{"text": "New."}]},
    "PUT /v1/stories/{story}/entries/by-external-id/{external}": {"text": "From the wire."},
    "PUT /v1/stories/{story}/entries/by-external-id/{known}": {"text": "From the wire."},
    "PATCH /v1/stories/{story}/entries/{entry}": {"headline": "Another headline"},
    "PATCH /v1/stories/{story}/entries/{entry} set_expiry": {"expires_at": "2127-01-01T00:00:00Z"},
    "PATCH /v1/stories/{story}/entries/{entry} reschedule": {"publish_at": "2126-06-01T00:00:00Z"},
    "POST /v1/stories/{story}/entries/{entry}/schedule": {"publish_at": FAR},
    "POST /v1/stories/{story}/entries/{entry}/retract": {"reason": "Wrong."},
    "POST /v1/stories/{story}/entries/{entry}/move": {"after": "{beside}"},
    "POST /v1/stories/{story}/entries/{beside}/move": {"after": "{entry}"},
    "POST /v1/stories/{story}/entries/{entry}/corrections": {"text": "Eight, not nine."},
    "PUT /v1/newsroom/stories/{story}/members/{person}": {"role": "reporter"},
    "PUT /v1/newsroom/stories/{story}/duty": {"person": "{insider}"},
    "POST /v1/newsroom/freeze": {"frozen": False},
    "POST /v1/newsroom/legal-hold": {"story": "{story}", "entry": "{entry}", "held": False},
    "POST /v1/newsroom/purge": {"story": "{story}", "entry": "{entry}"},
    "POST /v1/newsroom/purge/confirm": {"confirm": "{confirm}"},
    "POST /v1/newsroom/people": {"name": "New", "role": "reporter"},
    "PATCH /v1/newsroom/people/{person}": {"byline": "B. Line"},
    "POST /v1/newsroom/invites": {"person": "{person}"},
    "POST /v1/newsroom/tokens": {"label": "new", "role": "reporter"},
    "POST /v1/newsroom/tokens/{token}/revert": {"since": "2026-01-01T00:00:00Z"},
    "POST /v1/stories/{story}/comments": {"name": "Ann", "text": "{comment}"},
    "POST /v1/stories/{story}/comments/{shown}/reports": {"category": "illegal", "text": "It names a witness."},
    "POST /v1/receipts/{refused}/appeal": {"text": "It is about the story."},
    "POST /v1/newsroom/comments/{comment}/answer": {"text": "Two are."},
    "POST /v1/newsroom/comments:batch": {"action": "reject", "comments": ["{comment}"]},
    "POST /v1/newsroom/comments:erase": {"email": "nobody@mail.example"},
    "POST /v1/newsroom/comment-blocks": {"comment": "{comment}"},
    "PUT /v1/newsroom/hold-words": {"words": ["lottery"]},
    "POST /v1/newsroom/sites": {"slug": "{external}", "name": "New", "url": "https://new.example"},
    "PATCH /v1/newsroom/sites/{site}": {"name": "Another name"},
    "POST /v1/newsroom/sessions": {"secret": "nonsense"},
    "POST /v1/newsroom/conversions": {"html": "<p>Pasted.</p>"},
    "PATCH /v1/newsroom/media/{media}": {"alt": "Water."},
}
"""What each row sends, where it sends something. Names in braces stand for what the house has under them."""

BEFORE = {
    "submit": "draft",
    "return": "submitted",
    "reject": "submitted",
    "schedule": "draft",
    "cancel": "scheduled",
    "publish": "draft",
    "discard": "edited",
    "reinstate": "retracted",
}
"""How the entry stands before an action where nothing else is said; published where nothing stands here."""

ENTRY_STATES: dict[str, tuple[dict[str, Any], tuple[tuple[str, dict[str, Any]], ...]]] = {
    "draft": ({"status": "draft"}, ()),
    "submitted": ({"status": "submitted"}, ()),
    "rejected": ({"status": "submitted"}, (("reject", {}),)),
    "scheduled": ({"status": "draft"}, (("schedule", {"publish_at": FAR}),)),
    "held": ({"status": "published"}, ()),
    "published": ({"status": "published"}, ()),
    "edited": ({"status": "published"}, ()),
    "retracted": ({"status": "published"}, (("retract", {"reason": "x"}),)),
    "unpublished": ({"status": "published"}, (("unpublish", {}),)),
    "expired": ({"status": "published"}, ()),
    "removed": ({"status": "published"}, (("remove", {}),)),
}
"""How an entry is created, and the actions that then bring it into each state."""

STORY_STATES: dict[str, tuple[dict[str, Any], tuple[dict[str, Any], ...]]] = {
    "draft": ({"status": "draft"}, ()),
    "scheduled": ({"status": "scheduled", "coverage_start": FAR}, ()),
    "upcoming": ({"status": "upcoming", "coverage_start": FAR}, ()),
    "live": ({}, ()),
    "paused": ({}, ({"status": "paused"},)),
    "ended": ({}, ({"status": "ended"},)),
    "archived": ({}, ({"status": "ended"}, {"status": "archived"})),
    "withdrawn": ({}, ({"status": "withdrawn"},)),
    "frozen": ({}, ()),
    "site": ({}, ()),
    "members": ({}, ({"settings": {"members_only": True}},)),
    "reviewed": ({}, ({"settings": {"review_required": True}},)),
}
"""How a story is created, and the changes that then bring it into each state. `site`: the whole site is frozen."""

REOPENED: dict[str, dict[str, Any]] = {
    **{state: {} for state in ("draft", "scheduled", "upcoming", "live", "paused", "frozen", "site")},
    "ended": {"status": "live"},
    "members": {"settings": {"members_only": False}},
    "reviewed": {"settings": {"review_required": False}},
}
"""What lets a story take another entry of OWN's, once it is not frozen; those left out take none any more."""

IMPOSSIBLE = {("draft", "retracted"), ("scheduled", "retracted")}
"""What is in no public story cannot be retracted."""


def column_of(state: str, caller: str) -> str:
    """The column of a story's state for a caller: a story for members only is `apart` from those who are none."""
    return "apart" if state == "members" and caller not in {"MEMBER", "ADMIN"} else state
