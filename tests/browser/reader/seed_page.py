"""The small news site's live page that the product starts from: what is posted, and the page's text, line by line.

Story, people, agency and addresses are invented; addresses end in example.org, but for those of the embeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from tests.browser.newsroom_server import Newsroom
from tests.browser.photographs import photograph
from tests.loopback import NO_CERTIFICATES

DAY = "2025-11-04"
"""Each entry has a time of its own, of a day that is over: the page reads the same whenever the test runs."""

TITLE = "Live updates: Old Quay Bridge closed as the Tern rises"
STANDFIRST = "The river is expected to crest tonight. Follow the night with us — times are local."
ALT = "Brown water reaches the arches of a stone bridge; a man in a yellow coat looks on."
CAPTION = "The Old Quay Bridge on Tuesday, two hours before it was closed"
CREDIT = "Lena Voss/Meridian Pictures"
CLOSED = "Old Quay Bridge is closed to all traffic"
DETOUR = "Buses go by Highcombe"
FILM = "https://www.youtube.com/watch?v=abcdefghijk"
NOTICE = "https://first.example.org/notices/old-quay?lang=en&id=7"
GUIDE = "https://first.example.org/guide"

UPDATE = """\
The Old Quay Bridge was closed at 18:40 on 4 November after the river rose 1.9 metres in six hours — “faster than \
anything in our records,” the Rivers Office said.

“We don’t close it lightly,” said Ines Marlow, the mayor. “But it’s 94 years old, and it isn’t worth a life.”

The bridge carries some 42,000 vehicles a day; the detour by Highcombe takes 25–40 minutes. Tolls there — €3.50 for \
a car — are waived until Friday.

**Some background:** the bridge was opened on 12 May 1931 and strengthened in 1987, for 4.2 million. It has been \
closed twice since: in ’96, for five days, and on 2 January 2014."""

ENTRIES: tuple[dict[str, Any], ...] = (
    {
        "text": "We are at the Old Quay, where the water stands one step below the road.",
        "authors": [{"name": "Mara Ellery", "role": "Reporter", "place": "Old Quay"}],
        "display_time": f"{DAY}T17:55:00Z",
    },
    {
        "headline": "Old Quay Bridge closed “until further notice”",
        "text": UPDATE,
        "importance": "breaking",
        "key_event": True,
        "authors": [{"name": "Mara Ellery", "role": "Reporter"}, {"name": "Piet Halloran"}],
        "source": {"url": NOTICE, "name": "Rivers Office"},
        "tags": [{"label": "The bridge"}, {"label": "Roads & rails"}],
        "display_time": f"{DAY}T18:47:00Z",
    },
    {
        "headline": "From the other bank",
        "blocks": [
            {"type": "paragraph", "html": "Our photographer has crossed by boat:"},
            {"type": "image"},
            {
                "type": "quote",
                "html": "I’ve lived here since ’71. I’ve never heard it roar.",
                "who": "Wilma Tarn",
                "role": "who lives by the bridge",
            },
        ],
        "authors": [],
        "display_time": f"{DAY}T19:20:00Z",
    },
    {
        "headline": "Watch: the crest, from above",
        "blocks": [
            {"type": "embed", "url": FILM, "title": "The Tern at Old Quay"},
            {
                "type": "link_card",
                "url": GUIDE,
                "title": "What to do when the river rises",
                "description": "Sandbags, shelters, telephone numbers",
            },
        ],
        "authors": [{"name": "Piet Halloran"}],
        "display_time": f"{DAY}T20:05:00Z",
    },
)
"""The entries as they are posted, the oldest first."""

ON_STORY = {"name": "Noor", "email": "noor@mail.example", "text": "Will the 7:15 bus still run?\nIt’s my way to work."}
ON_ENTRY = {"name": "Jo K.", "email": "jo@mail.example", "text": "Stay safe — “1996” was bad <b>enough</b>."}


@dataclass(frozen=True, slots=True)
class SeedPage:
    """The story as it was posted, its entries oldest first, and its replies with the times of their arrival."""

    story: dict[str, Any]
    entries: list[dict[str, Any]]
    replies: list[dict[str, Any]]

    def text(self, *, plays: bool, forms: bool = True) -> list[str]:
        """Return what the page says from its top to its end, line by line.

        Embeds play where scripts run, and forms are where they can be sent.
        """
        above = _above(plays=plays, forms=forms)
        return [*above, *_timeline(plays=plays, forms=forms), *self.below(forms=forms)]

    def below(self, *, forms: bool = True) -> list[str]:
        """Return what stands under the timeline, the newest reply first."""
        on_entry, on_story = (_moment(each["time"]) for each in self.replies)
        acts = ["Report", "Reply"] if forms else []
        return [
            "2 replies",
            *(FORM if forms else []),
            f"Noor {on_story}",
            *ON_STORY["text"].splitlines(),
            *acts,
            f"Jo K. {on_entry} About this update.",
            ON_ENTRY["text"],
            *acts,
        ]


FORM = [
    "Leave a reply",
    "Name",
    "Email (optional)",
    "Your email address will not be published.",
    "Reply",
    "Post reply",
    "Newest first Oldest first",
]

CLOSED_UPDATE = "Old Quay Bridge closed “until further notice”"


def _above(*, plays: bool, forms: bool) -> list[str]:
    paragraphs = UPDATE.replace("**", "").split("\n\n")
    return [
        "The Courier",
        "LIVE UPDATES",
        TITLE,
        STANDFIRST,
        f"{CAPTION} {CREDIT}",
        "4 updates",
        "2 replies",
        "Started 17:50 4 November 2025",
        "Times: London",
        *(["Pause updates"] if plays else []),
        "Key points",
        f"{CLOSED} 18:47",
        DETOUR,
        "Pinned",
        "18:47",
        CLOSED_UPDATE,
        *paragraphs,
        *(["More"] if forms else []),
        "Key events",
        "18:47",
        CLOSED_UPDATE,
        *(["All", "Key events", "Roads & rails", "The bridge", "From the start"] if forms else []),
    ]


def _timeline(*, plays: bool, forms: bool) -> list[str]:
    day = "4 November 2025"
    reply = ["Leave a reply"] if forms else []
    return [
        "20:05",
        day,
        "Watch: the crest, from above",
        "Piet Halloran",
        "The Tern at Old Quay",
        "YouTube",
        *(["Show from YouTube", "This sends data to YouTube.", "Always show YouTube"] if plays else []),
        "What to do when the river rises",
        "Sandbags, shelters, telephone numbers",
        *reply,
        "19:20",
        day,
        "From the other bank",
        "Our photographer has crossed by boat:",
        f"{CAPTION} {CREDIT}",
        "I’ve lived here since ’71. I’ve never heard it roar.",
        "— Wilma Tarn, who lives by the bridge",
        *reply,
        "18:47",
        day,
        "BREAKING",
        "KEY EVENT",
        CLOSED_UPDATE,
        "Mara Ellery",
        "Reporter",
        "Piet Halloran",
        *UPDATE.replace("**", "").split("\n\n"),
        "Source link Rivers Office",
        "The bridge",
        "Roads & rails",
        "1 reply",
        "17:55",
        day,
        "Mara Ellery",
        "Reporter, Old Quay",
        "We are at the Old Quay, where the water stands one step below the road.",
        *reply,
    ]


def _moment(time: str) -> str:
    return datetime.fromisoformat(time).strftime("%H:%M %-d %B %Y")


def create_story(newsroom: Newsroom) -> dict[str, Any]:
    """Create the story, without a picture and with nothing in it."""
    return newsroom.make_story(
        title=TITLE,
        standfirst=STANDFIRST,
        language="en-GB",
        time_zone="Europe/London",
        coverage_start=f"{DAY}T17:50:00Z",
        settings={"comments": {"mode": "moderated"}},
    )


def post_seed_page(newsroom: Newsroom, story: dict[str, Any]) -> SeedPage:
    """Upload the picture, post all of the page, and approve what two readers write."""
    path = f"/v1/stories/{story['id']}"
    kept = newsroom.client.post(
        "/v1/media", content=photograph(1600, 900, caption=CAPTION, credit=CREDIT), params={"alt": ALT}
    )
    assert kept.status_code == 201, kept.text
    picture = kept.json()["id"]
    newsroom.edit_story(story, image={"media": picture})
    entries = [_send(newsroom, f"{path}/entries", _with_picture(fields, picture)) for fields in ENTRIES]
    bridge = entries[1]["id"]
    points = [{"text": CLOSED, "entry": bridge}, {"text": DETOUR}]
    assert newsroom.client.put(f"{path}/key-points", json={"items": points}).is_success
    assert newsroom.client.put(f"{path}/pinned", json={"items": [{"entry": bridge}]}).is_success
    with httpx.Client(base_url=newsroom.url, verify=NO_CERTIFICATES, timeout=40) as reader:
        sent = [
            _accepted(reader.post(f"{path}/comments", json=written))
            for written in (ON_ENTRY | {"entry": bridge}, ON_STORY)
        ]
    waiting = "/v1/newsroom/comments"
    _send(newsroom, f"{waiting}:batch", {"action": "approve", "comments": [each["id"] for each in sent]})
    newest, oldest = newsroom.client.get(f"{path}/comments").json()["items"]
    return SeedPage(story, entries, [oldest, newest])


def _with_picture(fields: dict[str, Any], picture: str) -> dict[str, Any]:
    blocks = [each | {"media": picture} if each["type"] == "image" else each for each in fields.get("blocks", [])]
    return fields | {"blocks": blocks} if blocks else fields


def _send(newsroom: Newsroom, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return _accepted(newsroom.client.post(path, json=body))


def _accepted(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    made: dict[str, Any] = answer.json()
    return made
