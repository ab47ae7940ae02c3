"""A story that has something in every place where something can stand."""

from __future__ import annotations

from typing import Any

from tests.browser.newsroom_server import Newsroom

PLACE = "https://pictures.example"
FILM = "https://www.youtube.com/watch?v=abcdefghijk"
CHART = "https://datawrapper.dwcdn.net/AbC12/"
BLOCKS: list[dict[str, Any]] = [
    {
        "type": "paragraph",
        "html": "A <b>bold</b> word, <a href='https://first.example/'>a link</a>, <mark>marked</mark>.",
    },
    {"type": "heading", "text": "A heading"},
    {"type": "list", "items": [{"html": "One", "items": [{"html": "Within"}]}, {"html": "Two"}]},
    {"type": "list", "ordered": True, "items": [{"html": "First"}]},
    {"type": "quote", "html": "<p>It roars.</p>", "who": "Wilma Tarn", "role": "who lives here", "url": f"{PLACE}/q"},
    {"type": "code", "text": "wide = 1\n" * 3 + "x" * 300},
    {"type": "image", "url": f"{PLACE}/r.jpg", "alt": "A river", "width": 640, "height": 360, "caption": "On Tuesday"},
    {"type": "video", "url": f"{PLACE}/v.mp4", "width": 640, "height": 360, "caption": "A film", "credit": "Ana"},
    {"type": "audio", "url": f"{PLACE}/a.mp3", "caption": "A sound"},
    {"type": "embed", "url": FILM, "title": "The flood"},
    {"type": "embed", "url": CHART, "title": "The count"},
    {"type": "embed", "url": "https://vm.tiktok.com/ZMabc/", "title": "A short film"},
    {"type": "link_card", "url": f"{PLACE}/c", "title": "A guide", "description": "To it", "image": f"{PLACE}/c.jpg"},
    {"type": "table", "caption": "Seats", "rows": [[{"html": "Town", "header": True}], [{"html": "Porto"}]]},
]
FIELDS: dict[str, Any] = {
    "title": "Election night",
    "standfirst": "Who governs tomorrow?",
    "intro": "What we know **so far**.\n\n- One\n- Two",
    "authors": [{"name": "Ana Sousa", "role": "Reporter", "url": f"{PLACE}/ana"}],
    "sponsor": {"name": "The Bank", "url": "https://bank.example/"},
    "section": "Politics",
    "tags": [{"label": "Votes"}],
    "publisher": {"name": "The Herald", "url": "https://herald.example/"},
    "about": {"name": "The vote", "place": "Porto"},
    "image": {"url": f"{PLACE}/lead.jpg", "alt": "A hall", "width": 640, "height": 360},
    "settings": {"comments": {"mode": "moderated"}},
}


def make_full_story(newsroom: Newsroom, **fields: Any) -> dict[str, Any]:
    """Make that story: more entries than a page has, of every kind, with pins, key points and shown replies."""
    story = newsroom.make_story(**FIELDS | fields)
    place = f"/v1/stories/{story['id']}"
    items = [{"text": f"Update {number}.", "headline": f"Headline {number}"} for number in range(24)]
    newsroom.client.post(f"{place}/entries:batch", json={"items": items}).raise_for_status()
    full = newsroom.client.post(
        f"{place}/entries",
        json={
            "headline": "Everything at once",
            "label": "67′",
            "icon": "goal",
            "blocks": BLOCKS,
            "authors": [{"name": "Bo Berg", "place": "Porto", "url": f"{PLACE}/bo", "avatar": f"{PLACE}/bo.jpg"}],
            "source": {"url": f"{PLACE}/s", "name": "First"},
            "tags": [{"label": "Votes"}, {"label": "Seats"}],
            "importance": "breaking",
            "key_event": True,
        },
    ).json()
    newsroom.act(newsroom.publish(story, "It was not so.", headline="Withdrawn"), "retract", reason="It was wrong.")
    newsroom.act(full, "corrections", text="It was Porto.", severity="correction")
    short = newsroom.publish(story, "Pinned.", importance="major", key_event=True, kind="summary")
    for name, body in (
        ("pinned", [{"entry": full["id"]}, {"entry": short["id"]}]),
        ("key-points", [{"text": "It rains."}, {"text": "It pours.", "entry": full["id"]}]),
    ):
        newsroom.client.put(f"{place}/{name}", json={"items": body}).raise_for_status()
    sent: dict[str, Any] = {}
    for entry in (None, short["id"]):
        draft = {"name": "Noor", "text": "Will it\nlast?"} | ({"entry": entry} if entry else {})
        sent = newsroom.client.post(f"{place}/comments", json=draft).json()
        newsroom.client.post(f"/v1/newsroom/comments/{sent['id']}/approve", json={}).raise_for_status()
    return story | {"full": full, "short": short, "receipt": sent["receipt_page"]}
